"""Reports as JSON and as JSON lines.

Owns the writing: one order of keys, ASCII only, so that no control or formatting
character leaves unescaped.
"""

import json
from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure import Exposure, SeenContact, SeenEvent
from pixelwitness.core.jsontext import Json
from pixelwitness.report.ledger import unseen
from pixelwitness.report.shapes import (
    SCHEMA_VERSION,
    Numbers,
    Shape,
    contact_shape,
    coverage_shape,
    document,
    event_shape,
)
from pixelwitness.report.vocabulary import Vocabulary


def as_json(exposure: Exposure, vocabulary: Vocabulary) -> str:
    """Return the exposure as one indented document, with a line end."""
    return in_ascii(document(exposure, vocabulary), indent=2) + "\n"


def as_lines(
    exposure: Exposure, vocabulary: Vocabulary, events: Iterable[SeenEvent], contacts: Iterable[SeenContact]
) -> Iterator[str]:
    """Yield one line for each event, then each contact, and at last the ledger."""
    numbers = Numbers()
    for event in events:
        yield in_ascii(event_shape(event, vocabulary, numbers)) + "\n"
    for contact in contacts:
        yield in_ascii(contact_shape(contact, vocabulary, numbers)) + "\n"
    ledger: Shape = {"schema_version": SCHEMA_VERSION, "record": "coverage"}
    yield in_ascii({**ledger, **coverage_shape(exposure.coverage), "could_not_be_seen": list(unseen(exposure))}) + "\n"


def in_ascii(value: Json, indent: int | None = None) -> str:
    """Return a value as JSON in ASCII, harmless to terminals and to runners that read logs."""
    # DEL is the one character of ASCII that JSON leaves as it is and a terminal does not.
    text = json.dumps(value, ensure_ascii=True, indent=indent).replace("\x7f", "\\u007f")
    # A CI runner's log reads this as a command wherever it stands; it occurs in strings only.
    return text.replace("##[", "#\\u0023[")
