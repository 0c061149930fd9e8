"""Reconciling: what Meta's own list of activity says against what was seen.

Owns how a business of the list is matched to a site, how names of events reconcile, and how
listed and seen events are paired.  What comes out are possibilities, never proof: the list
is known to omit, and what servers send passes no browser.  Pure.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pixelwitness.core.wire.sites import Site, is_address, site_of

TOLERANCE = 3_600.0
"""Seconds between the time of an event and that at which Meta says to have received it."""

type Outcome = Literal["seen_and_listed", "listed_only", "seen_only"]
type MatchedBy = Literal["site", "pixel", "name", "nothing"]

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_STEP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ListedEvent(NamedTuple):
    """One event of the list."""

    business: str
    """As the list names it, captured text."""
    type: str
    """As the list names it: ``PAGE_VIEW``."""
    id: str | None
    """Perhaps the receiving pixel's or app's number."""
    at: float | None
    """POSIX seconds; None when the list gives no time."""


class SentEvent(NamedTuple):
    """One event that was seen to be sent."""

    id: str
    site: str
    pixel_id: str | None
    name: str | None
    kind: str
    at: float | None


@dataclass(slots=True)
class ReconciledType:
    """What became of one type of event of one business."""

    business: str
    matched_by: MatchedBy
    type: str
    seen_and_listed: int = 0
    listed_only: int = 0
    seen_only: int = 0
    without_time: int = 0
    """Pairs and events of which one side has no time."""
    outside: int = 0
    """Listed only, at times of which there is no recording."""
    seen: list[str] = field(default_factory=list)
    """Ids of the events seen and listed."""


class Reconciliation(NamedTuple):
    """All rows, in the order of businesses and types, and the span of what was seen."""

    rows: tuple[ReconciledType, ...]
    first: float | None
    last: float | None

    def total(self, outcome: Outcome) -> int:
        """Return how many events came out so."""
        return sum(getattr(row, outcome) for row in self.rows)


def reconcile(listed: Iterable[ListedEvent], sent: Iterable[SentEvent], tolerance: float = TOLERANCE) -> Reconciliation:
    """Pair what is listed with what was seen: same business, same type, nearest in time."""
    seen = list(sent)
    times = [event.at for event in seen if event.at is not None]
    span = _Span(min(times), max(times)) if times else None
    groups: _Groups = {}
    names = _Businesses(seen)
    for entry in listed:
        business, matched_by = names.of(entry)
        groups.setdefault((business, type_of(entry.type)), (matched_by, [], []))[1].append(entry)
    for event in seen:
        groups.setdefault((event.site, _listed_type(groups, event)), ("nothing", [], []))[2].append(event)
    rows = [
        _paired(ReconciledType(business, matched_by, kind), entries, events, tolerance, span)
        for (business, kind), (matched_by, entries, events) in sorted(groups.items(), key=lambda group: group[0])
    ]
    return Reconciliation(tuple(rows), span.first if span else None, span.last if span else None)


def site_named(business: str) -> Site | None:
    """Return the site that a business's name is, None when it is no host.

    >>> site_named("www.shop.example"), site_named("https://shop.example/"), site_named("Acme Shoes")
    ('shop.example', 'shop.example', None)
    """
    host = business.strip().lower().partition("://")[2] or business.strip().lower()
    host = host.partition("/")[0].rstrip(".")
    return site_of(host) if _HOST.fullmatch(host) and not is_address(host) else None


def type_of(name: str) -> str:
    """Bring the names of events to those of the list.

    >>> type_of("PageView"), type_of("ADD_TO_CART"), type_of("fb_mobile_add_to_cart"), type_of("view content")
    ('PAGE_VIEW', 'ADD_TO_CART', 'ADD_TO_CART', 'VIEW_CONTENT')
    """
    plain = _STEP.sub("_", name.strip()).upper().replace(" ", "_").replace("-", "_")
    return plain.removeprefix("FB_MOBILE_")[:100]


type _Groups = dict[tuple[str, str], tuple[MatchedBy, list[ListedEvent], list[SentEvent]]]
"""Events of the list and seen ones by business and type."""


class _Span(NamedTuple):
    """The times of the first and last event that was seen."""

    first: float
    last: float


class _Businesses:
    """Knows which businesses of the list are sites that were seen."""

    def __init__(self, seen: Sequence[SentEvent]) -> None:
        self._sites = {event.site for event in seen}
        self._pixels: dict[str, str | None] = {}
        for event in seen:
            if event.pixel_id is not None:
                # A number that several sites sent to names none of them.
                is_same = self._pixels.setdefault(event.pixel_id, event.site) == event.site
                self._pixels[event.pixel_id] = event.site if is_same else None
        self._names = {_plain(site.partition(".")[0]): site for site in sorted(self._sites, reverse=True)}

    def of(self, entry: ListedEvent) -> tuple[str, MatchedBy]:
        """Return the site of a listed business, or its own name, and by what it was matched."""
        site = site_named(entry.business)
        if site is not None and site in self._sites:
            return site, "site"
        by_pixel = self._pixels.get(entry.id) if entry.id is not None else None
        if by_pixel is not None:
            return by_pixel, "pixel"
        by_name = self._names.get(_plain(entry.business)) if site is None else None
        if by_name is not None:
            return by_name, "name"
        return site or entry.business, "nothing"


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _listed_type(groups: _Groups, event: SentEvent) -> str:
    """Return the type under which the list would have an event: its own, else CUSTOM for what is not standard."""
    event_type = type_of(event.name or "")
    if event.kind == "standard" or (event.site, event_type) in groups:
        return event_type
    return "CUSTOM"


def _paired(
    row: ReconciledType, listed: list[ListedEvent], sent: list[SentEvent], tolerance: float, span: _Span | None
) -> ReconciledType:
    timed = sorted((event for event in sent if event.at is not None), key=lambda event: (event.at or 0.0, event.id))
    untimed = [event for event in sent if event.at is None]
    times = [event.at or 0.0 for event in timed]
    unpaired: list[ListedEvent] = []
    for entry in sorted(listed, key=lambda entry: (entry.at is None, entry.at or 0.0)):
        nearest = _nearest(times, entry.at, tolerance) if entry.at is not None else None
        if nearest is None:
            unpaired.append(entry)
            continue
        row.seen_and_listed += 1
        row.seen.append(timed.pop(nearest).id)
        times.pop(nearest)
    for entry in unpaired:
        # Where one side has no time, the same business and type is all that can be compared.
        pool = untimed or (timed if entry.at is None else [])
        if pool:
            row.seen_and_listed += 1
            row.without_time += 1
            row.seen.append(pool.pop(0).id)
            continue
        row.listed_only += 1
        row.without_time += entry.at is None
        if entry.at is not None and not _is_within(entry.at, span, tolerance):
            row.outside += 1
    row.seen_only = len(timed) + len(untimed)
    return row


def _nearest(times: Sequence[float], at: float, tolerance: float) -> int | None:
    place = bisect_left(times, at)
    near = [index for index in (place - 1, place) if 0 <= index < len(times) and abs(times[index] - at) <= tolerance]
    return min(near, key=lambda index: abs(times[index] - at), default=None)


def _is_within(at: float, span: _Span | None, tolerance: float) -> bool:
    return span is not None and span.first - tolerance <= at <= span.last + tolerance
