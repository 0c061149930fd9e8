"""Charts in a real browser: every text stays in its place, every look and pattern is there, in each medium."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.exposed import EMAIL, contact, event, signal, visit
from tests.report.charted import DRAWN, STYLES, crowd, modelled, with_consent
from tests.sites.browse import CHROMIUM

from pixelwitness.report.charts.chart_models import ChartModels

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
WIDE = "WWWWMMMM\u5c71\u5c71\u5c71\u5c71\u5c71\u5c71\u0429\u0416\u0429\u0416@@@@"
OUTSIDE = """() => [...document.querySelectorAll('svg.chart text')].flatMap(text => {
    const one = text.getBoundingClientRect(), all = text.closest('svg').getBoundingClientRect();
    const out = Math.max(all.left - one.left, one.right - all.right, all.top - one.top, one.bottom - all.bottom);
    return out > 0.5 ? [[text.textContent, Math.round(out)]] : [];
})"""
TOUCHING = """() => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
    const texts = [...svg.querySelectorAll('text:not(.head):not(.on):not(.middle), text.small.middle:not(.on)')]
        .map(text => [text.textContent, text.getBoundingClientRect()]);
    return texts.flatMap(([words, one], place) => texts.slice(place + 1).flatMap(([others, other]) =>
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > 0.5
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4 ? [[words, others]] : []));
})"""
BLACK = """() => [...document.querySelectorAll('svg.chart :is(rect, circle, path)')].filter(one => {
    const style = getComputedStyle(one), fill = one.getAttribute('fill');
    return fill === null && style.fill === 'rgb(0, 0, 0)';
}).map(one => one.outerHTML)"""


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
        )
        yield browser
        browser.close()


@pytest.fixture(name="page")
def _page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.route("**/*", lambda route: route.abort())
    yield page
    page.close()


def put(page: Page, models: ChartModels) -> None:
    """Show all charts on one page, under the policy that a report has."""
    frames = "".join(f'<div class="chart-frame" tabindex="0">{draw(models).svg}</div>' for draw in DRAWN.values())
    page.set_content(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<style>{STYLES} body {{ font-family: 'DejaVu Sans', Verdana, sans-serif }}</style>{frames}"
    )


def wide() -> ChartModels:
    """Return models in which all names are as wide as names can be."""
    hosts = [f"{WIDE}{number}.example" for number in range(14)]
    events = [
        with_consent(event(WIDE, EMAIL, site=host, position=n, receiver_host=host, channel=WIDE), "granted")
        for n, host in enumerate(hosts)
    ]
    return modelled(events, [contact(WIDE, site=hosts[0])], [visit(hosts[1])], [signal(site=hosts[2], kind=WIDE)])


MODELS = {
    "small": lambda: modelled([event()]),
    "middling": lambda: crowd(6),
    "large": lambda: crowd(100),
    "wide": wide,
}


@pytest.mark.parametrize("size", MODELS)
def test_texts_stay_inside_and_do_not_touch(page: Page, size: str) -> None:
    put(page, MODELS[size]())

    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(TOUCHING) == []


@pytest.mark.parametrize(("scheme", "medium"), [("light", "screen"), ("dark", "screen"), ("dark", "print")])
def test_everything_has_its_look_in_each_medium(
    page: Page, scheme: Literal["light", "dark"], medium: Literal["screen", "print"]
) -> None:
    faults: list[Any] = []
    page.on("console", lambda message: faults.append(message.text))
    page.emulate_media(color_scheme=scheme, media=medium)
    put(page, crowd(6))
    ink = page.evaluate("() => getComputedStyle(document.querySelector('svg.chart text')).fill")

    assert page.evaluate(BLACK) == []
    assert ink == ("rgb(230, 237, 243)" if (scheme, medium) == ("dark", "screen") else "rgb(27, 31, 36)")
    assert faults == []


def test_a_narrow_screen_moves_the_picture_in_its_frame_and_not_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    put(page, crowd(6))

    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert page.evaluate("() => document.querySelector('.chart-frame').scrollWidth") > 360
    # Letters keep their size, so that they can be read.
    assert page.evaluate("() => document.querySelector('svg.chart text').getBoundingClientRect().height") >= 12


def test_paper_shows_each_picture_whole(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    put(page, crowd(6))

    ends = "() => [...document.querySelectorAll('svg.chart')].map(one => one.getBoundingClientRect().right)"
    assert max(page.evaluate(ends)) <= 700
