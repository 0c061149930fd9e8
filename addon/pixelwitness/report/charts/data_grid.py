"""Sites by classes of data: sent, not sent, or not recorded.

Owns the layout of this chart and its signs.  Each answer has a sign of its own beside its
colour: a letter for the form on a full field, a dash, a question mark on a hatched field.
"""

from collections.abc import Iterable, Iterator, Sequence

from pixelwitness.meaning.names.subjects import About
from pixelwitness.report.charts.chart_models import MOST_TOLD, Answer, Chart, DataGrid, Datum, State, bound_rows
from pixelwitness.report.charts.legend import ABOUTS, Sample, draw_legend, letter, swatch
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
from pixelwitness.report.charts.text_fitting import estimate_width, fit_text, name_column_width
from pixelwitness.report.wording.safe_text import listed, safe_text

MOST_ROWS = 40
MOST_COLUMNS = 30
TITLE = "What sites sent about whom"

_STEP = 36
_GAP = 10
_ROW = 26
_SIZE = 20
_NAME = 230
_SLOPE = 0.7071


def draw_data(grid: DataGrid, key: str = "chart-data") -> Chart:
    """Draw the sites by the classes of data that they sent."""
    description = (
        "One row for each site, one column for each kind of data. A full field: it was sent, readable (a), as a hash "
        "(#) or in another form (*); the same sign on a hatched field: not recorded whether it left. A dash: it was "
        "not seen to be sent. A question mark: part of what the site sent was not recorded, so nobody can tell."
    )
    head = ("Site", *(f"{datum.label} ({ABOUTS[datum.about][1]})" for datum in grid.data))
    table = bound_rows([(safe_text(name), *map(_words, of)) for name, of in grid.rows[:MOST_TOLD]], grid.rows)
    if not grid.rows:
        return Chart(TITLE, description, draw_empty(key, TITLE, description), head, table)
    columns = _columns(grid)
    data = [grid.data[place] for place in columns]
    rows = grid.rows[: MOST_ROWS if len(grid.rows) <= MOST_ROWS else MOST_ROWS - 1]
    label = name_column_width(safe_text(name) for name, _ in rows)
    xs = list(_places(data, label))
    names = [fit_text(safe_text(datum.label), _NAME, 12) for datum in data]
    top = 14 + _SLOPE * max(estimate_width(name, 12) for name in names)
    right = max(x + _SLOPE * estimate_width(name, 12) for x, name in zip(xs, names, strict=True))
    below = top + _ROW * (len(rows) + (len(rows) < len(grid.rows)))
    width = max(right + 16, xs[-1] + _STEP, 480.0)
    root = canvas(key, TITLE, description)
    hatch = add_hatching(root, key)
    for x, name, datum in zip(xs, names, data, strict=True):
        head_at = f"translate({x + 4:.1f} {top - 8:.1f}) rotate(-45)"
        text = add_element(root, "text", name, class_="head", transform=head_at)
        add_tooltip(text, f"{datum.label} ({ABOUTS[datum.about][1]})")
    for number, (name, answers) in enumerate(rows):
        _row(root, number, top, width, name, [answers[place] for place in columns], data, xs, hatch)
    if len(rows) < len(grid.rows):
        add_text(root, 6, below - 8, f"{len(grid.rows) - len(rows)} more sites: see the table", "soft")
    end = _legend(root, below + 8, width, grid, hatch)
    return Chart(TITLE, description, finish(root, width, end + 8), head, table)


def _columns(grid: DataGrid) -> list[int]:
    """Return the places of the columns that are drawn: all, or those about people, then those that most sites sent."""
    places = range(len(grid.data))
    if len(places) <= MOST_COLUMNS:
        return list(places)
    sent = [sum(bool(answers[place].forms) for _, answers in grid.rows) for place in places]
    people = [datum.about in (About.PERSON, About.BROWSER) for datum in grid.data]
    return sorted(sorted(places, key=lambda place: (not people[place], -sent[place], place))[:MOST_COLUMNS])


def _places(data: Sequence[Datum], start: float) -> Iterator[float]:
    """Yield the middle of each column; what is about something else stands a little apart."""
    x, about = start + _STEP / 2, data[0].about
    for datum in data:
        x, about = x + (_GAP if datum.about is not about else 0), datum.about
        yield x
        x += _STEP


def _row(
    root: Element,
    number: int,
    top: float,
    width: float,
    name: str,
    answers: Sequence[Answer],
    data: Sequence[Datum],
    xs: Sequence[float],
    hatch: str,
) -> None:
    y = top + number * _ROW
    row = add_element(root, "g")
    add_tooltip(row, _sentence(name, answers, data))
    if number % 2 == 0:
        add_element(row, "rect", class_="band", x=0, y=y, width=width, height=_ROW)
    add_text(row, 6, y + 18, name, room=xs[0] - _STEP / 2 - 14)
    cells = list(zip(xs, answers, data, strict=True))
    for about, (look, _) in ABOUTS.items():
        _fields(row, [x for x, one, of in cells if one.state is State.SENT and of.about is about], y, class_=look)
    unknown = [x for x, one, _ in cells if one.state is State.NOT_RECORDED]
    unsure = [x for x, one, _ in cells if one.state is State.UNSURE]
    _fields(row, [*unknown, *unsure], y, class_="hatched", fill=hatch)
    for state, look in ((State.SENT, "small on middle"), (State.UNSURE, "small strong middle halo")):
        signs = [(x, sign) for x, one, _ in cells if one.state is state for x, sign in _signs(x, one)]
        _write_each(row, signs, y + 17, look)
    _write_each(row, [(x, "?") for x in unknown], y + 18, "strong middle halo")
    silent = [x for x, one, _ in cells if one.state is State.NOT_SENT]
    if silent:
        dashes = path_data(*(piece for x in silent for piece in ("M", x - 4, y + _ROW / 2, "h", 8)))
        add_element(row, "path", class_="rule", d=dashes)


def _fields(row: Element, xs: Sequence[float], y: float, **look: str) -> None:
    """Draw full fields as one path: a row of many stays small."""
    if xs:
        half = _SIZE / 2
        pieces = (
            piece
            for x in xs
            for piece in ("M", x - half, y + 3, "h", _SIZE, "v", _SIZE, "h", -_SIZE, "z")
        )  # fmt: skip
        add_element(row, "path", d=path_data(*pieces), **look)


def _write_each(row: Element, signs: Sequence[tuple[float, str]], y: float, class_: str) -> None:
    """Write single letters, each at its place."""
    if signs:
        places = " ".join(f"{x:.1f}" for x, _ in signs)
        add_element(row, "text", "".join(sign for _, sign in signs), class_=class_, x=places, y=y)


def _signs(x: float, answer: Answer) -> Iterator[tuple[float, str]]:
    signs = sorted({_sign(form) for form in answer.forms}, key="a#*".index) or ["*"]
    start = x - 3.5 * (len(signs) - 1)
    yield from ((start + 7 * place, sign) for place, sign in enumerate(signs[:2]))


def _sign(form: str) -> str:
    if form.startswith("readable"):
        return "a"
    return "#" if form in ("SHA-256", "SHA-1", "MD5") else "*"


def _legend(root: Element, y: float, width: float, grid: DataGrid, hatch: str) -> float:
    abouts = {datum.about for datum in grid.data}
    y = draw_legend(root, y, width, [(swatch(look), words) for one, (look, words) in ABOUTS.items() if one in abouts])

    def dash(parent: Element, x: float, middle: float) -> None:
        add_element(parent, "path", class_="rule", d=path_data("M", x + 4, middle, "h", 8))

    def question(parent: Element, x: float, middle: float) -> None:
        swatch("hatched", hatch)(parent, x, middle)
        _write_each(parent, [(x + 8, "?")], middle + 5, "strong middle halo")

    def unsure(parent: Element, x: float, middle: float) -> None:
        swatch("hatched", hatch)(parent, x, middle)
        _write_each(parent, [(x + 8, "#")], middle + 4, "small strong middle halo")

    signs: list[tuple[Sample, str]] = [(letter("a"), "readable"), (letter("#"), "hash"), (letter("*"), "other form")]
    if any(one.state is State.UNSURE for _, answers in grid.rows for one in answers):
        signs.append((unsure, State.UNSURE.value))
    return draw_legend(root, y, width, [*signs, (dash, "not sent"), (question, "not recorded")])


def _words(answer: Answer) -> str:
    return answer.state + (f" ({', '.join(answer.forms)})" if answer.forms else "")


def _sentence(name: str, answers: Iterable[Answer], data: Iterable[Datum]) -> str:
    by_state: dict[State, list[str]] = {}
    for answer, datum in zip(answers, data, strict=True):
        by_state.setdefault(answer.state, []).append(safe_text(datum.label, 40))
    parts = [f"{state}: {listed(by_state[state])}" for state in State if state in by_state]
    return f"{safe_text(name, 80)}; {'; '.join(parts)}"
