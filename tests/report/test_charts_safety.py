"""Charts whatever was captured: well-formed, bounded, the same each time, with looks that can be read."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from tests.exposed import contact, datum, event, signal, visit
from tests.report.charted import DRAWN, STYLES, crowd, modelled, with_consent

from pixelwitness.report.charts.chart_models import Chart, ChartModels
from pixelwitness.report.charts.text_fitting import estimate_width, fit_text, wrap_text

PAYLOADS = (
    "</title></svg><script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "\"' onmouseover='alert(1)' x=\"",
    "]]><![CDATA[<img src=x onerror=alert(1)>--><!--",
    "&lt;script&gt;&#x3c;b&#60;&amp;&unknown;",
    "url(https://evil.example/x.svg#y);}*{background:url(//evil.example)}",
    "javascript:alert(1)//https://evil.example/?id=1",
    "{{ 7*7 }}{% raw %}{%",
    "\x1b[2J\x9b31m\x07\x00\x0b\x7f\x85",
    "\u202eexe.shop\u2066\u200b\ufeff\u2028\ud83d\ufffe",
    "\u5c71" * 500,
    "W" * 5_000,
    "e\u0301" * 400,
    "",
)
ATTRIBUTES = {
    *("class", "width", "height", "viewBox", "role", "aria-labelledby", "aria-describedby", "id", "d", "fill"),
    *("x", "y", "cx", "cy", "r", "rx", "transform", "patternUnits", "patternTransform"),
}
TAGS = {"svg", "title", "desc", "defs", "pattern", "path", "g", "rect", "circle", "text"}


def filled(text: str) -> ChartModels:
    """Return models in which every captured text is the given one, sites joined to one and apart."""
    fields = (datum(text, "email", text), datum("cd.own", text, text), datum("cookie.xs", text))
    hostile = dict.fromkeys(("page_url", "pixel_id", "channel", "receiver_host", "transport", "visit_id"), text)
    events = [event(text, *fields, site=site, position=n, **hostile) for n, site in enumerate((text, "a.example"), 1)]
    events += [event(text, *fields, site=text, position=9, blocked=True, seen_at=text, body_state="too_big")]
    contacts = [contact(text, *fields, site=text, rule_id=text, receiver_host=text)]
    signals = [signal(text, text, kind=text), signal("granted", text, position=4, seen_at=text)]
    return modelled([with_consent(one, text) for one in events], contacts, [visit(text)], signals)


def elements(chart: Chart) -> Iterator[ET.Element]:
    return ET.fromstring(chart.svg).iter()


@pytest.mark.parametrize("name", DRAWN)
def test_captured_text_is_text_and_nothing_else(name: str) -> None:
    charts = {payload: DRAWN[name](filled(payload)) for payload in PAYLOADS}

    assert {type(chart.svg) for chart in charts.values()} == {Markup}
    assert {payload: found for payload, chart in charts.items() if (found := list(foreign_parts(chart)))} == {}


def foreign_parts(chart: Chart) -> Iterator[str]:
    """Yield what is none of ours in a picture."""
    for one in elements(chart):
        if one.tag.removeprefix("{http://www.w3.org/2000/svg}") not in TAGS or not set(one.attrib) <= ATTRIBUTES:
            yield f"{one.tag} {sorted(one.attrib)}"
        # Whatever stands in an attribute is ours: numbers, commands of paths, names of looks.
        yield from (value for value in one.attrib.values() if not re.fullmatch(r"[\w\s.,()#-]*", value))
        if not (one.text or "").isprintable() or len(one.text or "") > 700:
            yield repr(one.text)


@given(st.text(st.characters(), max_size=80))
@example("\r\n\t")
@settings(deadline=None, max_examples=40)
def test_no_text_breaks_a_picture_or_its_rows(text: str) -> None:
    for draw in DRAWN.values():
        chart = draw(filled(text))
        assert all((one.text or "").isprintable() for one in elements(chart))
        assert all(cell.isprintable() for row in (chart.head, *chart.rows) for cell in row)
        assert {len(row) for row in chart.rows} == {len(chart.head)}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_of_a_hundred_busy_sites_stays_small(name: str) -> None:
    chart = DRAWN[name](crowd(100, each=60))

    assert len(chart.svg.encode()) < 120_000
    assert sum(len(cell) for row in chart.rows for cell in row) < 60_000


def test_ids_are_unique_on_a_page_and_every_reference_is_met() -> None:
    charts = [draw(crowd(3)) for draw in DRAWN.values()]
    ids = Counter(found for chart in charts for one in elements(chart) if (found := one.get("id")))
    asked = {
        name
        for chart in charts
        for one in elements(chart)
        for value in (one.get("aria-labelledby"), one.get("aria-describedby"), (one.get("fill") or "")[5:-1])
        if (name := value)
    }

    assert set(ids.values()) == {1}
    assert asked == set(ids)


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_named_and_described(name: str) -> None:
    chart = DRAWN[name](crowd(3))
    root = ET.fromstring(chart.svg)

    assert root.get("role") == "img"
    assert [(one.get("id"), one.text) for one in root[:2]] == [
        (root.get("aria-labelledby"), chart.title),
        (root.get("aria-describedby"), chart.description),
    ]


DRAW = "from tests.report.charted import DRAWN, crowd; m = crowd(30); [print(d(m)) for d in DRAWN.values()]"


@pytest.mark.process
def test_charts_are_the_same_bytes_under_every_hash_seed() -> None:
    root = Path(__file__).parents[2]
    path = os.pathsep.join((str(root), str(root / "addon")))
    made = {
        subprocess.run(
            [sys.executable, "-c", DRAW], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True, check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }  # fmt: skip

    assert len(made) == 1
    assert len(made.pop()) > 50_000


@given(st.text(max_size=60), st.floats(0, 300))
def test_what_is_fitted_fits(text: str, room: float) -> None:
    shown = fit_text(text, room)

    assert shown == text or estimate_width(shown) <= max(room, estimate_width("…")) + 0.01
    assert all(estimate_width(line, 11) <= max(room, estimate_width("…", 11)) + 0.01 for line in wrap_text(text, room))
    assert len(wrap_text(text, room)) <= 3


# Looks --------------------------------------------------------------------------------

_PAIRS = [
    *((look, "ground", 4.5) for look in ("ink", "soft")),
    *((look, "band", 4.5) for look in ("ink", "soft")),
    *(("on", look, 4.5) for look in ("person", "browser", "act", "page", "unknown", "before", "against", "granted")),
    *((look, "ground", 3.0) for look in ("event", "contact", "person", "browser", "act", "page", "unknown")),
    *((look, "band", 3.0) for look in ("event", "before", "against", "granted", "contact")),
]


def themes() -> dict[str, dict[str, str]]:
    found = [
        dict(re.findall(r"--chart-(\w+): (#\w{6});", block)) for block in re.findall(r":root \{(.*?)\}", STYLES, re.S)
    ]
    return {"light": found[0], "dark": found[1]}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, other: str) -> float:
    darker, lighter = sorted((luminance(colour), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hues_can_be_told_from_what_lies_behind(theme: str) -> None:
    hues = themes()[theme]
    contrasts = {(front, back, least): contrast(hues[front], hues[back]) for front, back, least in _PAIRS}

    assert {pair: found for pair, found in contrasts.items() if found < pair[2]} == {}


def test_every_look_that_is_drawn_is_in_the_sheet_and_nothing_is_fetched() -> None:
    looks = {
        look for draw in DRAWN.values() for one in elements(draw(crowd(6))) for look in (one.get("class") or "").split()
    }

    assert {look for look in looks if not re.search(rf"\.{look}\b", STYLES)} == set()
    assert "url(" not in STYLES
    assert "@import" not in STYLES
