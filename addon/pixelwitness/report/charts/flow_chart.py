"""The flow: from site through kind of data to receiver.

Owns the layout of this chart, a Sankey diagram of three columns.  The largest of each column
are drawn, the others as one; heights tell how often a kind of data went from a site to a
receiver.  What was not recorded flows hatched.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pixelwitness.meaning.names.subjects import About
from pixelwitness.report.charts.chart_models import Chart, Flow, Stream
from pixelwitness.report.charts.legend import ABOUTS, draw_legend, swatch
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
from pixelwitness.report.charts.text_fitting import name_column_width
from pixelwitness.report.wording.safe_text import counted, safe_text

MOST_SITES = 10
MOST_DATA = 14
MOST_RECEIVERS = 8
MOST_ROWS = 60
TITLE = "From site through data to receiver"

_REACH = 280
"""From one column to the next."""
_NODE = 10
_TOP = 36
_SLOT = 20
"""The least height of a node with its space, so that names do not touch."""
_SPACE = 6
_THINNEST = 1.2

type _Links = Mapping[tuple[str, str], tuple[int, About | None]]


@dataclass(slots=True)
class _Node:
    """A node while it is laid out."""

    name: str
    times: int
    look: str
    y: float = 0.0
    height: float = 0.0
    left: float = 0.0
    """How much of its left side is taken by ribbons; likewise its right."""
    right: float = 0.0


def draw_flow(flow: Flow, key: str = "chart-flow") -> Chart:
    """Draw how often which data went from which site to which receiver."""
    description = (
        "From left to right: the sites, what they sent, and the hosts it was sent to. The higher a band, the more "
        "often that kind of data went with an event or a contact. Hatched: part of what was sent was not recorded, or "
        "it was not recorded whether it left. What did not leave is not drawn."
    )
    head = ("Site", "Data", "About", "Receiver", "Times")
    table = tuple(_rows(flow.streams))
    if not flow.streams:
        return Chart(TITLE, description, draw_empty(key, TITLE, description), head, table)
    streams, joined = _bounded(flow.streams)
    columns = (_nodes(streams, 0, joined), _nodes(streams, 1, joined), _nodes(streams, 2, joined))
    total = sum(stream.times for stream in streams)
    tallest = max(map(len, columns))
    room = max(240.0, tallest * (_SLOT + 10.0))
    scale = (room - tallest * _SPACE) / total
    first = _links((stream.site, stream.data, stream) for stream in streams)
    second = _links((stream.data, stream.receiver, stream) for stream in streams)
    bottom = _lay(columns, (first, second), scale)
    root = canvas(key, TITLE, description)
    hatch = add_hatching(root, key)
    left, right = (max(80.0, name_column_width(map(safe_text, column))) for column in (columns[0], columns[2]))
    xs = (left, left + _REACH, left + 2 * _REACH)
    width = xs[2] + _NODE + right
    _ribbons(root, columns[0], columns[1], first, scale, hatch, xs[0])
    _ribbons(root, columns[1], columns[2], second, scale, hatch, xs[1])
    rooms = (left, _REACH - 60.0, right)
    for column, words, x, room in zip(columns, ("Site", "Data", "Receiver"), xs, rooms, strict=True):
        words_at, class_ = (x - 8, "end") if x == left else (x + _NODE + 8, "halo")
        add_text(root, words_at, 16, words, f"strong {class_}")
        for node in column.values():
            _node(root, node, x, hatch)
            add_text(root, words_at, node.y + node.height / 2 + 4.5, node.name, class_, room=room - 14)
    bottom = _legend(root, bottom + 8, width, streams, hatch)
    return Chart(TITLE, description, finish(root, width, bottom + 8), head, table)


def _rows(streams: Sequence[Stream]) -> Iterable[tuple[str, ...]]:
    largest = frozenset(sorted(streams, key=lambda one: -one.times)[:MOST_ROWS])
    kept = [stream for stream in streams if stream in largest]
    for stream in kept:
        about = ABOUTS[stream.about][1] if stream.about is not None else "not recorded"
        yield safe_text(stream.site), safe_text(stream.data), about, safe_text(stream.receiver), f"{stream.times:,}"
    if len(kept) < len(streams):
        more = sum(stream.times for stream in streams) - sum(stream.times for stream in kept)
        yield f"{len(streams) - len(kept):,} more", "", "", "", f"{more:,}"


def _bounded(streams: Sequence[Stream]) -> tuple[list[Stream], frozenset[str]]:
    """Return the streams, the smaller sites, kinds of data and receivers each joined to one; and what joins them.

    What was not recorded stays by itself.
    """
    sites = _largest(streams, 0, MOST_SITES, "sites")
    data = _largest([stream for stream in streams if stream.about is not None], 1, MOST_DATA, "kinds of data")
    receivers = _largest(streams, 2, MOST_RECEIVERS, "receivers")
    sums: dict[tuple[str, str, About | None, str], int] = {}
    for stream in streams:
        name = data.get(stream.data, stream.data)
        about = stream.about if name == stream.data else About.TECHNICAL
        key = (sites.get(stream.site, stream.site), name, about, receivers.get(stream.receiver, stream.receiver))
        sums[key] = sums.get(key, 0) + stream.times
    joined = frozenset((*sites.values(), *data.values(), *receivers.values()))
    return [Stream(*key, times) for key, times in sums.items()], joined


def _largest(streams: Sequence[Stream], place: int, most: int, noun: str) -> Mapping[str, str]:
    """Return for each name that has no room what is drawn in its place."""
    sums = _sums(streams, place)
    if len(sums) <= most:
        return {}
    others = sorted(sums, key=lambda name: -sums[name])[most - 1 :]
    return dict.fromkeys(others, f"{len(others)} more {noun}")


def _sums(streams: Iterable[Stream], place: int) -> dict[str, int]:
    sums: dict[str, int] = {}
    for stream in streams:
        name = _names(stream)[place]
        sums[name] = sums.get(name, 0) + stream.times
    return sums


def _names(stream: Stream) -> tuple[str, str, str]:
    return stream.site, stream.data, stream.receiver


def _nodes(streams: Sequence[Stream], place: int, joined: Collection[str]) -> dict[str, _Node]:
    """Return the nodes of a column: sites as they come, data by what it is about, receivers the largest first."""
    sums = _sums(streams, place)
    abouts = {stream.data: stream.about for stream in streams} if place == 1 else {}
    order = [*ABOUTS, About.TECHNICAL, None]

    def rank(name: str) -> tuple[bool, int, int]:
        return name in joined, order.index(abouts[name]) if abouts else 0, -sums[name] if place else 0

    names = sorted(sums, key=rank)
    return {name: _Node(name, sums[name], _look(abouts[name]) if abouts else "contact") for name in names}


def _look(about: About | None) -> str:
    return "hatched" if about is None else ABOUTS.get(about, ("contact", ""))[0]


def _links(pairs: Iterable[tuple[str, str, Stream]]) -> dict[tuple[str, str], tuple[int, About | None]]:
    links: dict[tuple[str, str], tuple[int, About | None]] = {}
    for source, target, stream in pairs:
        links[source, target] = links.get((source, target), (0, None))[0] + stream.times, stream.about
    return links


def _lay(columns: Sequence[Mapping[str, _Node]], links: Sequence[_Links], scale: float) -> float:
    """Give each node its place and height; return where the lowest ends."""
    for place, column in enumerate(columns):
        for name, node in column.items():
            out = links[place].items() if place < len(links) else ()
            into = links[place - 1].items() if place else ()
            node.height = max(
                sum(_thickness(times, scale) for (source, _), (times, _) in out if source == name),
                sum(_thickness(times, scale) for (_, target), (times, _) in into if target == name),
            )
    ends = []
    for column in columns:
        y = float(_TOP)
        for node in column.values():
            node.y = y + max(0.0, (_SLOT - _SPACE - node.height) / 2)
            y = max(node.y + node.height + _SPACE, y + _SLOT)
        ends.append(y)
    for column, end in zip(columns, ends, strict=True):
        for node in column.values():
            node.y += (max(ends) - end) / 2
    return max(ends)


def _thickness(times: int, scale: float) -> float:
    return max(_THINNEST, times * scale)


def _ribbons(
    root: Element,
    sources: Mapping[str, _Node],
    targets: Mapping[str, _Node],
    links: _Links,
    scale: float,
    hatch: str,
    x: float,
) -> None:
    """Draw what goes from one column to the next; at each node in the order of the other column."""
    start, end = x + _NODE, x + _REACH
    bend = (start + end) / 2
    for source in sources.values():
        for target in targets.values():
            if (source.name, target.name) not in links:
                continue
            times, about = links[source.name, target.name]
            thick = _thickness(times, scale)
            top, into = source.y + source.right, target.y + target.left
            source.right += thick
            target.left += thick
            line = path_data("M", start, top, "C", bend, top, bend, into, end, into, "v", thick)
            line += path_data("C", bend, into + thick, bend, top + thick, start, top + thick, "z")
            look = {"fill": hatch} if about is None else {}
            ribbon = add_element(
                root, "path", class_="ribbon" if about is None else f"ribbon {_look(about)}", d=line, **look
            )
            add_tooltip(
                ribbon, f"{safe_text(source.name, 80)} → {safe_text(target.name, 80)}: {counted(times, 'time')}"
            )


def _node(root: Element, node: _Node, x: float, hatch: str) -> None:
    look = {"fill": hatch} if node.look == "hatched" else {}
    box = add_element(root, "rect", class_=node.look, x=x, y=node.y, width=_NODE, height=max(node.height, 2.0), **look)
    add_tooltip(box, f"{safe_text(node.name)}: {counted(node.times, 'time')}")


def _legend(root: Element, y: float, width: float, streams: Iterable[Stream], hatch: str) -> float:
    abouts = {stream.about for stream in streams}
    entries = [(swatch(look), words) for about, (look, words) in ABOUTS.items() if about in abouts]
    entries += [(swatch("hatched", hatch), "not recorded")] if None in abouts else []
    return draw_legend(root, y, width, entries)
