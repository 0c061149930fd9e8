"""The board: what a session has seen so far, site by site, for whoever watches.

Owns the counts and what is remembered of the latest arrivals, all of it bounded.
Fed by the event loop and read by the thread that draws; must not know terminals,
mitmproxy or the store.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pixelwitness.core.exposure import records
from pixelwitness.live.display.event_line import Told

MOST_SITES, MOST_LINES, MOST_EVENTS = 200, 60, 4_000
"""Sites, lines of one site and events of which copies are known again; the oldest make room."""


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of thing that a site told: how often, and what went along."""

    what: str
    times: int = 0
    blocked: int = 0
    data: tuple[str, ...] = ()
    amount: str = ""
    """The latest one."""
    is_event: bool = True
    is_personal: bool = False


@dataclass(slots=True)
class Board:
    """Counts what arrives; ``on_told`` hears of each arrival as it happens."""

    on_told: Callable[[Told], None] | None = None
    recording: records.Recording | None = None
    """The ledger of the session as it stands."""
    _sites: OrderedDict[str, OrderedDict[str, Line]] = field(default_factory=OrderedDict)
    _events: OrderedDict[str, bool] = field(default_factory=OrderedDict)
    """Events that were counted, and whether as blocked."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, told: Sequence[Told]) -> None:
        """Take what one request told."""
        with self._lock:
            for one in told:
                self._count(one)
        if self.on_told is not None:
            for one in told:
                self.on_told(one)

    def sites(self) -> list[tuple[str, list[Line]]]:
        """Return sites and their lines, the site that told something last at the end."""
        with self._lock:
            return [(site, list(lines.values())) for site, lines in self._sites.items()]

    def _count(self, told: Told) -> None:
        lines = self._sites.setdefault(told.site, OrderedDict())
        self._sites.move_to_end(told.site)
        line = lines.get(told.what) or Line(told.what, is_event=told.is_event)
        before = self._events.get(told.id) if told.is_event else None
        if before is None:
            line = replace(line, times=line.times + 1, blocked=line.blocked + told.blocked)
        elif before and not told.blocked:
            # One of its copies left after all.
            line = replace(line, blocked=line.blocked - 1)
        data = _joined(line.data, told.data)
        amount, personal = told.amount or line.amount, line.is_personal or told.is_personal
        lines[told.what] = replace(line, data=data[:20], amount=amount, is_personal=personal)
        if told.is_event:
            self._events[told.id] = told.blocked and before is not False
            _shorten(self._events, MOST_EVENTS)
        _shorten(lines, MOST_LINES)
        _shorten(self._sites, MOST_SITES)


def _joined(known: tuple[str, ...], further: tuple[str, ...]) -> tuple[str, ...]:
    """Join what went along, the fuller one of two that begin alike.

    >>> _joined(("e-mail (SHA-256)", "browser known by _fbp"), ("e-mail (SHA-256, masked)", "phone (MD5)"))
    ('e-mail (SHA-256, masked)', 'browser known by _fbp', 'phone (MD5)')
    """
    joined = list(known)
    for one in further:
        alike = next((index for index, other in enumerate(joined) if _begins(one, other) or _begins(other, one)), None)
        if alike is None:
            joined.append(one)
        elif len(one) > len(joined[alike]):
            joined[alike] = one
    return tuple(joined)


def _begins(longer: str, shorter: str) -> bool:
    return longer == shorter or longer.startswith((f"{shorter},", f"{shorter.removesuffix(')')},"))


def _shorten[Key, Value](kept: OrderedDict[Key, Value], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
