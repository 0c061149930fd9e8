"""JSON as it comes off the wire: hostile until shown otherwise.

Owns the one bounded way to decode JSON text of captured traffic.  The fast
decoder refuses what browsers and exporters do write (lone surrogates, ``NaN``,
a BOM), so a tolerant one stands behind it; both give the same values for what
both accept.  Must not know requests or rules.
"""

import json
import re

import msgspec

type Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

MAX_DEPTH = 64
MAX_DIGITS = 32
"""Longer numbers are kept as text: a 5,000-digit integer is an attack, not a quantity."""

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_LONG_NUMBER = re.compile(rf"\d{{{MAX_DIGITS + 1}}}")
_BRACKETS = re.compile(r"[\[\]{}]")
_decode = msgspec.json.Decoder().decode


class NotJsonError(ValueError):
    """The text is not JSON within the bounds; the message says what was found."""


def depth_of(text: str) -> int:
    """Return how deep brackets nest outside strings, stopping to count just past ``MAX_DEPTH``.

    >>> depth_of('{"a": [1, "[[["]}')
    2
    """
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            break
    return deepest


def _number(text: str) -> int | float | str:
    return int(text) if len(text) <= MAX_DIGITS else text


def _float(text: str) -> float | str:
    return float(text) if len(text) <= MAX_DIGITS else text


def loads(text: str | bytes) -> Json:
    r"""Decode JSON text; raise `NotJsonError` when it is none, or nests deeper than ``MAX_DEPTH``.

    >>> loads(' {"a": [1, 2.5, "\\ud83d"]} ')
    {'a': [1, 2.5, '\ud83d']}
    >>> loads("[" * 5000)
    Traceback (most recent call last):
    ...
    pixelwitness.core.wire.json_text.NotJsonError: nested deeper than 64
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = text.removeprefix("\ufeff")
    if text.count("[") + text.count("{") > MAX_DEPTH and depth_of(text) > MAX_DEPTH:
        raise NotJsonError(f"nested deeper than {MAX_DEPTH}")
    if not _LONG_NUMBER.search(text):
        try:
            value: Json = _decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            pass
        else:
            return value
    try:
        tolerant: Json = json.loads(text, parse_int=_number, parse_float=_float, parse_constant=str, strict=False)
    except (ValueError, RecursionError) as problem:
        raise NotJsonError(str(problem)) from problem
    return tolerant


def loads_or_none(text: str | bytes) -> Json:
    """Decode JSON text that may well be something else; None when it is not JSON."""
    try:
        return loads(text)
    except NotJsonError:
        return None


def embedded(text: str) -> list[Json] | dict[str, Json] | None:
    """Decode text that is itself a JSON object or list, as Meta nests them in form fields; else None.

    >>> embedded('[{"id": "SKU-1"}]'), embedded("19.90"), embedded("[sale] boots")
    ([{'id': 'SKU-1'}], None, None)
    """
    start = text.lstrip()[:1]
    if start not in ("{", "[") or not start:
        return None
    value = loads_or_none(text)
    return value if isinstance(value, list | dict) else None


def scalar_text(value: Json) -> str:
    """Return a JSON scalar as JSON writes it, text as itself.

    >>> [scalar_text(v) for v in ("a", 12, 19.9, 1e21, True, None)]
    ['a', '12', '19.9', '1e+21', 'true', 'null']
    """
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def dumps(value: Json) -> str:
    """Write JSON the one way: compact, non-ASCII kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
