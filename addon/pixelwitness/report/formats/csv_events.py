"""The report as CSV for spreadsheets: one row for each event and contact.

Owns the columns and the guard against formulas: a cell that a spreadsheet would
take for one gets a leading apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Contact, Event
from pixelwitness.meaning.names.subjects import About, about_of
from pixelwitness.meaning.spot.finding import CONSENT, IDENTITY
from pixelwitness.report.published.report_document import judge_contents, without_scheme
from pixelwitness.report.published.report_lines import identify
from pixelwitness.report.statements.person_data import personal_field
from pixelwitness.report.wording.english.cells import prefix_of
from pixelwitness.report.wording.labels import label_form
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
    "delivery",
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

    >>> guard_cell("=HYPERLINK(1)"), guard_cell("Purchase"), guard_cell("\t=1")
    ("'=HYPERLINK(1)", 'Purchase', "'\\x09=1")
    """
    guarded = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return ("'" if guarded else "") + safe_text(text, CELL_LIMIT)


def render_csv(vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]) -> Iterator[str]:
    """Yield the rows, the head first, every cell quoted, lines ended by a line feed."""
    yield format_row(COLUMNS)
    for event in events:
        yield _format_cells(_event_cells(event, vocabulary))
    for contact in contacts:
        yield _format_cells(_contact_cells(contact, vocabulary))


def _format_cells(cells: Mapping[str, object]) -> str:
    return format_row(cells.get(column) for column in COLUMNS)


def format_row(cells: Iterable[object]) -> str:
    """Return one row, every cell guarded and quoted; None is an empty one."""
    line = io.StringIO()
    texts = ["" if value is None else guard_cell(unlinked(str(value))) for value in cells]
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(texts)
    return line.getvalue()


def _event_cells(seen: SeenEvent, vocabulary: Vocabulary) -> dict[str, object]:
    event = seen.event
    main = seen.transmissions[0] if seen.transmissions else None
    return {
        **_common_cells("event", event, seen, vocabulary),
        "event_name": event.event_name,
        "event_kind": event.event_kind,
        "channels": " ".join(seen.channels),
        "transports": " ".join(seen.transports),
        "receivers": " ".join(seen.receivers),
        "contents": judge_contents(seen.unread, len(seen.transmissions)),
        "position": main.position if main else None,
        "line": main.line if main else None,
    }


def _contact_cells(seen: SeenContact, vocabulary: Vocabulary) -> dict[str, object]:
    contact = seen.contact
    return {
        **_common_cells("contact", contact, seen, vocabulary),
        "channels": contact.channel,
        "receivers": contact.receiver_host,
        "contents": judge_contents(int(is_unread(contact.body_state)), 1),
        "position": contact.position,
        "line": contact.line,
    }


def _common_cells(
    kind: str, record: Event | Contact, seen: SeenEvent | SeenContact, vocabulary: Vocabulary
) -> dict[str, object]:
    """Return the cells that rows of events and of contacts make in the same way."""
    personal, other = _data_cells(seen, vocabulary)
    consent = (finding_cell(finding.label, finding.evidence) for finding in seen.findings if finding.kind == CONSENT)
    further = (
        f"{finding.kind} {finding_cell(finding.label, finding.evidence)}, {finding.certainty}"
        f"{f', {finding.field}' if finding.field else ''}"
        for finding in seen.findings
        if finding.kind not in (IDENTITY, CONSENT)
    )
    return {
        "record": kind,
        "site": record.page_site or "unknown",
        "page": without_scheme(record.page_url),
        "seen_at": record.seen_at,
        "pixel_id": record.pixel_id,
        "personal_data": personal,
        "other_data": other,
        "delivery": record.delivery,
        "blocked": "yes" if record.blocked else "no",
        "rule": record.rule_id,
        "confidence": record.confidence,
        "attributed_by": record.attributed_by,
        "attribution_certainty": record.attribution_certainty,
        "recording": record.recording_id,
        "known_by": known_by_cell(identify(seen.findings)),
        "consent": join_unique(consent),
        "findings": join_unique(further),
    }


def finding_cell(label: str, evidence: str | None) -> str:
    """Return a finding as a cell holds it: ``label (evidence)``."""
    return f"{label} ({evidence})" if evidence else label


def join_unique(texts: Iterable[str]) -> str:
    """Return several texts in one cell, each once."""
    return "; ".join(dict.fromkeys(texts))


def known_by_cell(known: Identification | None) -> str | None:
    """Return by what Meta could know somebody, as ``level (identifiers)``."""
    return None if known is None else finding_cell(known.level, ", ".join(known.names))


def _data_cells(seen: SeenEvent | SeenContact, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return what was sent of the person, and of event and page, each as ``label (form, field)`` with a kept value.

    What is technical only stands in the other formats.
    """
    personal: dict[str, None] = {}
    other: dict[str, None] = {}
    for field in seen.fields:
        about = about_of(field.data_class, field.field)
        of_person = personal_field(field, seen.findings, vocabulary.families)
        if about is About.TECHNICAL and of_person is None:
            continue
        data_class = of_person.data_class if of_person else field.data_class
        prefix = prefix_of(of_person.certainty, is_persona=of_person.is_persona) if of_person else ""
        kept = f" = {unlinked(field.value)}" if field.value is not None else ""
        datum = f"{prefix}{vocabulary.label(data_class)} ({label_form(field.form)}, {field.field}){kept}"
        (other if of_person is None and about is not About.BROWSER else personal)[datum] = None
    return "; ".join(personal), "; ".join(other)
