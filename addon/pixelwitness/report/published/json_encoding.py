"""JSON as it is written: one order of keys, ASCII only.

Owns the escaping, so that no control or formatting character leaves as it is, and no viewer
makes a link of captured text.
"""

import json
import re
from typing import Any

import msgspec

from pixelwitness.report.published.shared_model import AnnouncedUse
from pixelwitness.report.wording.safe_text import unlinked

_STATEMENT = frozenset(AnnouncedUse.__struct_fields__)
_RUNNER_COMMAND = re.compile(r"##(\w*\[)")


def encode_unlinked(value: object, indent: int | None = None) -> str:
    """Return a model, or plain values, as JSON in ASCII in which no string is an address that a viewer would link.

    Those of the sources of statements stay: they are ours, and there to be opened.
    """
    return encode_ascii(_unlinked(msgspec.to_builtins(value)), indent)


def _unlinked(value: Any) -> Any:
    if isinstance(value, str):
        return unlinked(value)
    if isinstance(value, list | tuple):
        return [_unlinked(item) for item in value]
    if not isinstance(value, dict) or _STATEMENT.issubset(value):
        return value
    return {key: _unlinked(one) for key, one in value.items()}


def encode_ascii(value: object, indent: int | None = None) -> str:
    """Return a model, or plain values, as JSON in ASCII, harmless to terminals and to runners that read logs."""
    # DEL is the one character of ASCII that JSON leaves as it is and a terminal does not.
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=True, indent=indent).replace("\x7f", "\\u007f")
    # Terminals, editors and logs make links of addresses; with the other spelling of a slash they see none.
    text = text.replace("://", ":\\/\\/")
    # A CI runner's log reads this as a command wherever it stands; it occurs in strings only.
    return _RUNNER_COMMAND.sub(r"#\\u0023\1", text)
