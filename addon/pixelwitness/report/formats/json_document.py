"""Reports as JSON and as JSON lines.

Owns the writing: one order of keys, ASCII only, so that no control or formatting
character leaves unescaped.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent
from pixelwitness.report.published import line_model
from pixelwitness.report.published.common import AnnouncedUse
from pixelwitness.report.published.document import announced_uses, document, recording_shape, sums
from pixelwitness.report.published.lines import Numbers, contact_line, event_line
from pixelwitness.report.wording import announced
from pixelwitness.report.wording.ledger_words import unseen
from pixelwitness.report.wording.safe_text import unlinked
from pixelwitness.report.wording.vocabulary import Vocabulary

_STATEMENT = frozenset(AnnouncedUse.__struct_fields__)
_RUNNER_COMMAND = re.compile(r"##(\w*\[)")


def as_json(exposure: Exposure, vocabulary: Vocabulary) -> str:
    """Return the exposure as one indented document, with a line end."""
    return without_links(document(exposure, vocabulary), indent=2) + "\n"


def as_lines(
    exposure: Exposure, vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]
) -> Iterator[str]:
    """Yield one line for each event, contact, statement on the use of such data and recording; at last the ledger."""
    for line in _lines(exposure, vocabulary, events, contacts):
        yield without_links(line) + "\n"


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


def without_links(value: object, indent: int | None = None) -> str:
    """Return a model, or plain values, as JSON in ASCII in which no string is an address that a viewer would link.

    Those of the sources of statements stay: they are ours, and there to be opened.
    """
    return in_ascii(_unlinked(msgspec.to_builtins(value)), indent)


def _unlinked(value: Any) -> Any:
    if isinstance(value, str):
        return unlinked(value)
    if isinstance(value, list):
        return [_unlinked(one) for one in value]
    if not isinstance(value, dict) or _STATEMENT.issubset(value):
        return value
    return {key: _unlinked(one) for key, one in value.items()}


def in_ascii(value: object, indent: int | None = None) -> str:
    """Return a model, or plain values, as JSON in ASCII, harmless to terminals and to runners that read logs."""
    # DEL is the one character of ASCII that JSON leaves as it is and a terminal does not.
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=True, indent=indent).replace("\x7f", "\\u007f")
    # Terminals, editors and logs make links of addresses; with the other spelling of a slash they see none.
    text = text.replace("://", ":\\/\\/")
    # A CI runner's log reads this as a command wherever it stands; it occurs in strings only.
    return _RUNNER_COMMAND.sub(r"#\\u0023\1", text)
