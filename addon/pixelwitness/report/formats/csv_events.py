"""The report as CSV for spreadsheets: one row for each event and contact.

Owns the columns and the guard against formulas: a cell that a spreadsheet would
take for one gets a leading apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Field, Finding
from pixelwitness.meaning.names.subjects import About, about_of
from pixelwitness.meaning.spot.finding import CONSENT, IDENTITY
from pixelwitness.report.published.document import bare, contents
from pixelwitness.report.published.lines import known_by
from pixelwitness.report.wording.phrases import form_word
from pixelwitness.report.wording.safe_text import CELL_LIMIT, safe_text, unlinked
from pixelwitness.report.wording.vocabulary import Vocabulary

COLUMNS = (
    "record",
    "site",
    "page",
    "seen_at",
    "event_name",
    "event_kind",
    "pixel_id",
    "channels",
    "transports",
    "receivers",
    "personal_data",
    "other_data",
    "contents",
    "blocked",
    "rule",
    "confidence",
    "attributed_by",
    "attribution_certainty",
    "recording",
    "position",
    "line",
    "known_by",
    "consent",
    "findings",
)

# The full-width forms are read as the plain ones by some spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def guard_cell(text: str) -> str:
    r"""Return text that no spreadsheet takes for a formula, printable and of bounded length.

    >>> cell("=HYPERLINK(1)"), cell("Purchase"), cell("\t=1")
    ("'=HYPERLINK(1)", 'Purchase', "'\\x09=1")
    """
    guarded = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return ("'" if guarded else "") + safe_text(text, CELL_LIMIT)


def render_csv(vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]) -> Iterator[str]:
    """Yield the rows, the head first, every cell quoted, lines ended by a line feed."""
    yield format_row(COLUMNS)
    for event in events:
        yield format_row(_event(event, vocabulary))
    for contact in contacts:
        yield format_row(_contact(contact, vocabulary))


def format_row(cells: Iterable[object]) -> str:
    """Return one row, every cell guarded and quoted; None is an empty one."""
    line = io.StringIO()
    texts = ["" if one is None else guard_cell(unlinked(str(one))) for one in cells]
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(texts)
    return line.getvalue()


def _event(seen: SeenEvent, vocabulary: Vocabulary) -> tuple[object, ...]:
    event = seen.event
    main = seen.transmissions[0] if seen.transmissions else None
    return (
        "event",
        event.page_site or "unknown",
        bare(event.page_url),
        event.seen_at,
        event.event_name,
        event.event_kind,
        event.pixel_id,
        " ".join(seen.channels),
        " ".join(seen.transports),
        " ".join(seen.receivers),
        *_data(seen.fields, vocabulary),
        contents(seen.unread, len(seen.transmissions)),
        "yes" if event.blocked else "no",
        event.rule_id,
        event.confidence,
        event.attributed_by,
        event.attribution_certainty,
        event.recording_id,
        main.position if main else None,
        main.line if main else None,
        *_understood(seen.findings),
    )


def _contact(seen: SeenContact, vocabulary: Vocabulary) -> tuple[object, ...]:
    contact = seen.contact
    return (
        "contact",
        contact.page_site or "unknown",
        bare(contact.page_url),
        contact.seen_at,
        None,
        None,
        contact.pixel_id,
        contact.channel,
        None,
        contact.receiver_host,
        *_data(seen.fields, vocabulary),
        contents(int(is_unread(contact.body_state)), 1),
        "yes" if contact.blocked else "no",
        contact.rule_id,
        contact.confidence,
        contact.attributed_by,
        contact.attribution_certainty,
        contact.recording_id,
        contact.position,
        contact.line,
        *_understood(seen.findings),
    )


def _understood(findings: Sequence[Finding]) -> tuple[str | None, str, str]:
    """Return by what Meta could know whom it is about, what was visible of consent, and all else, in words."""
    consent = (finding_cell(one.label, one.evidence) for one in findings if one.kind == CONSENT)
    others = (
        f"{one.kind} {finding_cell(one.label, one.evidence)}, {one.certainty}{f', {one.field}' if one.field else ''}"
        for one in findings
        if one.kind not in (IDENTITY, CONSENT)
    )
    return known_by_cell(known_by(findings)), join_unique(consent), join_unique(others)


def finding_cell(label: str, evidence: str | None) -> str:
    """Return a finding as a cell tells it: ``label (evidence)``."""
    return f"{label} ({evidence})" if evidence else label


def join_unique(told: Iterable[str]) -> str:
    """Return several things in one cell, each once."""
    return "; ".join(dict.fromkeys(told))


def known_by_cell(known: Identification | None) -> str | None:
    """Return by what Meta could know somebody, as ``level (identifiers)``."""
    return None if known is None else finding_cell(known.level, ", ".join(known.names))


def _data(fields: Iterable[Field], vocabulary: Vocabulary) -> tuple[str, str]:
    """Return what was sent of the person, and of event and page, each as ``label (form, field)`` with a kept value.

    What is technical only stands in the other formats.
    """
    person: dict[str, None] = {}
    other: dict[str, None] = {}
    for one in fields:
        about = about_of(one.data_class, one.field)
        if about is About.TECHNICAL:
            continue
        kept = f" = {unlinked(one.value)}" if one.value is not None else ""
        told = f"{vocabulary.label(one.data_class)} ({form_word(one.form)}, {one.field}){kept}"
        (person if about in (About.PERSON, About.BROWSER) else other)[told] = None
    return "; ".join(person), "; ".join(other)
