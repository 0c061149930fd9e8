"""The overview of a session: what was seen so far, site by site, for the view on the terminal.

Owns the counts and what is remembered of the latest arrivals, all of it bounded.
The event loop adds to it and the thread that draws reads it; must not know terminals,
mitmproxy or the store.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pixelwitness.core.exposure import records
from pixelwitness.live.display.event_line import EventLine

MOST_SITES, MOST_LINES, MOST_EVENTS = 200, 60, 4_000
"""Sites, lines of one site, and events whose copies are recognised; the oldest make room."""


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """One kind of event or contact of a site: how often it came, and what went along."""

    label: str
    times: int = 0
    blocked: int = 0
    data: tuple[str, ...] = ()
    amount: str = ""
    """The latest one."""
    is_event: bool = True
    is_personal: bool = False


@dataclass(slots=True)
class SessionOverview:
    """Counts what arrives; ``on_line`` is called with each event and contact as it happens."""

    on_line: Callable[[EventLine], None] | None = None
    recording: records.Recording | None = None
    """The ledger of the session as it stands."""
    _sites: OrderedDict[str, OrderedDict[str, OverviewLine]] = field(default_factory=OrderedDict)
    _events: OrderedDict[str, bool] = field(default_factory=OrderedDict)
    """Events that were counted, and whether as blocked."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, lines: Sequence[EventLine]) -> None:
        """Add the events and contacts of one request."""
        with self._lock:
            for line in lines:
                self._count(line)
        if self.on_line is not None:
            for line in lines:
                self.on_line(line)

    def sites(self) -> list[tuple[str, list[OverviewLine]]]:
        """Return sites and their lines, the site of the latest arrival at the end."""
        with self._lock:
            return [(site, list(lines.values())) for site, lines in self._sites.items()]

    def _count(self, line: EventLine) -> None:
        lines = self._sites.setdefault(line.site, OrderedDict())
        self._sites.move_to_end(line.site)
        known = lines.get(line.label) or OverviewLine(line.label, is_event=line.is_event)
        was_blocked = self._events.get(line.id) if line.is_event else None
        if was_blocked is None:
            known = replace(known, times=known.times + 1, blocked=known.blocked + line.blocked)
        elif was_blocked and not line.blocked:
            # One of its copies left after all.
            known = replace(known, blocked=known.blocked - 1)
        data = _join_data(known.data, line.data)
        amount, personal = line.amount or known.amount, known.is_personal or line.is_personal
        lines[line.label] = replace(known, data=data[:20], amount=amount, is_personal=personal)
        if line.is_event:
            self._events[line.id] = line.blocked and was_blocked is not False
            _drop_oldest(self._events, MOST_EVENTS)
        _drop_oldest(lines, MOST_LINES)
        _drop_oldest(self._sites, MOST_SITES)


def _join_data(known: tuple[str, ...], further: tuple[str, ...]) -> tuple[str, ...]:
    """Join two lists of what went along; of two texts that begin alike the longer one is kept.

    >>> _join_data(("e-mail (SHA-256)", "browser known by _fbp"), ("e-mail (SHA-256, masked)", "phone (MD5)"))
    ('e-mail (SHA-256, masked)', 'browser known by _fbp', 'phone (MD5)')
    """
    joined = list(known)
    for text in further:
        alike = (index for index, other in enumerate(joined) if _extends(text, other) or _extends(other, text))
        index = next(alike, None)
        if index is None:
            joined.append(text)
        elif len(text) > len(joined[index]):
            joined[index] = text
    return tuple(joined)


def _extends(longer: str, shorter: str) -> bool:
    return longer == shorter or longer.startswith((f"{shorter},", f"{shorter.removesuffix(')')},"))


def _drop_oldest[Key, Value](kept: OrderedDict[Key, Value], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
