"""The glossary: words of this field, each with a text for a person who is no programmer.

Owns the shape of an explained word and how a name somebody typed finds it.  The texts come
from ``words.yaml``.  Must not know where the other explanations come from.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

type WordKind = Literal[
    "event", "channel", "cookie", "family", "class", "form", "identity", "consent", "word", "news", "topic", "interest",
    "rule", "field", "use", "list",
]  # fmt: skip


class Word(msgspec.Struct, frozen=True, omit_defaults=True):
    """One word: what kind of thing it names, and what it means."""

    kind: WordKind
    name: str
    text: str
    aliases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Addresses."""


class Saying(msgspec.Struct, frozen=True):
    """How an event is put as what a person did."""

    about: str
    """In front of what it was about."""
    alone: str


def plain_name(name: str) -> str:
    """Bring a name that somebody typed to the form in which names are compared.

    >>> plain_name(" Conversions-API "), plain_name("ud[em]"), plain_name("_fbp"), plain_name("cd[contents][0][id]")
    ('conversionsapi', 'ud.em', '_fbp', 'cd.contents.0.id')
    """
    plain = name.strip().lower().replace("[", ".").replace("]", "")
    return "".join(char for char in plain if char.isalnum() or char in "._*")


def index_of(words: Iterable[Word]) -> dict[str, list[Word]]:
    """Return words by every name that leads to them, the names themselves before the aliases."""
    found: dict[str, list[Word]] = {}
    listed = list(words)
    for word in listed:
        found.setdefault(plain_name(word.name), []).append(word)
    for word in listed:
        for alias in word.aliases:
            known = found.setdefault(plain_name(alias), [])
            if word not in known:
                known.append(word)
    return found
