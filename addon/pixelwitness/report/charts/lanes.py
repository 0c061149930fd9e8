"""The lanes of the timeline while they are filled: moments one by one, and what they come to.

Owns how much is kept: of lanes that have no room in the picture only the sums, and of very
many moments those of an hour that are alike as one.  Must not know layouts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.report.charts.chart_models import Lane, Mark, Moment, Tally, Timeline

MOST_DRAWN = 12
"""Lanes of sites that a picture has room for."""
MOST_LANES = 200
"""Lanes of sites that are told at all; further ones are counted."""
MOST_MOMENTS = 20_000
"""Moments that are kept one by one, of all lanes together."""
_HOUR = 3_600.0
NO_VISIT = "no visit known"


@dataclass(slots=True)
class _Filling:
    """One lane while it is filled."""

    is_kept: bool
    tally: Tally = field(default_factory=Tally)
    moments: list[Moment] = field(default_factory=list)
    latest: dict[tuple[Mark, Outcome, str], int] = field(default_factory=dict)
    """The place of the last moment of a kind, once moments are joined."""


class Lanes:
    """Takes moments in the order of time; each site has a lane, or, where there is one site, each visit to it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._is_by_visit = len(names) == 1
        self._names = frozenset(names[:MOST_LANES])
        self._more = len(names[MOST_LANES:])
        self._kept = 0
        self._lanes: dict[str, _Filling] = {}
        if not self._is_by_visit:
            self._lanes = {name: _Filling(place < MOST_DRAWN) for place, name in enumerate(names[:MOST_LANES])}

    def add(self, name: str, visit_id: str | None, moment: Moment) -> None:
        """Take a moment of a site; of another than those of the timeline nothing is kept."""
        if name not in self._names:
            return
        lane = self._lanes.setdefault((visit_id or "") if self._is_by_visit else name, _Filling(is_kept=True))
        lane.tally.add(moment)
        if lane.is_kept:
            self._keep(lane, moment)

    def _keep(self, lane: _Filling, moment: Moment) -> None:
        if self._kept >= MOST_MOMENTS:
            kind = (moment.mark, moment.outcome, moment.words)
            place = lane.latest.get(kind)
            if place is not None and _is_within_an_hour(lane.moments[place], moment):
                lane.moments[place] = replace(lane.moments[place], times=lane.moments[place].times + 1)
                return
            lane.latest[kind] = len(lane.moments)
        self._kept += 1
        lane.moments.append(moment)

    def build(self, pages: Mapping[str, str]) -> Timeline:
        """Return the timeline; ``pages`` are the addresses of visits by their ids."""
        return Timeline(tuple(self._ordered(pages)), self._is_by_visit, self._more)

    def _ordered(self, pages: Mapping[str, str]) -> Iterator[Lane]:
        """Yield lanes of sites as they are, of visits those with the most moments first."""
        lanes = list(self._lanes.items())
        if self._is_by_visit:
            lanes.sort(key=lambda one: -sum(one[1].tally.marks.values()))
        for name, lane in lanes:
            called = pages.get(name, NO_VISIT) if self._is_by_visit else name
            yield Lane(called, tuple(lane.moments), lane.tally)


def _is_within_an_hour(earlier: Moment, later: Moment) -> bool:
    if earlier.at is None or later.at is None:
        return earlier.at is later.at
    return later.at - earlier.at < _HOUR
