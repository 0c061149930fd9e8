"""The first look at a request, which tells whether any rule may match it.

Owns the budgets.  Every request of a recording or a session passes here, so this
is the one place where nanoseconds are counted: the host is sliced out of the raw
URL and looked up in one set, the few literals of any-host rules are searched for
in the URL, and only bodies that can be a payload are searched.  A yes costs a
parse, a wrong yes nothing else; a wrong no would lose evidence, so every
condition here is implied by the rules it stands for.
"""

import re
from collections.abc import Callable, Iterable

import re2

from pixelwitness.core import sites
from pixelwitness.core.rule import Rule

BODY_WINDOW = 64 * 1024
"""Bytes of a body in which literals are searched."""

_FREQUENT = b'"e0123456789:,tanirosldcum=&_p'
"""The bytes of which JSON and forms are mostly made, the most frequent ones first."""

_PLAIN_HOST = re.compile(r"https?://(?:[a-z0-9_-]+\.)*?([a-z0-9_-]+\.[a-z0-9_-]+)(?=[/?#]|$)").match
_PAYLOAD_TYPE = re.compile(
    r"\s*(?:$|text/|multipart/form-data|application/(?:[a-z0-9.+-]*json|x-www-form-urlencoded))", re.IGNORECASE
)


class Screen:
    """Tells cheaply whether a request could match one of the given rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        conditions = [rule.match for rule in rules]
        names = {name for match in conditions for name in (*match.site, *match.host)}
        # A site or host is met by any host that ends in its last two labels: a superset, decided later.
        self._tails = frozenset(".".join(name.split(".")[-2:]) for name in names)
        any_host = [match for match in conditions if match.any_host]
        self._url_literals = _shortest(literal for match in any_host for literal in match.literal_url)
        literals = _shortest(literal for match in any_host for literal in match.literal_body)
        self._body_literals = tuple((_rare_tail(literal), literal) for literal in literals)

    def wants_url(self, url: str) -> bool:
        """Say whether the URL alone makes a request worth a closer look; about 0.5 µs for an ordinary one."""
        plain = _PLAIN_HOST(url)
        tail = plain[1] if plain else _unusual_tail(url)
        if tail in self._tails:
            return True
        for literal in self._url_literals:  # noqa: SIM110  a generator costs three times as much
            if literal in url:
                return True
        return False

    def wants_body(self, content_type: str, body: bytes) -> bool:
        """Say whether the body of a POST holds a literal of an any-host rule, in its first 64 kB."""
        if not _PAYLOAD_TYPE.match(content_type):
            return False
        head = body[:BODY_WINDOW]
        return any(seen(head) and literal in head for seen, literal in self._body_literals)

    def wants_type(self, content_type: str) -> bool:
        """Say whether a body of this type is searched at all."""
        return _PAYLOAD_TYPE.match(content_type) is not None


def _shortest[T: (str, bytes)](literals: Iterable[T]) -> tuple[T, ...]:
    """Drop every literal that holds another one: it adds nothing."""
    kept: list[T] = []
    for literal in sorted(set(literals), key=len):
        if not any(short in literal for short in kept):
            kept.append(literal)
    return tuple(sorted(kept))


def _rare_tail(literal: bytes) -> Callable[[bytes], object]:
    """Return a quick search for the end of a literal that begins with its rarest byte.

    RE2 jumps from one first byte to the next, ``in`` looks at nearly all bytes:
    three times as fast in 64 kB that hold nothing, which is what most bodies hold.
    """
    start = max(range(len(literal)), key=lambda at: (_FREQUENT + literal[at : at + 1]).index(literal[at]))
    search: Callable[[bytes], object] = re2.compile(re2.escape(literal[start:])).search
    return search


def _unusual_tail(url: str) -> str:
    return ".".join(sites.host_of(url).split(".")[-2:])
