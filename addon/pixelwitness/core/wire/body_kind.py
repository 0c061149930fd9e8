"""What a body can be read as, by its type and first bytes.

Owns the one judgement that rules and the screen share: a rule that reads JSON
finds nothing in a form, and one that reads a form nothing in JSON.  Must not know
rules, and parses nothing.
"""

import re
from enum import StrEnum


class BodyKind(StrEnum):
    """What a body can be read as."""

    JSON = "json"
    FORM = "form"
    EITHER = "either"


_FORM_TYPE = re.compile(r"\s*multipart/|.*urlencoded", re.IGNORECASE | re.DOTALL)
_BLANK = b"\xef\xbb\xbf \t\r\n"
_FORM_INSIDE = re.compile(rb"[\w.~%+=\-\[\]*\x80-\xff]")


def kind_of(content_type: str, body: bytes) -> BodyKind:
    """Say what a body can be read as; beacons call JSON ``text/plain``, so its first bytes decide.

    >>> kind_of("text/plain", b' {"a": 1}'), kind_of("application/json", b"a=1")
    (<BodyKind.JSON: 'json'>, <BodyKind.FORM: 'form'>)
    """
    start = body[:256].lstrip(_BLANK)[:2]
    if not start:  # nothing but blanks so far
        return BodyKind.EITHER
    if start[:1] not in (b"{", b"["):
        return BodyKind.FORM
    # A form's type makes a form of anything, and without a type `[a]=1` is one too.
    may_be_form = _FORM_TYPE.match(content_type) or (start[:1] == b"[" and _FORM_INSIDE.match(start, 1))
    return BodyKind.EITHER if may_be_form else BodyKind.JSON
