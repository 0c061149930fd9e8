"""What Meta's list and what was seen say of each other, as text and for machines.

Owns the words of caution: neither side is complete, so every outcome is a possibility.
"""

import textwrap
from collections.abc import Iterator, Mapping

from pixelwitness.core.exposure.records import time_text
from pixelwitness.core.wire.json_text import Json
from pixelwitness.meaning.hints.reconciliation import Outcome, ReconciledType, Reconciliation
from pixelwitness.report.published.shared_model import SCHEMA_VERSION
from pixelwitness.report.wording.plain_text import WIDTH
from pixelwitness.report.wording.safe_text import safe_text

OUTCOMES: Mapping[Outcome, str] = {
    "seen_and_listed": "seen and listed",
    "listed_only": "listed, not seen here",
    "seen_only": "seen, not listed",
}
MEANS: Mapping[Outcome, str] = {
    "seen_and_listed": "the same kind of event at about the same time stands in both",
    "listed_only": "it may have come from a server, from another device, or at a time that was not recorded",
    "seen_only": "Meta's list is known to omit; it does not show that Meta has not got it",
}
_MATCHED = {
    "site": "",
    "pixel": ", taken for this site by the number of its pixel",
    "name": ", taken for this site by its name",
    "nothing": "",
}


def reconciliation_lines(comparison: Reconciliation) -> Iterator[str]:
    """Yield the comparison as text: a block for each business, then what the outcomes mean."""
    business = None
    for row in comparison.rows:
        if row.business != business:
            if business is not None:
                yield ""
            business = row.business
            matched = next((row.matched_by for row in comparison.rows if row.business == business), "nothing")
            yield f"{safe_text(business)}{_MATCHED[matched]}"
        yield f"  {safe_text(row.type, 60)}: {_outcomes(row)}"
    if not comparison.rows:
        yield "Neither list holds an event."
    yield ""
    yield "Possibilities, never proof:"
    for name, words in OUTCOMES.items():
        text = f"{comparison.total(name):,} {words}: {MEANS[name]}."
        yield from textwrap.wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ")
    first, last = time_text(comparison.first), time_text(comparison.last)
    if first is not None and last is not None:
        yield f"Recorded: {first[:16].replace('T', ' ')} to {last[:16].replace('T', ' ')} UTC."
    else:
        yield "No time was recorded of what was seen."


def _outcomes(row: ReconciledType) -> str:
    parts = [f"{getattr(row, name):,} {words}" for name, words in OUTCOMES.items() if getattr(row, name)]
    notes = []
    if row.outside:
        notes.append(f"{row.outside:,} at a time that was not recorded")
    if row.without_time:
        notes.append(f"{row.without_time:,} without a time")
    return "; ".join(parts) + (f" ({', '.join(notes)})" if notes else "")


def reconciliation_document(comparison: Reconciliation) -> dict[str, Json]:
    """Return the comparison for machines."""
    return {
        "schema_version": SCHEMA_VERSION,
        "possibilities": True,
        "outcomes": {
            name: {"called": words, "means": MEANS[name], "events": comparison.total(name)}
            for name, words in OUTCOMES.items()
        },
        "recorded_from": time_text(comparison.first),
        "recorded_to": time_text(comparison.last),
        "rows": [
            {
                "business": row.business,
                "matched_by": row.matched_by,
                "type": row.type,
                "seen_and_listed": row.seen_and_listed,
                "listed_only": row.listed_only,
                "listed_outside_recorded_time": row.outside,
                "seen_only": row.seen_only,
                "without_time": row.without_time,
                "events": list(row.seen),
            }
            for row in comparison.rows
        ],
    }
