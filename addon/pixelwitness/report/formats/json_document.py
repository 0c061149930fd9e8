"""Reports as JSON and as JSON lines.

Owns the writing: one order of keys, ASCII only, so that no control or formatting
character leaves unescaped.
"""

from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent
from pixelwitness.report.published import line_model
from pixelwitness.report.published.json_encoding import encode_unlinked
from pixelwitness.report.published.report_document import build_report, public_options, publish_statements, publish_uses
from pixelwitness.report.published.report_lines import ValueNumbers, publish_contact, publish_event
from pixelwitness.report.published.shared_model import publish
from pixelwitness.report.statements.narrative import narrate_all
from pixelwitness.report.wording import announcements
from pixelwitness.report.wording.coverage_words import list_gaps
from pixelwitness.report.wording.vocabulary import Vocabulary


def render_json(exposure: Exposure, vocabulary: Vocabulary) -> str:
    """Return the exposure as one indented document, with a line end."""
    return encode_unlinked(build_report(exposure, vocabulary), indent=2) + "\n"


def render_json_lines(
    exposure: Exposure, vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]
) -> Iterator[str]:
    """Yield one line for each event, contact, statement, announced use and recording; at last the ledger."""
    for line in _lines(exposure, vocabulary, events, contacts):
        yield encode_unlinked(line) + "\n"


def _lines(
    exposure: Exposure, vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]
) -> Iterator[line_model.Line]:
    numbers = ValueNumbers()
    for event in events:
        yield publish_event(event, vocabulary, numbers)
    for contact in contacts:
        yield publish_contact(contact, vocabulary, numbers)
    for narrative in narrate_all(exposure, vocabulary.perspective(exposure)):
        for said in publish_statements(narrative, vocabulary):
            yield publish(line_model.StatementLine, said, site=narrative.site.name)
    for use in publish_uses(announcements.select_announcements(exposure, vocabulary)):
        yield publish(line_model.UseLine, use)
    for recording in exposure.recordings:
        yield publish(line_model.RecordingLine, recording, options=public_options(recording))
    yield publish(line_model.LedgerLine, exposure.coverage, could_not_be_seen=list(list_gaps(exposure)))
