"""Reports as JSON and as JSON lines.

Owns the writing: one order of keys, ASCII only, so that no control or formatting
character leaves unescaped.
"""

from collections.abc import Iterable, Iterator

import msgspec

from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent
from pixelwitness.report.published import line_model
from pixelwitness.report.published.document import announced_uses, document, recording_shape, sums
from pixelwitness.report.published.json_encoding import encode_unlinked
from pixelwitness.report.published.lines import Numbers, contact_line, event_line
from pixelwitness.report.wording import announced
from pixelwitness.report.wording.ledger_words import unseen
from pixelwitness.report.wording.vocabulary import Vocabulary


def render_json(exposure: Exposure, vocabulary: Vocabulary) -> str:
    """Return the exposure as one indented document, with a line end."""
    return encode_unlinked(document(exposure, vocabulary), indent=2) + "\n"


def render_json_lines(
    exposure: Exposure, vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]
) -> Iterator[str]:
    """Yield one line for each event, contact, statement on the use of such data and recording; at last the ledger."""
    for line in _lines(exposure, vocabulary, events, contacts):
        yield encode_unlinked(line) + "\n"


def _lines(
    exposure: Exposure, vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]
) -> Iterator[line_model.Line]:
    numbers = Numbers()
    for event in events:
        yield event_line(event, vocabulary, numbers)
    for contact in contacts:
        yield contact_line(contact, vocabulary, numbers)
    for use in announced_uses(announced.told_of(exposure, vocabulary.announced, vocabulary.region)):
        yield line_model.UseLine(**msgspec.structs.asdict(use))
    for recording in exposure.recordings:
        yield line_model.RecordingLine(**recording_shape(recording))
    yield line_model.LedgerLine(**sums(exposure.coverage), could_not_be_seen=list(unseen(exposure)))
