"""A headless Chromium led to the test sites by its own resolver: no proxy between, no mitmproxy needed."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from tests.sites.browse import AGENT, CHROMIUM
from tests.sites.server import World

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def flags(world: World) -> list[str]:
    """Return Chromium's arguments: every name leads to the servers on loopback, none to the network."""
    rules = f"MAP *:443 127.0.0.1:{world.tls_port}, MAP *:80 127.0.0.1:{world.plain_port}, EXCLUDE 127.0.0.1"
    return [*_FLAGS, f"--host-resolver-rules={rules}"]


@contextmanager
def chromium(world: World) -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags(world))
        try:
            yield browser
        finally:
            browser.close()


def profile(browser: Browser, agent: str = AGENT) -> BrowserContext:
    """Open a fresh profile with an ordinary user agent."""
    return browser.new_context(ignore_https_errors=True, user_agent=agent, locale="en-GB", timezone_id="UTC")
