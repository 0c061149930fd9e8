"""Addresses: a captured URL taken apart without trust in its form.

Owns the pieces of a URL and nothing of what they mean.  The parsers of the standard
library raise on hostile URLs and hide what browsers accept; this one does neither.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus

MAX_PAIRS = 500
_SHORT = 2_000
"""Characters of an address whose pieces are remembered: one event is asked for them several times."""

_AUTHORITY = re.compile(r"\s*(?:([A-Za-z][A-Za-z0-9+.-]{0,30}):)?[/\\]{2}([^/\\]*)")
_OPAQUE = re.compile(r"\s*([A-Za-z][A-Za-z0-9+-]{0,30}):(?![/\\]{2}|\d{1,5}(?:/|$))")
_BETWEEN = re.compile(r"[&;]")
_LOOKS_ABSOLUTE = re.compile(r"\s*(?:https?|wss?|android-app|ios-app):[/\\]{2}|//[\w-]+\.", re.IGNORECASE)


class Address(NamedTuple):
    """The pieces of a URL as they stand in it, still encoded."""

    scheme: str
    """Lower case, empty when the text has none."""
    userinfo: str
    host: str
    """With its port, lower case; empty for a relative URL."""
    path: str
    query: str | None
    fragment: str | None
    is_opaque: bool = False
    """``data:``, ``blob:``, ``mailto:`` and the like: there is no host, and the rest is content."""


def split_address(text: str) -> Address:
    """Take a URL apart; text that is none becomes a path.

    >>> split_address("https://jane:pw@Shop.example:8443/a/b?x=1#top")
    Address(scheme='https', userinfo='jane:pw', host='shop.example:8443', path='/a/b', query='x=1', fragment='top', \
is_opaque=False)
    """
    return _remembered(text) if len(text) <= _SHORT else _split(text)


def _split(text: str) -> Address:
    head, hash_, fragment = text.partition("#")
    head, mark, query = head.partition("?")
    asked, anchored = query if mark else None, fragment if hash_ else None
    opening = _AUTHORITY.match(head)
    if opening:
        userinfo, _, host = opening[2].rpartition("@")
        scheme = (opening[1] or "").lower()
        return Address(scheme, userinfo, host.strip().lower(), head[opening.end() :], asked, anchored)
    opaque = _OPAQUE.match(head)
    if opaque:
        return Address(opaque[1].lower(), "", "", head[opaque.end() :], asked, anchored, is_opaque=True)
    return Address("", "", "", head, asked, anchored)


_remembered = lru_cache(maxsize=256)(_split)


def looks_absolute(text: str) -> bool:
    """Say whether text begins as an absolute URL does."""
    return _LOOKS_ABSOLUTE.match(text) is not None


def pairs_of(query: str) -> list[tuple[str, str, str]]:
    """Return (key, value, as it stands) of each part of a query; a part without ``=`` is a key.

    >>> pairs_of("a=1&user[email]=jane%40example.com&x")
    [('a', '1', 'a=1'), ('user.email', 'jane@example.com', 'user[email]=jane%40example.com'), ('x', '', 'x')]
    """
    pairs: list[tuple[str, str, str]] = []
    for part in _BETWEEN.split(query, maxsplit=MAX_PAIRS):
        key, _, value = part.partition("=")
        if part:
            name = unquote_plus(key).replace("[", ".").replace("]", "")
            pairs.append((name, unquote_plus(value), part))
    return pairs
