"""The timeline: visits, consent signals, events and contacts, lane by lane.

Owns the layout of this chart.  What an event's mark says of consent was found when it was
scanned: the shape tells, and the colour tells it again.  What falls on one place is drawn
once, with its number; a chart has room for so many marks, and takes coarser places before
it grows beyond them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.report.charts.axis import (
    CUT_WIDTH,
    Stretch,
    format_duration,
    format_moment,
    make_ticks,
    place_on_axis,
    split_axis,
)
from pixelwitness.report.charts.chart_models import EVENTS, OUTCOME_WORDS, SIGNALS, Chart, Lane, Mark, Moment, Timeline
from pixelwitness.report.charts.lanes import MOST_DRAWN, MOST_LANES
from pixelwitness.report.charts.legend import Sample, draw_legend
from pixelwitness.report.charts.svg import (
    Element,
    add_element,
    add_text,
    add_tooltip,
    canvas,
    draw_empty,
    finish,
    path_data,
)
from pixelwitness.report.charts.text_fitting import estimate_width, name_column_width
from pixelwitness.report.charts.timeline_marks import ROWS, SIZE, draw_mark
from pixelwitness.report.wording.safe_text import counted, listed, numbered, safe_text

MOST_MARKS = 500
TITLE = "When it happened"

_LENGTH = 704
_UNKNOWN = 110
"""The width of the column for what has no time."""
_HEAD = 16

type _Place = tuple[float, Mark, Outcome]
"""(place on the axis, what, what became of it)"""
type _Marks = Mapping[_Place, Sequence[Moment]]


def draw_timeline(timeline: Timeline, key: str = "chart-timeline") -> Chart:
    """Draw when visits, consent signals, events and contacts happened."""
    lane = "visit" if timeline.by_visit else "site"
    description = (
        f"One lane for each {lane}, time from left to right (UTC); long silences are cut out. Flags on top are visits "
        "and changes of consent; below are events, by what was visible of consent when they left, and contacts. "
        "A number counts what happened at about the same time; of dashed marks it was not recorded whether they left, "
        "of hollow ones nothing left."
    )
    head = (
        lane.capitalize(),
        "First",
        "Last",
        *(mark.value.capitalize() for mark in _COUNTED),
        *_KEPT.values(),
        "Signals",
    )
    table = tuple(_rows(timeline, lane, len(head)))
    lanes = timeline.lanes[:MOST_DRAWN]
    times = [moment.at for lane in lanes for moment in lane.moments if moment.at is not None]
    timeless = any(moment.at is None for lane in lanes for moment in lane.moments)
    if not any(lane.moments for lane in lanes):
        return Chart(TITLE, description, draw_empty(key, TITLE, description), head, table)
    lanes = tuple(sorted(lanes, key=lambda one: min((m.at for m in one.moments if m.at is not None), default=9e99)))
    label = name_column_width(safe_text(lane.name) for lane in lanes)
    parts = split_axis(times, label + 12, label + _LENGTH - 12)
    end = label + _LENGTH if parts else label
    unknown_at = end + _UNKNOWN / 2
    drawn = _fitting([lane.moments for lane in lanes], parts, unknown_at)
    heights = [SIZE * max(2, len(_rows_of(marks))) + 8 for marks in drawn]
    more = len(timeline.lanes) + timeline.more - len(lanes)
    bottom = _HEAD + sum(heights)
    width = max(end + (_UNKNOWN if timeless else 0) + 8, 480.0)
    root = canvas(key, TITLE, description)
    top = float(_HEAD)
    for number, (one, marks, height) in enumerate(zip(lanes, drawn, heights, strict=True)):
        group = add_element(root, "g")
        if number % 2 == 0:
            add_element(group, "rect", class_="band", x=0, y=top, width=width, height=height)
        add_text(group, 6, top + height / 2 + 5, one.name, room=label - 14)
        _lane(group, marks, top, height)
        top += height
    _axis(root, parts, bottom, unknown_at if timeless else None)
    if more:
        add_text(root, 6, bottom + 52, f"{counted(more, f'more {lane}')}: see the table", "soft")
    lowest = _legend(root, bottom + 44 + 18 * bool(more), width, drawn)
    return Chart(TITLE, description, finish(root, width, lowest + 8), head, table)


_COUNTED = (Mark.VISIT, *EVENTS, Mark.CONTACT)


def _rows(timeline: Timeline, lane: str, columns: int) -> Iterator[tuple[str, ...]]:
    yield from map(_row, timeline.lanes[:MOST_LANES])
    more = len(timeline.lanes[MOST_LANES:]) + timeline.more
    if more:
        yield (counted(more, f"more {lane}"), *[""] * (columns - 1))


_KEPT = {
    Outcome.UNKNOWN: "Not recorded whether it left",
    Outcome.TRIED: "Tried, nothing left",
    Outcome.BLOCKED: "Blocked",
}


def _row(lane: Lane) -> tuple[str, ...]:
    tally = lane.tally
    signals = [
        moment.words + (f" at {format_moment(moment.at)[11:19]}" if moment.at is not None else "")
        for moment in tally.signals
    ]
    more = sum(tally.marks[mark] for mark in SIGNALS) - len(signals)
    return (
        safe_text(lane.name),
        *(format_moment(at) if at is not None else "not known" for at in (tally.first, tally.last)),
        *(f"{tally.marks[mark]:,}" for mark in _COUNTED),
        *(f"{tally.outcomes[outcome]:,}" for outcome in _KEPT),
        safe_text("; ".join([*signals, *([f"{more} more"] if more else ())])),
    )


def _fitting(lanes: Sequence[Sequence[Moment]], parts: Sequence[Stretch], unknown_at: float) -> list[_Marks]:
    """Return the marks of each lane, their places as fine as the room for marks allows."""
    step = float(SIZE)
    while True:
        drawn = [_marks(moments, parts, unknown_at, step) for moments in lanes]
        if sum(map(len, drawn)) <= MOST_MARKS or step > _LENGTH:
            return drawn
        step *= 1.5


def _marks(moments: Iterable[Moment], parts: Sequence[Stretch], unknown_at: float, step: float) -> _Marks:
    """Join moments of one kind that lie within a step of the first of them."""
    placed = [(unknown_at if moment.at is None else place_on_axis(moment.at, parts), moment) for moment in moments]
    marks: dict[_Place, list[Moment]] = {}
    starts: dict[tuple[Mark, Outcome], float] = {}
    for place, moment in sorted(placed, key=lambda pair: pair[0]):
        kind = (moment.mark, moment.outcome)
        if kind not in starts or place - starts[kind] >= step:
            starts[kind] = place
        marks.setdefault((starts[kind], *kind), []).append(moment)
    return marks


def _rows_of(marks: _Marks) -> Mapping[int, int]:
    """Return the place of each row that a lane has, from 0 at its top."""
    rows = sorted({ROWS[mark] for _, mark, _ in marks})
    return {row: place for place, row in enumerate(rows)}


def _lane(group: Element, marks: _Marks, top: float, height: float) -> None:
    rows = _rows_of(marks)
    start = top + (height - SIZE * len(rows)) / 2
    for place, mark, _ in marks:
        if mark is Mark.VISIT:
            add_element(group, "path", class_="line", d=path_data("M", place, top + 3, "V", top + height - 3))
    taken: dict[int, float] = {}
    for (place, mark, outcome), moments in sorted(
        marks.items(), key=lambda one: (one[0][0], ROWS[one[0][1]], one[0][1:])
    ):
        row = ROWS[mark]
        x = max(place, taken.get(row, 0.0) + SIZE)
        taken[row] = x
        drawn = add_element(group, "g")
        add_tooltip(drawn, _sentence(mark, moments, outcome))
        times = sum(moment.times for moment in moments)
        draw_mark(drawn, x, start + SIZE * (rows[row] + 0.5), mark, times, outcome)


def _sentence(mark: Mark, moments: Sequence[Moment], outcome: Outcome) -> str:
    """Tell what a mark stands for: when, what and how often."""
    numbers: Counter[str] = Counter()
    for moment in moments:
        numbers[safe_text(moment.words, 60)] += moment.times
    words = [numbered(name, number) for name, number in list(numbers.items())[:3]]
    words += [f"{len(numbers) - 3} more"] if len(numbers) > 3 else []
    when = format_moment(moments[0].at)[11:] if moments[0].at is not None else "time not known"
    how = f", {mark.value}" if mark in EVENTS else ""
    ending = "" if outcome is Outcome.TOLD else f", {OUTCOME_WORDS[outcome]}"
    return f"{when}: {listed(words)}{how}{ending}"


def _axis(root: Element, parts: Sequence[Stretch], y: float, unknown_at: float | None) -> None:
    for part in parts:
        add_element(root, "path", class_="rule", d=path_data("M", part.start, y + 4, "H", part.end))
    for part, late in pairwise(parts):
        middle = part.end + CUT_WIDTH / 2
        add_element(root, "path", class_="rule", d=path_data("M", middle - 5, y + 8, "l", 4, -8, "m", 4, 8, "l", 4, -8))
        add_element(root, "path", class_="cut", d=path_data("M", middle, _HEAD, "V", y))
        add_text(root, middle, 11, f"+ {format_duration(late.first - part.last)}", "small soft middle")
    shown = ""
    for x, words, day in _written(parts):
        add_element(root, "path", class_="rule", d=path_data("M", x, y + 4, "v", 5))
        middle = min(x, parts[-1].end + 16 - estimate_width(words, 11) / 2)
        add_text(root, middle, y + 21, words, "small soft middle")
        if day and day != shown:
            add_text(root, middle, y + 36, day, "small middle")
            shown = day
    if unknown_at is not None:
        add_element(root, "path", class_="cut", d=path_data("M", unknown_at - _UNKNOWN / 2 + 6, _HEAD, "V", y))
        add_text(root, unknown_at + 3, y + 21, "time not known", "small soft middle")


def _written(parts: Sequence[Stretch]) -> list[tuple[float, str, str]]:
    """Return the times that are written without touching one another; the first of each part comes before others."""
    found = [(number > 0, *tick) for part in parts for number, tick in enumerate(make_ticks(part))]
    kept: list[tuple[float, str, str]] = []
    for _, x, words, day in sorted(found):
        if all(
            abs(x - other) > (estimate_width(words, 11) + estimate_width(beside, 11)) / 2 + 4
            for other, beside, _ in kept
        ):
            kept.append((x, words, day))
    return sorted(kept)


def _legend(root: Element, y: float, width: float, drawn: Iterable[_Marks]) -> float:
    """Draw what the marks that are there stand for."""
    there = {(mark, outcome) for marks in drawn for _, mark, outcome in marks}

    def sample(mark: Mark, outcome: Outcome = Outcome.TOLD) -> Sample:
        return lambda parent, x, middle: draw_mark(parent, x + 8, middle, mark, outcome=outcome)

    entries = [(sample(mark), mark.value) for mark in Mark if any(of is mark for of, _ in there)]
    for outcomes, words in (
        ((Outcome.UNKNOWN,), "dashed: not recorded whether it left"),
        ((Outcome.TRIED, Outcome.BLOCKED), "hollow: nothing left"),
    ):
        kept = next(((mark, outcome) for mark in Mark for outcome in outcomes if (mark, outcome) in there), None)
        entries += [(sample(*kept), words)] if kept is not None else []
    return draw_legend(root, y, width, entries)
