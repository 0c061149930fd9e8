"""Text in charts: how wide a text is likely to be, and what of it fits.

Owns the estimate.  Nobody can measure a text before a browser has chosen the face, so it is
that of a wide one; a text that fits here fits everywhere.
"""

import unicodedata
from collections.abc import Iterable

_NARROW = frozenset("iIjlftr.,:;'|!()[]{}/\\ -`")
_WIDE = frozenset("mwMWQOGDNHU@%&#_+=~<>×…")


def estimate_width(text: str, size: float = 13) -> float:
    """Return the likely width of a text, in the units of ``size``, never too little for common faces.

    >>> round(estimate_width("shop.example", 10)), round(estimate_width("\u5c71\u5c71", 10))
    (75, 20)
    """
    return size * sum(map(_share, text))


def fit_text(text: str, room: float, size: float = 13) -> str:
    """Return a text as it is where it fits, else its beginning and its end about an ellipsis.

    >>> fit_text("shop.example", 110), fit_text("a-very-long-name-of-a.shop.example", 110)
    ('shop.example', 'a-very…xample')
    """
    if estimate_width(text, size) <= room:
        return text
    room -= estimate_width("…", size)
    head = _within(text, room / 2, size)
    tail = _within(text[len(head) :][::-1], room - estimate_width(head, size), size)[::-1]
    return f"{head}…{tail}"


def name_column_width(names: Iterable[str]) -> float:
    """Return the width of a column that holds names: no more than they need, and not much.

    >>> round(name_column_width(["shop.example"])), round(name_column_width(["w" * 100, "shop.example"]))
    (118, 196)
    """
    return min(196.0, 20 + max(map(estimate_width, names), default=0.0))


def shorten_number(number: int) -> str:
    """Write a number in at most six characters.

    >>> shorten_number(7), shorten_number(12_345), shorten_number(2_345_678)
    ('7', '12,345', '2.3 M')
    """
    return f"{number:,}" if number < 100_000 else f"{number / 1e6:,.1f} M" if number >= 1e6 else f"{number // 1000} k"


def wrap_text(text: str, room: float, size: float = 11, most: int = 3) -> tuple[str, ...]:
    """Return a text in at most so many lines, broken at spaces and hyphens; what is too long is shortened.

    >>> wrap_text("Conversions API gateway", 90)
    ('Conversions', 'API gateway')
    """
    lines: list[str] = []
    for word in text.replace("-", "-\0").replace(" ", " \0").split("\0"):
        if lines and estimate_width(lines[-1] + word.rstrip(), size) <= room:
            lines[-1] += word
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return tuple(fit_text(line.strip(), room, size) for line in lines)


def _within(text: str, room: float, size: float) -> str:
    for place, character in enumerate(text):
        room -= size * _share(character)
        if room < 0:
            return text[:place]
    return text


def _share(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW:
        return 0.41
    if character in _WIDE or unicodedata.east_asian_width(character) in "WF" or ord(character) > 0xFFFF:
        return 1.02
    return 0.7 if character.isupper() else 0.63
