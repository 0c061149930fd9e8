"""Shapes: what a value must look like so that it may be stored.

Owns the check behind the allow-list: a field's name alone opens nothing, for a site
may put anything under any name.
"""

import re

from pixelwitness.meaning.names.knowledge import KeyEntry, Shape
from pixelwitness.meaning.spot.personal_data import objection

_NUMBER = re.compile(r"-?(?:\d{1,8}|\d{1,3}(?:[,.' ]\d{3}){1,2})(?:[.,]\d{1,4})?", re.ASCII)
_FLOAT_NOISE = re.compile(r"-?\d{1,8}\.\d{0,12}?(?:0{6}|9{6})\d{0,6}", re.ASCII)
"""38.989999999999995: a price as binary arithmetic writes it."""
_TIME = re.compile(r"(1\d{9}|[2-3]\d{9}|4[01]\d{8})(?:\d{3})?(?:\.\d{1,6})?", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,40}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z]{4})?(?:[_-](?:[A-Za-z]{2}|\d{3}))?")
_FLAGS = frozenset({"true", "false", "0", "1"})
_LONGEST = 40
_EARLIEST = 1_072_915_200
_LATEST = 4_102_444_800


def fits(text: str, entry: KeyEntry, currencies: frozenset[str]) -> bool:
    """Say whether a value has the shape in which its field may be stored.

    >>> from pixelwitness.meaning.names.knowledge import DataClass
    >>> price = KeyEntry(DataClass.MONEY, Shape.NUMBER)
    >>> [fits(text, price, frozenset()) for text in ("19.90", "1,299.00", "jane@example.com", "01701234567")]
    [True, True, False, False]
    """
    if not text or len(text) > _LONGEST:
        return False
    match entry.keep:
        case Shape.NUMBER:
            return _NUMBER.fullmatch(text) is not None or _FLOAT_NOISE.fullmatch(text) is not None
        case Shape.FLAG:
            return text.lower() in _FLAGS
        case Shape.CHOICE:
            return text in entry.choices
        case Shape.TIME:
            time = _TIME.fullmatch(text)
            return time is not None and _EARLIEST <= int(time[1]) < _LATEST
        case Shape.CURRENCY:
            return text.upper() in currencies
        case Shape.LOCALE:
            return _LOCALE.fullmatch(text) is not None
        case Shape.WORD:
            return _WORD.fullmatch(text) is not None and objection(text) is None
    return False
