"""Messages: whole sentences with named places, into which captured text goes as captured.

Owns how a message is filled and how things are listed.  Must not know statements.
"""

from collections.abc import Sequence
from functools import lru_cache
from string import Formatter

from pixelwitness.report.wording.sentence import Sentence

type Part = Sentence | str | int


def message(text: str, /, **parts: Part) -> Sentence:
    """Return a message with its places filled; a number is written with its thousands apart.

    >>> message("{site} told Meta of {number} events.", site="shop.example", number=1200)
    ('shop.example', ' told Meta of ', '1,200', ' events.')
    """
    pieces: list[str] = []
    for words, name in _places(text):
        if words:
            pieces.append(words)
        if name is not None:
            part = parts[name]
            pieces += (f"{part:,}",) if isinstance(part, int) else (part,) if isinstance(part, str) else part
    return tuple(piece for piece in pieces if piece)


@lru_cache(maxsize=512)
def _places(text: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((words, name) for words, name, _, _ in Formatter().parse(text))


def plural(number: int, one: str, many: str, /, **parts: Part) -> Sentence:
    """Return the message for one thing or for so many; its place is ``{number}``.

    >>> plural(1, "{number} visit", "{number} visits"), plural(2, "{number} visit", "{number} visits")
    (('1', ' visit'), ('2', ' visits'))
    """
    return message(one if number == 1 else many, number=number, **parts)


def list_all(items: Sequence[Part], last: str = " and ") -> Sentence:
    """Return things as a sentence lists them.

    >>> list_all(("e-mail", "phone", "name"))
    ('e-mail', ', ', 'phone', ' and ', 'name')
    """
    pieces: list[str] = []
    for index, item in enumerate(items):
        if index:
            pieces.append(last if index + 1 == len(items) else ", ")
        pieces += (f"{item:,}",) if isinstance(item, int) else (item,) if isinstance(item, str) else item
    return tuple(pieces)


def list_some(items: Sequence[Part], most: int, total: int | None = None) -> Sentence:
    """Return at most so many things as a sentence lists them, and how many more there are.

    >>> list_some(("a", "b", "c"), 2)
    ('a', ', ', 'b', ' and ', '1', ' more')
    """
    shown = list(items[:most])
    rest = (len(items) if total is None else total) - len(shown)
    return list_all([*shown, message("{number} more", number=rest)] if rest > 0 else shown)


def follow(*sentences: Sentence) -> Sentence:
    """Return several whole sentences behind each other; an empty one is left out.

    >>> follow(("It left.",), (), ("Nothing came back.",))
    ('It left.', ' ', 'Nothing came back.')
    """
    pieces: list[str] = []
    for sentence in sentences:
        if sentence:
            pieces += (" ", *sentence) if pieces else sentence
    return tuple(pieces)
