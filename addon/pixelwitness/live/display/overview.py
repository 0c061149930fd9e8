"""The overview of a session: what was seen so far, site by site, for the view on the terminal.

Owns the counts and what is remembered of the latest arrivals, all of it bounded.
The event loop adds to it and the thread that draws reads it; must not know terminals,
mitmproxy or the store.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pixelwitness.core.exposure import records
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.live.display.event_line import EventLine, SettledLine

MOST_SITES, MOST_LINES, MOST_EVENTS = 200, 60, 4_000
"""Sites, lines of one site, and events whose copies are recognised; the oldest make room."""


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """One kind of event or contact of a site: how often it came, and what went along."""

    label: str
    times: int = 0
    tried: int = 0
    """Of these, those that did not leave."""
    blocked: int = 0
    """Of these, those that our own block kept back."""
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
    _copies: OrderedDict[str, dict[str, Outcome | None]] = field(default_factory=OrderedDict)
    """What became of the copies of each event or contact that was counted."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, lines: Sequence[EventLine]) -> None:
        """Add the events and contacts of one request; what whoever runs the proxy did is shown, and not counted."""
        with self._lock:
            for line in lines:
                if not line.by_operator:
                    self._count(line)
        if self.on_line is not None:
            for line in lines:
                self.on_line(line)

    def settle(self, lines: Sequence[SettledLine]) -> None:
        """Correct what was counted: these requests did not leave, or were no site's."""
        with self._lock:
            for line in lines:
                if line.after.by_operator:
                    self._uncount(line.before)
                else:
                    self._recount(line.after)
        if self.on_line is not None:
            for line in lines:
                self.on_line(line.after)

    def sites(self) -> list[tuple[str, list[OverviewLine]]]:
        """Return sites and their lines, the site of the latest arrival at the end."""
        with self._lock:
            return [(site, list(lines.values())) for site, lines in self._sites.items()]

    def _count(self, line: EventLine) -> None:
        lines = self._sites.setdefault(line.site, OrderedDict())
        self._sites.move_to_end(line.site)
        known = lines.get(line.label) or OverviewLine(line.label, is_event=line.is_event)
        if line.id not in self._copies:
            known = replace(known, times=known.times + 1)
        data = _join_data(known.data, line.data)
        amount, personal = line.amount or known.amount, known.is_personal or line.is_personal
        lines[line.label] = replace(known, data=data[:20], amount=amount, is_personal=personal)
        self._recount(line)
        _drop_oldest(self._copies, MOST_EVENTS)
        _drop_oldest(lines, MOST_LINES)
        _drop_oldest(self._sites, MOST_SITES)

    def _uncount(self, line: EventLine) -> None:
        lines, copies = self._sites.get(line.site), self._copies.get(line.id)
        if lines is None or copies is None or line.label not in lines:
            return
        known = lines[line.label]
        if copies.pop(line.carrier, None) is not None and not copies:
            del self._copies[line.id]
            if known.times > 1:
                lines[line.label] = replace(known, times=known.times - 1)
            else:
                del lines[line.label]
            if not lines:
                del self._sites[line.site]

    def _recount(self, line: EventLine) -> None:
        """Count an event or contact by what became of all its copies."""
        copies = self._copies.setdefault(line.id, {})
        before = _outcome(copies)
        copies[line.carrier] = line.outcome
        after = _outcome(copies)
        lines = self._sites.get(line.site)
        if lines is not None and line.label in lines and before is not after:
            known = lines[line.label]
            lines[line.label] = replace(
                known,
                tried=known.tried + (after is Outcome.TRIED) - (before is Outcome.TRIED),
                blocked=known.blocked + (after is Outcome.BLOCKED) - (before is Outcome.BLOCKED),
            )


def _outcome(copies: Mapping[str, Outcome | None]) -> Outcome | None:
    """Return what became of an event: it went when one of its copies did.

    >>> _outcome({"a": Outcome.BLOCKED, "b": Outcome.UNKNOWN}), _outcome({"a": Outcome.BLOCKED, "b": Outcome.TRIED})
    (<Outcome.UNKNOWN: 'unknown'>, <Outcome.TRIED: 'tried'>)
    """
    return min(copies.values(), key=_SUREST_FIRST.index, default=None)


_SUREST_FIRST = (*Outcome, None)


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
