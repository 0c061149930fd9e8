"""Drives a headless Chromium through the test sites: what a person would do there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ProxySettings, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What Chromium itself would fetch goes past the proxy, to no address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_OF_CHROMIUM = "*.googleapis.com,*.google.com,*.gstatic.com,*.gvt1.com"
_PAUSE_MS = 600


@contextmanager
def chromium(proxy_port: int | None = None) -> Iterator[Browser]:
    """Start Chromium behind a proxy on loopback; without one each profile must name its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(_FLAGS), proxy=_behind(proxy_port) if proxy_port else None
        )
        try:
            yield browser
        finally:
            browser.close()


def _behind(port: int) -> ProxySettings:
    return {"server": f"http://127.0.0.1:{port}", "bypass": _OF_CHROMIUM}


def profile(browser: Browser, har: Path | None = None, proxy_port: int | None = None) -> BrowserContext:
    """Open a fresh profile with an ordinary user agent; record a HAR of it when a path is given."""
    return browser.new_context(
        proxy=_behind(proxy_port) if proxy_port else None,
        ignore_https_errors=True,
        user_agent=AGENT,
        locale="en-GB",
        timezone_id="UTC",
        record_har_path=har,
        record_har_content="embed",
        record_har_mode="full",
    )


def settle(page: Page) -> None:
    """Wait until the page has loaded and what its events sent is answered."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(_PAUSE_MS)


def buy_boots(page: Page) -> None:
    """View hiking boots, put them into the cart, buy them with an e-mail address."""
    page.goto("https://shop.example/?fbclid=IwAR2invented7click")
    settle(page)
    page.click("text=Hiking boots")
    settle(page)
    page.click("#add")
    settle(page)
    page.click("text=Go to the cart")
    settle(page)
    page.click("text=Check out")
    settle(page)
    page.fill("input[name=email]", "jane.doe@example.com")
    page.fill("input[name=firstname]", "Jane")
    page.click("#order")
    page.wait_for_url("**/thanks")
    settle(page)


def ask_for_an_appointment(page: Page) -> None:
    """Ask the clinic's dermatologist for an appointment."""
    page.goto("https://www.clinic.example/")
    settle(page)
    page.click("text=See a dermatologist")
    settle(page)
    page.select_option("select", "Skin rash")
    page.click("#ask")
    settle(page)


def read_the_news(page: Page) -> None:
    """Open the news, agree to being followed, read an article to its end."""
    page.goto("https://news.example/")
    settle(page)
    page.click("#accept")
    settle(page)
    page.click("text=Rents rise again")
    settle(page)
    page.click("#read")
    settle(page)


def play(page: Page) -> None:
    """Finish a level, spend credits, leave."""
    page.goto("https://game.example/")
    settle(page)
    page.click("#level")
    settle(page)
    page.click("#spend")
    settle(page)


def visit_the_garden(page: Page) -> None:
    """Open a site that tells Meta nothing."""
    page.goto("https://garden.example/")
    settle(page)


def live_through_the_story(page: Page) -> None:
    """Do all that the demonstration tells of."""
    buy_boots(page)
    ask_for_an_appointment(page)
    read_the_news(page)
    play(page)
    visit_the_garden(page)


def use_the_other_ways(page: Page) -> None:
    """Meet every way of sending: too long for a GET, scriptless, after a late consent, from a frame, at unload."""
    page.goto("https://shop.example/long")
    settle(page)
    page.goto("https://shop.example/checkout")
    settle(page)
    page.goto("https://news.example/lite")
    settle(page)
    read_the_news(page)
    play(page)
    page.goto("https://garden.example/")
    settle(page)
