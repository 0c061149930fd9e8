"""Numbers in text that point at a person: phone numbers, payment cards, long numbers.

Owns how they are distinguished from prices, dates, sizes, versions and time stamps.  In
doubt a number counts as personal: the cost is a value that is not stored.
"""

import re
from collections.abc import Iterator
from typing import Literal

type NumberKind = Literal["phone", "payment_card", "long_number"]

_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:19|20)\d\d)(?!\d)")
_FLOAT_NOISE = re.compile(r"(?<![\d.,+])\d{1,8}\.\d{0,12}?(?:0{6}|9{6})\d{0,6}(?![\d.,])")
"""38.989999999999995 is a price as binary arithmetic writes it, no number of nine digits."""
_CANDIDATE = re.compile(r"\+?\(?\d(?:[ \u00a0().\-/]{0,3}\d){6,23}")
_GROUP = re.compile(r"\d+")
_MILLISECONDS = (1_262_304_000_000, 2_051_222_400_000)
"""The years 2010 to 2034; no phone number has thirteen digits and begins with 1."""
_LONG = 9
_FIRST_DIGITS = {13: ("4",), 14: ("30", "36", "38", "39"), 15: ("34", "37", "2131", "1800")}
"""How cards of few digits begin (ISO/IEC 7812): old ones of Visa, Diners Club, American Express and old ones of JCB."""
_MAX_ASIDE = 3
_MAX_GROUPS = 10
_GROUPINGS = frozenset(
    {(3, 3, 4), (1, 3, 3, 4), (5, 5), (5, 6), (1, 3, 3, 2, 2), (3, 3, 2, 2), (4, 3, 3), (3, 4, 4), (2, 4, 4), (2, 5, 4)}
)
"""Groups in which national numbers are written without a leading 0, +, or bracket."""


def numbers(text: str) -> Iterator[tuple[NumberKind, str]]:
    """Yield what kind of personal number stands in a text, and the number as it stands.

    >>> list(numbers("call +49 170 1234567 or (202) 555-0143, order 1234567890"))
    [('phone', '+49 170 1234567'), ('phone', '(202) 555-0143'), ('long_number', '1234567890')]
    >>> list(numbers("2024-05-04 12:30, 19.90 EUR, sizes 38-39-40, at 1795304543508"))
    []
    """
    text = _DATE.sub("|", text)
    if "." in text:
        text = _FLOAT_NOISE.sub("|", text)
    for found in _CANDIDATE.finditer(text):
        known = _best(found[0], text[max(found.start() - 2, 0) : found.start()])
        if known is not None:
            yield known
            continue
        for run in _GROUP.finditer(found[0]):
            kind = _kind_of_run(run[0])
            if kind is not None:
                yield kind, run[0]


def _best(candidate: str, before: str) -> tuple[NumberKind, str] | None:
    """Try a candidate whole, then without what may only stand beside a number (a size, a count)."""
    kind = _kind(candidate, before)
    if kind is not None:
        return kind, candidate
    spans = [group.span() for group in _GROUP.finditer(candidate)]
    if len(spans) > _MAX_GROUPS:
        return None
    for first in range(min(len(spans), _MAX_ASIDE + 1)):
        for last in range(len(spans) - 1, max(len(spans) - 2 - _MAX_ASIDE, first), -1):
            start = spans[first][0]
            # The sign or bracket that opens a number belongs to it.
            while first and start and candidate[start - 1] in "+(":
                start -= 1
            part = candidate[start : spans[last][1]]
            kind = _kind(part, before if not first else "")
            if kind is not None:
                return kind, part
    return None


def _kind(candidate: str, before: str) -> NumberKind | None:
    groups = tuple(map(len, _GROUP.findall(candidate)))
    digits = sum(groups)
    if candidate.startswith("+"):
        return "phone" if digits <= 15 else None
    if len(groups) == 1:
        return None
    plain = "".join(_GROUP.findall(candidate))
    if digits >= 13 and all(size >= 4 for size in groups[:-1]) and _is_card(plain):
        return "payment_card"
    if not _LONG <= digits <= 15 or _is_decimal(candidate):
        return None
    strong = groups in _GROUPINGS
    if groups[:3] == (1, 3, 3):
        strong = strong and plain[0] in "178"  # the long-distance digits of North America, Russia and Japan
    elif groups == (3, 3, 3):
        strong = plain[0] in "6789" and "." not in candidate
    # SKU-0123-456789 and v01.234.567890 are names of things.
    if before and (before[-1].isalnum() or before[-1] == "_" or (before[-1] == "-" and before[:1].isalnum())):
        return "phone" if groups == (3, 3, 4) else None
    if strong or "(" in candidate or (plain[0] == "0" and "/" not in candidate[6:] and groups[0] > 1):
        return "phone"
    return None


def _is_decimal(candidate: str) -> bool:
    return candidate.count(".") == 1 and not any(sign in candidate for sign in " \u00a0()-/")


def _kind_of_run(run: str) -> NumberKind | None:
    size = len(run)
    if size < _LONG:
        return None
    if size == 13 and _MILLISECONDS[0] <= int(run) <= _MILLISECONDS[1]:
        return None
    if 13 <= size <= 19 and _is_card(run):
        return "payment_card"
    if run.startswith("00") and size <= 17:
        return "phone"
    if run.startswith("0") and size <= 12:
        return "phone"
    return "long_number"


def _is_card(digits: str) -> bool:
    if len(digits) > 19 or not digits.startswith(_FIRST_DIGITS.get(len(digits), ("2", "3", "4", "5", "6"))):
        return False
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
