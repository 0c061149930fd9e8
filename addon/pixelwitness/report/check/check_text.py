"""The text of ``check``: every violation, where its evidence stands, and what would help.

Owns the words for a judgement.  It names classes of data and their forms, never a value.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pixelwitness.policy.violations.judgement import DEFAULT_POLICY, Forbidden, Judgement
from pixelwitness.report.check.judged import NOTHING_CARRIED, UNKNOWN_SITE, carried, headline, reason, verdict
from pixelwitness.report.wording.ledger_words import ALWAYS, account, unrecorded
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.sentence import Captured, shorten_url
from pixelwitness.report.wording.vocabulary import Vocabulary

WIDTH = 100
MAX_TOLD = 20
"""Violations, and warnings, of one site that are told one by one."""
MAX_STALE = 20
MAX_FIELDS = 6
"""Names of fields that one violation tells."""


def as_text(judgement: Judgement, vocabulary: Vocabulary, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield lines; ``sources`` names recordings by their ids."""
    everything = (*judgement.violations, *judgement.warnings, *judgement.suppressed)
    evidence = _Evidence(sources, everything)
    for kind, found in (
        ("violation", judgement.violations),
        ("warning", judgement.warnings),
        ("suppressed", judgement.suppressed),
    ):
        for site, of_site in groupby(found, key=lambda one: one.site):
            several = tuple(of_site)
            for one in several[:MAX_TOLD]:
                yield from _filled(f"{kind}: ", _headline(one, vocabulary))
                for head, text in _details(one, vocabulary, evidence):
                    yield from _filled(f"  {head:<9} ", text)
                yield ""
            if len(several) > MAX_TOLD:
                yield from _filled(f"{kind}: ", _folded(site, several[MAX_TOLD:]))
                yield ""
    for gap in judgement.gaps:
        yield from _filled("incomplete: ", safe_text(gap, 1_000) + ".")
    for entry in judgement.stale[:MAX_STALE]:
        yield from _filled("stale: ", safe_text(entry, 1_000) + ".")
    if len(judgement.stale) > MAX_STALE:
        yield f"stale: and {len(judgement.stale) - MAX_STALE:,} more."
    if judgement.own:
        yield f"Apart: {counted(judgement.own, 'event')} on Meta's own sites, which this policy does not judge."
    if judgement.policy != DEFAULT_POLICY:
        yield from _filled("Judged by: ", safe_text(judgement.policy, 400) + ".")
    yield from _filled("Looked at: ", account(judgement.coverage) + ".")
    yield from unrecorded(judgement.coverage)
    yield ALWAYS
    yield from _filled("", _verdict(judgement))


def _headline(one: Forbidden, vocabulary: Vocabulary) -> str:
    told = headline(one, vocabulary)
    words = "".join(safe_text(part, 60) if isinstance(part, Captured) else part for part in told)
    return f"{safe_text(one.site) if one.site else UNKNOWN_SITE}: {words}"


def _details(one: Forbidden, vocabulary: Vocabulary, evidence: "_Evidence") -> Iterator[tuple[str, str]]:
    if one.suppressed is not None:
        yield one.suppressed.by, safe_text(reason(one), 400)
    if one.blocked:
        yield "blocked", f"{one.blocked:,} of {one.times:,}: sent, and stopped on the way"
    if one.page_url:
        yield "page", safe_text(shorten_url(one.page_url))
    yield "carried", ", ".join(carried(one, vocabulary)) or NOTHING_CARRIED
    if one.fields:
        yield "in", _bounded([safe_text(field, 80) for field in one.fields])
    yield "check", f"{one.check}: {safe_text(one.why, 400)}"
    yield "rule", f"{safe_text(one.rule_id, 80)} ({safe_text(one.confidence, 20)})"
    yield "evidence", "; ".join(evidence.of(one))
    if one.suppressed is None:
        for index, remedy in enumerate(one.remedies):
            yield "to fix" if index == 0 else "or", remedy
    yield "known by", one.fingerprint


def _bounded(names: list[str]) -> str:
    more = [f"{len(names) - MAX_FIELDS:,} more"] if len(names) > MAX_FIELDS else []
    return listed([*names[:MAX_FIELDS], *more])


def _folded(site: str | None, rest: Sequence[Forbidden]) -> str:
    """Count those of a site that are not told one by one."""
    contacts = sum(one.times for one in rest if one.is_contact)
    events = sum(one.times for one in rest if not one.is_contact)
    times = listed([counted(number, what) for number, what in ((events, "event"), (contacts, "contact")) if number])
    return f"{safe_text(site) if site else UNKNOWN_SITE}: and {len(rest):,} more of other kinds ({times})"


class _Evidence:
    """Where evidence stands: files by their names, lines where a file has more than one."""

    def __init__(self, sources: Mapping[str, str], found: Iterable[Forbidden]) -> None:
        self._sources = sources
        places = (place for one in found for place in one.places)
        # Of a file in one line, as most exporters write it, the line tells nothing.
        self._with_lines = {place.recording_id for place in places if place.line not in (None, 1)}

    def of(self, one: Forbidden) -> Iterator[str]:
        """Yield each file once, with its entries."""
        for recording_id, group in groupby(one.places, key=lambda place: place.recording_id):
            places = tuple(group)
            source = safe_text(self._sources.get(recording_id, recording_id), 300)
            lines = recording_id in self._with_lines
            if len(places) == 1:
                line = f":{places[0].line}" if lines and places[0].line is not None else ""
                yield f"{source}{line} (entry {places[0].position})"
                continue
            entries = [
                f"{place.position} (line {place.line})" if lines and place.line is not None else str(place.position)
                for place in places
            ]
            yield f"{source}, entries {listed(entries)}"
        if one.times > len(one.places):
            yield f"and {one.times - len(one.places):,} more"


def _verdict(judgement: Judgement) -> str:
    is_clean = not (judgement.violations or judgement.suppressed or judgement.nothing)
    if is_clean and judgement.policy == DEFAULT_POLICY:
        warnings = f", {counted(len(judgement.warnings), 'warning')}" if judgement.warnings else ""
        return f"No event was seen to go to Meta in {counted(judgement.coverage.seen, 'request')}{warnings}."
    return verdict(judgement)


def _filled(head: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * 12, break_on_hyphens=False, break_long_words=False
    )
