"""The marks of a timeline: one shape for each thing that can happen.

Owns the shapes.  Colour never speaks alone: what differs in colour differs in shape, what did
not leave is hollow, and what is not known to have left is dashed.
"""

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.report.charts.chart_models import EVENTS, Mark
from pixelwitness.report.charts.svg import Element, add_element, add_text, path_data

SIZE = 16
"""Room for one mark, each way; numbers of two digits fit into it."""

_LOOKS = {
    Mark.BEFORE: "before",
    Mark.AGAINST: "against",
    Mark.GRANTED: "granted",
    Mark.UNCLEAR: "unknown",
    Mark.CONTACT: "contact",
}
_KEPT = {Outcome.UNKNOWN: "hollow dashed", Outcome.TRIED: "hollow", Outcome.BLOCKED: "hollow"}


def draw_mark(
    parent: Element, x: float, y: float, mark: Mark, number: int = 1, outcome: Outcome = Outcome.TOLD
) -> None:
    """Draw a mark about a point; a number above one stands in it."""
    if mark is Mark.VISIT:
        add_element(parent, "path", class_="contact", d=path_data("M", x - 4, y - 4, "h", 8, "l", -4, 7, "z"))
        return
    if mark in _LOOKS:
        look = f"{_KEPT[outcome]} {_LOOKS[mark]}" if outcome in _KEPT else _LOOKS[mark]
        small = 4.5 if mark is Mark.CONTACT and number == 1 else 7
        _shape(parent, x, y, mark, small, look)
        if number > 1:
            words = str(number) if number < 100 else "+"
            low = 5 if mark is Mark.AGAINST else 3.5
            add_text(parent, x, y + low, words, "tiny middle" if outcome in _KEPT else "tiny on middle")
        return
    # A tag: its point shows the moment, what stands in it the answer.
    tag = path_data("M", x - 7, y - 7, "h", 14, "v", 10, "l", -7, 5, "l", -7, -5, "z")
    look = {Mark.YES: "hollow granted", Mark.NO: "hollow against"}.get(mark, "hollow unknown")
    add_element(parent, "path", class_=look, d=tag)
    signs = {
        Mark.YES: path_data("M", x - 3.5, y - 2, "l", 2.5, 3, "l", 4.5, -5),
        Mark.NO: path_data("M", x - 3, y - 4.5, "l", 6, 6, "m", 0, -6, "l", -6, 6),
        Mark.SIGNAL: path_data("M", x - 3.5, y - 1.5, "h", 7),
    }
    add_element(parent, "path", class_="sign", d=signs[mark])


def _shape(parent: Element, x: float, y: float, mark: Mark, half: float, look: str) -> None:
    if mark is Mark.BEFORE:
        add_element(
            parent,
            "path",
            class_=look,
            d=path_data("M", x - half, y - half, "h", 2 * half, "v", 2 * half, "h", -2 * half, "z"),
        )
    elif mark is Mark.AGAINST:
        add_element(
            parent,
            "path",
            class_=look,
            d=path_data("M", x, y - half - 1, "l", half + 1, 2 * half, "h", -2 * half - 2, "z"),
        )
    elif mark is Mark.UNCLEAR:
        wide = half + 1
        add_element(
            parent,
            "path",
            class_=look,
            d=path_data("M", x, y - wide, "l", wide, wide, "l", -wide, wide, "l", -wide, -wide, "z"),
        )
    else:
        add_element(parent, "circle", class_=look, cx=x, cy=y, r=half)


ROWS: dict[Mark, int] = {
    Mark.VISIT: 0,
    Mark.YES: 1,
    Mark.NO: 1,
    Mark.SIGNAL: 1,
    **{mark: 2 + place for place, mark in enumerate(EVENTS)},
    Mark.CONTACT: 6,
}
"""In which row of its lane a mark stands; rows of which nothing is seen take no room."""
