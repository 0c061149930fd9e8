"""Sites by channels: how many events and contacts went which way, and what became of them.

Owns the layout of this chart.  Length tells how many (by its root, so that few stay visible
beside many), the number stands beside it; what is not known to have left is hatched, what
did not leave hollow, each on a line of its own that says so.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.report.charts.chart_models import (
    MOST_TOLD,
    OUTCOME_WORDS,
    ChannelGrid,
    Chart,
    Count,
    Way,
    bound_rows,
)
from pixelwitness.report.charts.legend import draw_legend, swatch
from pixelwitness.report.charts.svg import (
    Element,
    add_element,
    add_hatching,
    add_text,
    add_tooltip,
    canvas,
    draw_empty,
    finish,
    path_data,
)
from pixelwitness.report.charts.text_fitting import name_column_width, shorten_number, wrap_text
from pixelwitness.report.wording.safe_text import listed, safe_text

MOST_ROWS = 40
TITLE = "The ways to Meta"

_LOOKS = {
    Outcome.TOLD: "event",
    Outcome.UNKNOWN: "hatched",
    Outcome.TRIED: "hollow contact",
    Outcome.BLOCKED: "hollow granted",
}
_BESIDE = {Outcome.UNKNOWN: "?", Outcome.TRIED: "tried", Outcome.BLOCKED: "blocked"}
_LEGEND = {
    Outcome.TOLD: "Meta was told",
    Outcome.UNKNOWN: "?: not recorded whether it left",
    Outcome.TRIED: "tried: nothing left",
    Outcome.BLOCKED: "blocked",
}
_COLUMN = 104
_BAR = 46
_LINE = 20


def draw_channels(grid: ChannelGrid, key: str = "chart-channels") -> Chart:
    """Draw the sites by the channels of their events and contacts."""
    description = (
        "One row for each site, one column for each way; an event that went several ways counts in each. Full bars: "
        "Meta was told. Hatched: whether it left was not recorded. Hollow: nothing left, since it failed or was "
        "stopped or blocked. An event is something reported to Meta; a contact reports nothing, but Meta learns of "
        "the visit."
    )
    head = ("Site", *(f"{'Events' if way.is_event else 'Contacts'}: {way.label}" for way in grid.ways))
    table = bound_rows([(safe_text(name), *map(_words, counts)) for name, counts in grid.rows[:MOST_TOLD]], grid.rows)
    if not grid.rows:
        return Chart(TITLE, description, draw_empty(key, TITLE, description), head, table)
    rows = _shown(grid)
    largest = max(number for _, counts in grid.rows for count in counts for _, number in count.parts())
    heights = [_LINE * max(1, *(len(count.parts()) for count in counts)) + 6 for _, counts in rows]
    label = name_column_width(safe_text(name) for name, _ in rows)
    width = label + _COLUMN * len(grid.ways) + 8
    root = canvas(key, TITLE, description)
    hatch = add_hatching(root, key)
    top = _heads(root, grid.ways, label)
    for number, ((name, counts), height) in enumerate(zip(rows, heights, strict=True)):
        row = add_element(root, "g")
        add_tooltip(row, _sentence(name, grid.ways, counts))
        if number % 2 == 0:
            add_element(row, "rect", class_="band", x=0, y=top, width=width, height=height)
        add_text(row, 6, top + 17, name, room=label - 14)
        for column, count in enumerate(counts):
            _cell(row, label + column * _COLUMN, top + 3, count, largest, hatch)
        top += height
    there = {outcome for _, counts in rows for count in counts for outcome, _ in count.parts()}
    signs = [
        (swatch(_LOOKS[outcome], hatch if outcome is Outcome.UNKNOWN else None), _LEGEND[outcome])
        for outcome in _LOOKS
        if outcome in there
    ]
    top = draw_legend(root, top + 8, width, signs)
    return Chart(TITLE, description, finish(root, width, top + 8), head, table)


def _shown(grid: ChannelGrid) -> list[tuple[str, tuple[Count, ...]]]:
    """Return the rows that are drawn: the first, then one for all others together."""
    if len(grid.rows) <= MOST_ROWS:
        return list(grid.rows)
    kept, others = list(grid.rows[: MOST_ROWS - 1]), [counts for _, counts in grid.rows[MOST_ROWS - 1 :]]
    columns = zip(*others, strict=True)
    sums = tuple(map(_sum, columns))
    return [*kept, (f"{len(others)} more sites", sums)]


def _heads(root: Element, ways: Sequence[Way], label: float) -> float:
    """Draw the heads of the columns; return where they end."""
    for is_event, words in ((True, "Events"), (False, "Contacts")):
        places = [place for place, way in enumerate(ways) if way.is_event is is_event]
        if not places:
            continue
        start, end = label + places[0] * _COLUMN, label + (places[-1] + 1) * _COLUMN - 10
        add_text(root, start, 14, words, "strong")
        add_element(root, "path", class_="rule", d=path_data("M", start, 20, "H", end))
    heads = [wrap_text(safe_text(way.label), _COLUMN - 8) for way in ways]
    for place, lines in enumerate(heads):
        for line, words in enumerate(lines):
            add_text(root, label + place * _COLUMN, 36 + 13 * line, words, "small soft")
    return 34.0 + 13 * max(map(len, heads))


def _sum(counts: Sequence[Count]) -> Count:
    numbers: Counter[str] = Counter()
    for count in counts:
        numbers.update({outcome.value: number for outcome, number in count.parts()})
    return Count(**numbers)


def _cell(row: Element, x: float, y: float, count: Count, largest: int, hatch: str) -> None:
    if not count.parts():
        add_element(row, "text", "\u00b7", class_="soft", x=x, y=y + 14)
    for outcome, number in count.parts():
        size = _length(number, largest)
        look = {"fill": hatch} if outcome is Outcome.UNKNOWN else {}
        add_element(row, "rect", class_=_LOOKS[outcome], x=x + 0.5, y=y + 4.5, width=size, height=11, rx=1.5, **look)
        short = shorten_number(number)
        words, class_ = (short, "") if outcome is Outcome.TOLD else (f"{short} {_BESIDE[outcome]}", "small soft")
        add_text(row, x + size + 5, y + 14, words, class_, room=_COLUMN - size - 8)
        y += _LINE


def _length(number: int, largest: int) -> float:
    """Return the length of a bar; that of many sites together is no longer than the longest of one."""
    return max(3.0, _BAR * math.sqrt(min(1.0, number / largest)))


def _words(count: Count) -> str:
    return ", ".join(f"{number:,} {OUTCOME_WORDS[outcome]}" for outcome, number in count.parts()) or "none"


def _sentence(name: str, ways: Sequence[Way], counts: Sequence[Count]) -> str:
    return f"{safe_text(name, 80)}: {listed(list(_describe_counts(ways, counts))) or 'nothing'}"


def _describe_counts(ways: Sequence[Way], counts: Sequence[Count]) -> Iterator[str]:
    for way, count in zip(ways, counts, strict=True):
        if count.parts():
            yield f"{'events' if way.is_event else 'contacts'} by {way.label}: {_words(count)}"
