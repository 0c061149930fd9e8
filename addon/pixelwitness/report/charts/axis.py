"""The axis of time: from seconds to places on a line, long silences cut out.

Owns where the axis is cut, where a time stands on it and which times are written below.
Times are UTC, and those of the traffic: no clock is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

MOST_CUTS = 5
CUT_WIDTH = 26.0
_SHORTEST_CUT = 5.0
"""Seconds; shorter silences stand as they are."""
_LEAST_WIDTH = 70.0
_TICK_ROOM = 78.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
"""Milliseconds from 1970 to the beginning of the calendar, and to its end."""
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(_MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR),
    *(_DAY * days for days in (1, 2, 7, 14, 30, 90, 180, 365, 730, 1_825, 3_650, 36_500, 365_000)),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the axis without a cut: from one time to another, from one place to another."""

    first: float
    last: float
    start: float
    end: float

    def place(self, at: float) -> float:
        """Return where a time stands."""
        if self.last <= self.first:
            return (self.start + self.end) / 2
        return self.start + (self.end - self.start) * (at - self.first) / (self.last - self.first)


def split_axis(times: Iterable[float], start: float, end: float) -> tuple[Stretch, ...]:
    """Return the parts of an axis on which all times have a place; none where there are no times.

    >>> [(one.first, one.last) for one in split_axis([0, 5, 9, 1000, 1004], 0, 600)]
    [(0, 9), (1000, 1004)]
    """
    moments = sorted(set(times))
    if not moments:
        return ()
    groups = _grouped(moments)
    room = end - start - CUT_WIDTH * (len(groups) - 1)
    spare = room - _LEAST_WIDTH * len(groups)
    spans = [group[-1] - group[0] for group in groups]
    whole = sum(spans) or 1.0
    parts: list[Stretch] = []
    for group, span in zip(groups, spans, strict=True):
        wide = room if len(groups) == 1 else _LEAST_WIDTH + spare * (span / whole if any(spans) else 1 / len(groups))
        parts.append(Stretch(group[0], group[-1], start, start + wide))
        start += wide + CUT_WIDTH
    return tuple(parts)


def _grouped(moments: Sequence[float]) -> list[list[float]]:
    """Part the times at the longest silences, each of which is longer than all that is left without it."""
    gaps = sorted(((moment_after - early, moment_after) for early, moment_after in pairwise(moments)), reverse=True)
    remaining, cuts = moments[-1] - moments[0], set()
    for gap, moment_after in gaps[:MOST_CUTS]:
        if gap < _SHORTEST_CUT or not 0 < remaining - gap < gap:
            break
        cuts.add(moment_after)
        remaining -= gap
    groups: list[list[float]] = [[]]
    for moment in moments:
        if moment in cuts:
            groups.append([])
        groups[-1].append(moment)
    return groups


def place_on_axis(at: float, parts: Sequence[Stretch]) -> float:
    """Return where a time stands on an axis that has a place for it."""
    return next(part for part in parts if part.first <= at <= part.last).place(at)


def make_ticks(part: Stretch) -> Iterator[tuple[float, str, str]]:
    """Yield (place, words, day) for the times that are written below a stretch; no day where the words name it."""
    span, wide = part.last - part.first, part.end - part.start
    if span <= 0:
        yield part.place(part.first), format_clock(part.first, 0.001 if part.first % 1 else 1), _day(part.first, 1)
        return
    most = max(wide / _TICK_ROOM, 1.0)
    step = next((step for step in _STEPS if span / step <= most), _STEPS[-1])
    number, before = -(-part.first // step), part.start - _TICK_ROOM
    while number * step <= part.last:
        place = part.place(number * step)
        if place - before >= _TICK_ROOM - 1:
            yield place, format_clock(number * step, step), _day(number * step, step)
            before = place
        number += 1
    if before < part.start:
        yield part.start, format_clock(part.first, min(step, 1)), _day(part.first, min(step, 1))


def format_clock(at: float, step: float) -> str:
    """Write a time as closely as a step asks for.

    >>> format_clock(1795300000.25, 0.01), format_clock(1795300000, 60), format_clock(1795300000, 86400)
    ('22:26:40.250', '22:26', '2026-11-21')
    """
    text = format_moment(at)
    if step >= _DAY:
        return text[:10]
    return text[11:16] if step >= _MINUTE else text[11:19] if step >= 1 else text[11:23]


def _day(at: float, step: float) -> str:
    return "" if step >= _DAY else format_moment(at)[:10]


def format_moment(at: float) -> str:
    """Write a time whole, to the millisecond; what no calendar holds is written as its end.

    >>> format_moment(1795300000.5), format_moment(1e300)
    ('2026-11-21 22:26:40.500', '9999-12-31 23:59:59.999')
    """
    milliseconds = round(min(max(at * 1000, _FIRST), _LAST))
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(" ", "milliseconds")[:23]


def format_duration(seconds: float) -> str:
    """Return a duration in words that fit into a cut.

    >>> format_duration(90), format_duration(4000), format_duration(86400 * 3), format_duration(86400 * 800)
    ('2 min', '1 h', '3 d', '2 y')
    """
    for unit, letters in ((_DAY * 365, "y"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit:
            return f"{round(seconds / unit)} {letters}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{round(seconds)} s"
