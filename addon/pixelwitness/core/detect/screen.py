"""The screen: a first, cheap test of a request, whether any rule may match it.

Owns the budgets.  Every request of a recording or a session passes here, so this
is the one place where nanoseconds are counted: the host is sliced out of the raw
URL and looked up in one set, the few literals of any-host rules are searched for
in the URL, and only bodies that can be a payload are searched.  A yes costs a
parse, a wrong yes nothing else; a wrong no would lose evidence, so every
condition here is implied by the rules it stands for.
"""

import re
from collections.abc import Iterable
from typing import Any

import re2

from pixelwitness.core.detect.rule import Rule
from pixelwitness.core.wire import sites
from pixelwitness.core.wire.body_kind import BodyKind, kind_of

BODY_WINDOW = 64 * 1024
"""Bytes of a body in which literals are searched."""

_FREQUENT = b'"e0123456789:,tanirosldcum=&_p'
"""The bytes of which JSON and forms are mostly made, the most frequent ones first."""

_STRIDES = (61, 71)
"""One byte of so many is sampled, twice: primes, so that a text which repeats itself does not hide from both."""

_RARE = 4
"""Bytes of a sample of 64 kB up to which a byte is rare: about 2 in 1000."""

_DENSE = 88
"""Bytes of a sample of 64 kB at which a byte is too frequent to jump from one to the next: about 4 in 100."""

_JUMPS = 128
"""The same for the searches of one body together: beyond that it is parsed rather than searched."""

_TRIES = 8
"""Ends of a literal without its beginning, after which a body is parsed rather than searched on."""

_STEM = 4
"""Bytes that literals have to share at their beginning to be searched for as one."""

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
        self._url_literals = _shortest(text for match in any_host for text in match.literal.url)
        bodies = {
            kind: [text for match in any_host if kind in match.body_kinds for text in match.literal.body_bytes]
            for kind in BodyKind
        }
        self._searches = {kind: tuple(map(_Search, _stems(literals))) for kind, literals in bodies.items()}

    def wants_url(self, url: str) -> bool:
        """Say whether the URL alone makes a request worth parsing; about 0.5 µs for an ordinary one."""
        plain = _PLAIN_HOST(url)
        tail = plain[1] if plain else _unusual_tail(url)
        if tail in self._tails:
            return True
        for literal in self._url_literals:  # noqa: SIM110  a generator costs three times as much
            if literal in url:
                return True
        return False

    def wants_body(self, content_type: str, body: bytes) -> bool:
        """Say whether the body of a POST may hold a literal of an any-host rule, in its first 64 kB."""
        if not _PAYLOAD_TYPE.match(content_type):
            return False
        head = body[:BODY_WINDOW]
        searches = self._searches[kind_of(content_type, head)]
        sample = b"".join(head[::stride] for stride in _STRIDES)
        plans = [search.start_in(sample) for search in searches]
        if sum(jumps for jumps, _ in plans) > _JUMPS:
            return True
        return any(search.may_find(head, start) for search, (_, start) in zip(searches, plans, strict=True))

    def wants_type(self, content_type: str) -> bool:
        """Say whether a body of this type is searched at all."""
        return _PAYLOAD_TYPE.match(content_type) is not None


class _Start:
    """One byte of a literal from which a search can start: with it the rest of the literal is searched."""

    __slots__ = ("byte", "offset", "pattern", "weight")

    def __init__(self, byte: bytes, offset: int, rest: bytes) -> None:
        self.byte = byte
        self.offset = offset
        self.pattern: Any = re2.compile(re2.escape(rest))
        # A short rest is found in many places where the literal is not.
        self.weight = {1: 32, 2: 4}.get(len(rest), 1)


class _Search:
    """A search for one literal, which starts from one of its bytes that is rare in the body at hand.

    RE2 jumps from one first byte to the next, ``in`` reads nearly all bytes and,
    where a body is made of the literal's last bytes, at each of them again.  A body
    that is full of all of them is not searched but parsed.
    """

    def __init__(self, literal: bytes) -> None:
        self._literal = literal
        offsets = {byte: literal.index(byte) for byte in literal}
        self._starts = tuple(
            _Start(bytes([byte]), offsets[byte], literal[offsets[byte] :])
            for byte in sorted(offsets, key=(_FREQUENT + literal).index, reverse=True)
        )

    def start_in(self, sample: bytes) -> tuple[int, _Start | None]:
        """Choose from which byte to search a body: how often it stands in a sample of it, and the byte's start."""
        best, fewest, cost = None, _JUMPS + 1, _DENSE * 4
        for start in self._starts:
            times = sample.count(start.byte)
            if times < _DENSE and times * start.weight < cost:
                best, fewest, cost = start, times, times * start.weight
                if cost <= _RARE:
                    break
        return fewest, best

    def may_find(self, head: bytes, start: _Start | None) -> bool:
        """Say whether the literal stands in a body, or whether only parsing can show it."""
        if start is None:
            return True
        at = 0
        for _ in range(_TRIES):
            end = start.pattern.search(head, at)
            if end is None:
                return False
            if head.startswith(self._literal, end.start() - start.offset):
                return True
            at = end.start() + 1
        return True


def _shortest[T: (str, bytes)](literals: Iterable[T]) -> tuple[T, ...]:
    """Drop every literal that holds another one: it adds nothing."""
    kept: list[T] = []
    for literal in sorted(set(literals), key=len):
        if not any(short in literal for short in kept):
            kept.append(literal)
    return tuple(sorted(kept))


def _stems(literals: Iterable[bytes]) -> tuple[bytes, ...]:
    """Join literals that begin alike to what they share: it stands wherever one of them does."""
    stems: list[bytes] = []
    for literal in sorted(set(literals)):
        shared = _shared(stems[-1], literal) if stems else 0
        if shared >= _STEM:
            stems[-1] = literal[:shared]
        else:
            stems.append(literal)
    return _shortest(stems)


def _shared(text: bytes, other: bytes) -> int:
    """Return how many bytes two texts share at their beginning."""
    return next((at for at, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))


def _unusual_tail(url: str) -> str:
    return ".".join(sites.host_of(url).split(".")[-2:])
