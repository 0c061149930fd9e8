"""SVG, element by element.

Owns how an element is written and that no text enters a picture unsafe.  The standard
library's ElementTree does it: it escapes whatever it is given, starts in a moment and
writes the same bytes each time.  A chart library would start slowly and bring styles that
a content security policy refuses, a template would leave the arithmetic of a chart in two
places.  Looks are classes of ``charts.css`` alone.
"""

from xml.etree import ElementTree as ET

from markupsafe import Markup

from pixelwitness.report.charts.text_fitting import fit_text
from pixelwitness.report.wording.safe_text import safe_text

type Element = ET.Element
type Value = str | float

TITLE_LIMIT = 300
"""Characters of one text that shows when something is pointed at."""


def canvas(key: str, title: str, description: str) -> Element:
    """Return an empty picture; ``key`` begins all its ids."""
    names = {"role": "img", "aria-labelledby": f"{key}-title", "aria-describedby": f"{key}-desc"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "chart", **names})
    add_element(root, "title", title, id=f"{key}-title")
    add_element(root, "desc", description, id=f"{key}-desc")
    return root


def add_element(parent: Element, tag: str, text: str | None = None, /, **attributes: Value) -> Element:
    """Add an element: ``class_`` is written ``class``, ``stroke_width`` ``stroke-width``, numbers rounded."""
    written = {
        name.rstrip("_").replace("_", "-"): value if isinstance(value, str) else _number(value)
        for name, value in attributes.items()
    }
    element = ET.SubElement(parent, tag, written)
    if text is not None:
        element.text = safe_text(text, 2_000)
    return element


def add_tooltip(parent: Element, words: str) -> None:
    """Add what shows when the element is pointed at."""
    add_element(parent, "title", safe_text(words, TITLE_LIMIT))


def add_text(parent: Element, x: float, y: float, words: str, class_: str = "", room: float | None = None) -> Element:
    """Add a text that ends within ``room`` units; one that had to be shortened tells the whole when pointed at."""
    size = 11 if "small" in class_ or "on" in class_.split() else 13
    whole = safe_text(words)
    shown = whole if room is None else fit_text(whole, room, size)
    element = add_element(parent, "text", shown, x=x, y=y, **({"class_": class_} if class_ else {}))
    if shown != whole:
        add_tooltip(element, whole)
    return element


def add_hatching(root: Element, key: str) -> str:
    """Add the slanted lines that mark what was not recorded; return what ``fill`` calls them."""
    pattern = add_element(
        add_element(root, "defs"), "pattern", id=f"{key}-hatch", width=5, height=5,
        patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )  # fmt: skip
    add_element(pattern, "path", class_="hatch", d="M0 0V5")
    return f"url(#{key}-hatch)"


def draw_empty(key: str, title: str, description: str) -> Markup:
    """Return the picture for which there is nothing to draw; it says so."""
    root = canvas(key, title, description)
    add_text(root, 6, 25, "There is nothing to draw.", "soft")
    return finish(root, 360, 40)


def finish(root: Element, width: float, height: float) -> Markup:
    """Return the picture, so many units wide and high, as it stands in a page."""
    for name, value in (("width", width), ("height", height)):
        root.set(name, _number(value))
    root.set("viewBox", f"0 0 {_number(width)} {_number(height)}")
    return Markup(ET.tostring(root, encoding="unicode"))


def path_data(*pieces: Value) -> str:
    """Return the data of a path: letters and rounded numbers.

    >>> path_data("M", 1.04, 2, "h", 0.5)
    'M1 2h0.5'
    """
    written = ""
    for piece in pieces:
        text = piece if isinstance(piece, str) else _number(piece)
        written += " " + text if written and not isinstance(piece, str) and not written[-1].isalpha() else text
    return written


def _number(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text
