"""Forms: in what dress a value was sent.

Owns the vocabulary of forms and how a text is recognised as one.  A form says nothing
of what the value means, only what was done to it.
"""

import base64
import binascii
import hashlib
import re
from enum import StrEnum


class Form(StrEnum):
    """What was done to a value before it was sent."""

    PLAIN = "plain"
    """Readable text, in no other form of this list."""
    EMPTY = "empty"
    NUMBER = "number"
    BOOLEAN = "boolean"
    SHA256 = "sha256"
    MD5 = "md5"
    SHA1 = "sha1"
    PLAIN_APPENDIX = "plain+appendix"
    """Text to which Meta's parameter builder added its mark (``203.0.113.7.AQQAAQMC``)."""
    SHA256_APPENDIX = "sha256+appendix"
    MD5_APPENDIX = "md5+appendix"
    SHA1_APPENDIX = "sha1+appendix"
    EMPTY_HASH = "empty-hash"
    """The hash of the empty text: nothing was sent, and it still looks like something."""
    JUNK_HASH = "junk-hash"
    """The hash of ``undefined``, ``null`` and the like."""
    MASKED = "masked"
    """Each letter and digit replaced by ``^ * # ~``, as the library sends it in ``cud``."""
    REMOVED = "removed"
    """The library put ``_removed_`` in its place."""
    TRUNCATED = "truncated"
    """Readable text, exactly as long as the library lets it be: the rest was cut off."""


_HEX = re.compile(r"[0-9a-fA-F]+")
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?", re.ASCII)
_MASK = re.compile(r"[\s^*#~!-/:-@\[-`{-}]+", re.ASCII)
_MASKED_CHARACTER = re.compile(r"[*^#~]")
_BY_LENGTH = {64: Form.SHA256, 32: Form.MD5, 40: Form.SHA1}
_WITH_APPENDIX = {
    Form.SHA256: Form.SHA256_APPENDIX,
    Form.MD5: Form.MD5_APPENDIX,
    Form.SHA1: Form.SHA1_APPENDIX,
}
_LEGACY_APPENDICES = frozenset({"AQ", "Aw", "BA", "BQ", "Ag", "Bg"})
"""The older mark names the language of the sender alone."""
_COOKIE_FORM = re.compile(r"fb\.\d{1,2}\.\d{1,20}\..")


def _hashes(*texts: str) -> frozenset[str]:
    makers = (hashlib.sha256, hashlib.md5, hashlib.sha1)
    return frozenset(make(text.encode(), usedforsecurity=False).hexdigest() for make in makers for text in texts)


_EMPTY = _hashes("")
_NO_VALUES = ("undefined", "null", "none", "nan", "false", "true", "0")
"""What programs write where they have no value."""
_JUNK = _hashes(
    *_NO_VALUES,
    *(text.upper() for text in _NO_VALUES),
    "None",
    "NaN",
    "n/a",
    "[object object]",
    "[object Object]",
    # As the library strips names and cuts states and countries, and with what it adds to an e-mail without an @.
    "objectobject",
    "un",
    *(f"{text}@gmail.com" for text in _NO_VALUES),
    "[]",
    "{}",
    '""',
    " ",
)
_CUT_AT = {
    "pmd.title": 500,
    "pmd.description": 500,
    "pmd.keywords": 500,
    "cd.pageFeatures.title": 500,
    "cd.buttonText": 120,
}
"""Where the library cuts text, in characters."""


def form_of(text: str) -> Form:
    """Tell the form of a value.

    >>> [str(form_of(text)) for text in ("jane", "", "19.90", "^***@^***.***", "_removed_", "a" * 64 + ".AQQCAQMC")]
    ['plain', 'empty', 'number', 'masked', 'removed', 'sha256+appendix']
    """
    length = len(text)
    if length in _BY_LENGTH and _HEX.fullmatch(text):
        return _form_of_hash(text)
    if length <= 26 and _NUMBER.fullmatch(text):
        return Form.NUMBER
    if not text or text.isspace():
        return Form.EMPTY
    if length <= 9:
        if text.lower() in ("true", "false"):
            return Form.BOOLEAN
        if text == "_removed_":
            return Form.REMOVED
    if length <= 2_000 and _MASKED_CHARACTER.search(text) and _MASK.fullmatch(text):
        return Form.MASKED
    if (bare := without_appendix(text)) is not text:
        inner = _form_of_hash(bare) if len(bare) in _BY_LENGTH and _HEX.fullmatch(bare) else Form.PLAIN_APPENDIX
        return _WITH_APPENDIX.get(inner, inner)
    return Form.PLAIN


def is_cut(name: str, length: int) -> bool:
    """Say whether a field's text has exactly the length at which the library cuts it."""
    return _CUT_AT.get(name) == length


def _form_of_hash(text: str) -> Form:
    text = text.lower()
    if text in _EMPTY:
        return Form.EMPTY_HASH
    return Form.JUNK_HASH if text in _JUNK else _BY_LENGTH[len(text)]


def without_appendix(text: str) -> str:
    """Return a value freed of the parameter builder's marks; the same object when it bears none.

    >>> without_appendix("2001:db8::7.AQYCAQMB.AQYCAQMB"), without_appendix("fb.1.1795304924588.386876714.Bg")
    ('2001:db8::7', 'fb.1.1795304924588.386876714')
    """
    for _ in range(4):
        head, dot, last = text.rpartition(".")
        if not dot or not head or not _is_appendix(head, last):
            break
        text = head
    return text


def _is_appendix(head: str, last: str) -> bool:
    if len(last) == 2:
        # Two letters alone end many a text: they count behind a hash or one of Meta's own ids.
        if last not in _LEGACY_APPENDICES:
            return False
        hashed = len(head) in _BY_LENGTH and _HEX.fullmatch(head) is not None
        return hashed or _COOKIE_FORM.match(head) is not None
    if len(last) != 8 or not last.startswith("AQ") or not last.isascii():
        return False
    try:
        version, language, kind, *_ = base64.b64decode(last, altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return version == 1 and 1 <= language <= 15 and kind <= 3


def bare(text: str) -> str:
    """Return what tokens are made of: no appendix, a hash in lower case.

    >>> bare("AB" * 32 + ".AQQCAQMC") == "ab" * 32
    True
    """
    if "." in text:
        text = without_appendix(text)
    if len(text) in _BY_LENGTH and _HEX.fullmatch(text):
        return text.lower()
    return text
