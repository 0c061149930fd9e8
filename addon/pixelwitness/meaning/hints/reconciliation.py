"""Reconciling: what Meta's own list of activity says against what was seen.

Owns how a business of the list is told to be a site, how names of events compare, and how
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


class Listed(NamedTuple):
    """One event of the list."""

    business: str
    """As the list names it, captured text."""
    type: str
    """As the list names it: ``PAGE_VIEW``."""
    id: str | None
    """Perhaps the receiving pixel's or app's number."""
    at: float | None
    """POSIX seconds; None when the list gives no time."""


class Sent(NamedTuple):
    """One event that was seen to be sent."""

    id: str
    site: str
    pixel_id: str | None
    name: str | None
    kind: str
    at: float | None


@dataclass(slots=True)
class Row:
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


class Comparison(NamedTuple):
    """All rows, in the order of businesses and types, and the span of what was seen."""

    rows: tuple[Row, ...]
    first: float | None
    last: float | None

    def total(self, outcome: Outcome) -> int:
        """Return how many events came out so."""
        return sum(getattr(row, outcome) for row in self.rows)


def compare(listed: Iterable[Listed], sent: Iterable[Sent], tolerance: float = TOLERANCE) -> Comparison:
    """Pair what is listed with what was seen: same business, same type, nearest in time."""
    seen = list(sent)
    times = [one.at for one in seen if one.at is not None]
    first, last = (min(times), max(times)) if times else (None, None)
    groups: dict[tuple[str, str], tuple[MatchedBy, list[Listed], list[Sent]]] = {}
    names = _Businesses(seen)
    for one in listed:
        business, by = names.of(one)
        groups.setdefault((business, type_of(one.type)), (by, [], []))[1].append(one)
    for event in seen:
        groups.setdefault((event.site, _type_in(groups, event)), ("nothing", [], []))[2].append(event)
    rows = [
        _paired(Row(business, by, kind), ours, theirs, tolerance, first, last)
        for (business, kind), (by, ours, theirs) in sorted(groups.items(), key=lambda one: one[0])
    ]
    return Comparison(tuple(rows), first, last)


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


class _Businesses:
    """Knows which businesses of the list are sites that were seen."""

    def __init__(self, seen: Sequence[Sent]) -> None:
        self._sites = {one.site for one in seen}
        self._pixels: dict[str, str | None] = {}
        for one in seen:
            if one.pixel_id is not None:
                # A number that several sites sent to names none of them.
                same = self._pixels.setdefault(one.pixel_id, one.site) == one.site
                self._pixels[one.pixel_id] = one.site if same else None
        self._names = {_plain(site.partition(".")[0]): site for site in sorted(self._sites, reverse=True)}

    def of(self, one: Listed) -> tuple[str, MatchedBy]:
        """Return the site of a listed business, or its own name, and by what it was told."""
        site = site_named(one.business)
        if site is not None and site in self._sites:
            return site, "site"
        by_pixel = self._pixels.get(one.id) if one.id is not None else None
        if by_pixel is not None:
            return by_pixel, "pixel"
        by_name = self._names.get(_plain(one.business)) if site is None else None
        if by_name is not None:
            return by_name, "name"
        return site or one.business, "nothing"


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _type_in(groups: dict[tuple[str, str], tuple[MatchedBy, list[Listed], list[Sent]]], event: Sent) -> str:
    """Return the type under which the list would have an event: its own, else CUSTOM for what is not standard."""
    own = type_of(event.name or "")
    if event.kind == "standard" or (event.site, own) in groups:
        return own
    return "CUSTOM"


def _paired(
    row: Row, listed: list[Listed], sent: list[Sent], tolerance: float, first: float | None, last: float | None
) -> Row:
    timed = sorted((one for one in sent if one.at is not None), key=lambda one: (one.at or 0.0, one.id))
    untimed = [one for one in sent if one.at is None]
    times = [one.at or 0.0 for one in timed]
    left: list[Listed] = []
    for one in sorted(listed, key=lambda one: (one.at is None, one.at or 0.0)):
        at = one.at
        nearest = _nearest(times, at, tolerance) if at is not None else None
        if nearest is None:
            left.append(one)
            continue
        row.seen_and_listed += 1
        row.seen.append(timed.pop(nearest).id)
        times.pop(nearest)
    for one in left:
        # Where one side has no time, the same business and type is all that can be compared.
        pool = untimed or (timed if one.at is None else [])
        if pool:
            row.seen_and_listed += 1
            row.without_time += 1
            row.seen.append(pool.pop(0).id)
            continue
        row.listed_only += 1
        row.without_time += one.at is None
        if one.at is not None and not _within(one.at, first, last, tolerance):
            row.outside += 1
    row.seen_only = len(timed) + len(untimed)
    return row


def _nearest(times: Sequence[float], at: float, tolerance: float) -> int | None:
    place = bisect_left(times, at)
    near = [index for index in (place - 1, place) if 0 <= index < len(times) and abs(times[index] - at) <= tolerance]
    return min(near, key=lambda index: abs(times[index] - at), default=None)


def _within(at: float, first: float | None, last: float | None, tolerance: float) -> bool:
    return first is not None and last is not None and first - tolerance <= at <= last + tolerance
