"""The legend below a chart: samples with their words, in as many lines as they need."""

from collections.abc import Callable, Sequence

from pixelwitness.meaning.names.subjects import About
from pixelwitness.report.charts.svg import Element, add_element, add_text
from pixelwitness.report.charts.text_fitting import estimate_width

type Sample = Callable[[Element, float, float], object]
"""Draws a sample into a parent: left end, middle of the line."""

ABOUTS = {
    About.PERSON: ("person", "the person"),
    About.BROWSER: ("browser", "the browser or account"),
    About.EVENT: ("act", "what was done"),
    About.PAGE: ("page", "the page"),
}
"""(class of the style, words) for what data are about."""

_LINE = 24
_SAMPLE = 24
_SPACE = 20


def draw_legend(root: Element, y: float, width: float, entries: Sequence[tuple[Sample, str]]) -> float:
    """Draw samples with their words from a height on, within a width; return where they end."""
    x, y = 8.0, y + _LINE / 2
    for sample, words in entries:
        wide = _SAMPLE + estimate_width(words, 11)
        if x > 8 and x + wide > width:
            x, y = 8.0, y + _LINE
        sample(root, x, y)
        add_text(root, x + _SAMPLE, y + 4, words, "small")
        x += wide + _SPACE
    return y + _LINE / 2


def swatch(look: str, fill: str | None = None) -> Sample:
    """Return a sample that is a small field; ``fill`` where it is hatched."""
    more = {"fill": fill} if fill is not None else {}
    return lambda root, x, y: add_element(root, "rect", class_=look, x=x, y=y - 6, width=16, height=12, **more)


def letter(sign: str) -> Sample:
    """Return a sample that is a sign on a full field."""

    def sample(root: Element, x: float, y: float) -> None:
        add_element(root, "rect", class_="contact", x=x, y=y - 8, width=16, height=16)
        add_text(root, x + 8, y + 4, sign, "small on middle")

    return sample
