"""Folding: which transmissions carry one and the same event.

Owns the keys by which copies are joined, inside one recording only, and the
choice of the main transmission.  Transmissions come in the order of time, so a
live session and its recording fold alike.  A missing key never joins: two equal
noscript hits are two events.
"""

import re
from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.core.wire.delivery import Delivery, Settling, delivery_of_copies

WINDOW = 48 * 3600.0
"""Seconds within which Meta joins a browser's and a server's copy (protocol: 48 hours)."""

_LIBRARY_MADE = re.compile(r"[a-z][a-z0-9]{1,15}_plugin-set_")
_SERVERS = frozenset({Channel.CAPI, Channel.APP_SDK})


def is_library_made(dedup_id: str) -> bool:
    """Say whether Meta's library made a dedup id: then both copies carry it whatever they call the event.

    >>> is_library_made("ob3_plugin-set_a957d2"), is_library_made("order-1001")
    (True, False)
    """
    return _LIBRARY_MADE.match(dedup_id) is not None


class Transmission(Protocol):
    """What folding needs to know of a transmission."""

    @property
    def sighting(self) -> Sighting: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def seen_at(self) -> float | None: ...
    @property
    def coordinates(self) -> tuple[int, int, int]:
        """(position, part, item), -1 for none."""
        ...

    @property
    def by_operator(self) -> bool:
        """Whether whoever runs the proxy replayed or changed it."""
        ...

    @property
    def settling(self) -> Settling: ...


@dataclass(slots=True)
class Group[T: Transmission]:
    """The transmissions of one event, best first."""

    first: T
    """The transmission that came first: it gives the event its id."""
    members: list[T] = field(default_factory=list)
    copies: list[Settling] = field(default_factory=list)
    """What became of each transmission; it outlives the group where answers are still waited for."""

    def add(self, member: T) -> None:
        """Take one more transmission."""
        insort(self.members, member, key=_rank)
        self.copies.append(member.settling)

    @property
    def delivery(self) -> Delivery:
        """What became of the event, as far as it is known by now."""
        return delivery_of_copies(settling.outcome.delivery for settling in self.copies)

    @property
    def has_pixel(self) -> bool:
        """Say whether the pixel itself carried the event."""
        return self.members[0].channel is Channel.PIXEL

    def is_near(self, seen_at: float | None) -> bool:
        """Say whether a time lies within the window of this event; an unknown time does."""
        since = self.first.seen_at
        return since is None or seen_at is None or abs(seen_at - since) <= WINDOW


class Folding[T: Transmission]:
    """The events of one recording, as their transmissions arrive.

    ``most_keys`` bounds what a session without an end remembers: the oldest keys are let go, and
    a copy that comes so late is an event of its own.
    """

    def __init__(self, most_keys: int | None = None) -> None:
        self._keys: deque[tuple[dict[tuple[str, ...], Group[T]], tuple[str, ...], Group[T]]] = deque()
        self._most_keys = most_keys
        self._by_copy: dict[tuple[str, ...], Group[T]] = {}
        self._by_dedup: dict[tuple[str, ...], Group[T]] = {}
        """Per dedup id the earliest event within the window: the one that copies join."""

    def add(self, member: T) -> Group[T]:
        """Return the event that a transmission belongs to, the transmission included."""
        copy_key, dedup_key = _copy_key(member), _dedup_key(member)
        group = self._by_copy.get(copy_key) if copy_key else None
        if group is None and dedup_key:
            group = self._copied(member, dedup_key)
        if group is None:
            group = Group(member)
        group.add(member)
        if copy_key and copy_key not in self._by_copy:
            self._remember(self._by_copy, copy_key, group)
        if dedup_key:
            known = self._by_dedup.get(dedup_key)
            if known is None or not known.is_near(member.seen_at):
                self._remember(self._by_dedup, dedup_key, group)
        return group

    def part(self, copies: list[Settling]) -> None:
        """Let nothing join an event any more: it turned out to be the operator's, not the site's."""
        for groups in (self._by_copy, self._by_dedup):
            for key in [key for key, group in groups.items() if group.copies is copies]:
                del groups[key]

    def _remember(self, groups: dict[tuple[str, ...], Group[T]], key: tuple[str, ...], group: Group[T]) -> None:
        groups[key] = group
        if self._most_keys is None:
            return
        self._keys.append((groups, key, group))
        if len(self._keys) > self._most_keys:
            oldest, old_key, old_group = self._keys.popleft()
            if oldest.get(old_key) is old_group:
                del oldest[old_key]

    def _copied(self, member: T, key: tuple[str, ...]) -> Group[T] | None:
        """Find the event a relay or server repeats, or, for a pixel's hit, the one it is the original of."""
        group = self._by_dedup.get(key)
        if group is None or not group.is_near(member.seen_at):
            return None
        # Two hits of the pixel with one id are two events: the library never repeats an id by itself.
        return None if member.channel is Channel.PIXEL and group.has_pixel else group


def _rank(member: Transmission) -> tuple[int, tuple[int, int, int]]:
    """Order transmissions of an event: the pixel's own, its copies, relays, servers; then by position."""
    if member.channel in _SERVERS:
        place = 3
    elif member.channel is not Channel.PIXEL:
        place = 2
    else:
        place = 1 if member.sighting.is_copy else 0
    return place, member.coordinates


def _copy_key(member: Transmission) -> tuple[str, ...] | None:
    sighting = member.sighting
    key = (sighting.pixel_id, sighting.event_name, sighting.sent_at, sighting.counter)
    return (*_owner(member), *(part for part in key if part)) if all(key) else None


def _dedup_key(member: Transmission) -> tuple[str, ...] | None:
    sighting = member.sighting
    if not sighting.pixel_id or not sighting.dedup_id:
        return None
    if is_library_made(sighting.dedup_id):
        return (*_owner(member), sighting.pixel_id, sighting.dedup_id)
    named = (*_owner(member), sighting.pixel_id, sighting.dedup_id, sighting.event_name)
    return tuple(part for part in named if part) if sighting.event_name else None


def _owner(member: Transmission) -> tuple[str, ...]:
    """Keep what the operator of the proxy replayed or changed apart from what the site sent."""
    return ("operator",) if member.by_operator else ()
