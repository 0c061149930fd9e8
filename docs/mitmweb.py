"""The picture of mitmweb: its own window, with the addon's marks, comments and view of a request.

Owns what is done and shown: the purchase of the test sites' story, watched by a real
mitmweb.  Run ``python -m docs.mitmweb`` from the root of the repository.  It needs Chromium
and a font with coloured signs (Debian: fonts-noto-color-emoji), and nothing from the network.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import FloatRect, Page, ViewportSize, sync_playwright
from tests.sites import browse, certificates, proxy, server

from pixelwitness.live.start.launch import shim_path

PICTURES = Path(__file__).parent / "pictures"
SIZE: ViewportSize = {"width": 1360, "height": 700}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def mitmweb(world: server.World, folder: Path, password: str) -> Iterator[tuple[int, int]]:
    """Run mitmweb with the addon; yield the ports of the proxy and of its window."""
    ready, web_port = folder / "port", _free_port()
    options = {
        "ssl_insecure": "true",
        "connection_strategy": "lazy",
        "confdir": folder,
        "listen_host": "127.0.0.1",
        "web_port": web_port,
        "web_password": password,
        "web_open_browser": "false",
        "pixelwitness_db": folder / "live.sqlite",
    }
    command = [sys.executable, "-c", "from mitmproxy.tools.main import mitmweb; mitmweb()", "--listen-port", "0"]
    command += [part for name, value in options.items() for part in ("--set", f"{name}={value}")]
    command += ["-s", str(proxy.ROUTE), "-s", str(shim_path())]
    route = {"tls": world.tls_port, "plain": world.plain_port, "ready": str(ready)}
    with (folder / "mitmweb.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "TEST_SITES_ROUTE": json.dumps(route)}
        )
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"mitmweb did not start:\n{(folder / 'mitmweb.log').read_text(errors='replace')}")
            time.sleep(0.05)
        yield int(ready.read_text()), web_port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def draw(pictures: Path = PICTURES) -> None:
    """Buy the boots, look at mitmweb, keep what it shows: ``mitmweb.png`` and ``mitmweb-comment.png``."""
    password = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, certificate = certificates.write_certificate(folder, server.HOSTS)
        with server.running(certificate) as world, mitmweb(world, folder, password) as (port, web_port):
            with browse.chromium(port) as browser:
                browse.buy_boots(browse.profile(browser).new_page())
            with sync_playwright() as playwright:
                window = playwright.chromium.launch(executable_path=browse.CHROMIUM, args=["--no-sandbox"])
                page = window.new_page(viewport=SIZE, color_scheme="light")
                page.goto(f"http://127.0.0.1:{web_port}/?token={password}")
                _keep_views(page, pictures)
                window.close()


def _keep_views(page: Page, pictures: Path) -> None:
    page.fill("input[placeholder=Search]", "~marked & ~u facebook.com.tr")
    page.click("text=ev=Purchase")
    told = page.get_by_text("Event Purchase, by pixel").first
    told.wait_for()
    page.wait_for_timeout(4_000)  # the sign "connected" goes by itself
    told.evaluate("one => one.scrollIntoView({block: 'center'})")
    page.mouse.move(0, 0)
    page.screenshot(path=pictures / "mitmweb.png")
    page.click("text=Comment")
    page.get_by_text("shop.example →").wait_for()
    half = SIZE["width"] / 2
    clip: FloatRect = {"x": half, "y": 129, "width": half, "height": 130}
    page.screenshot(path=pictures / "mitmweb-comment.png", clip=clip)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
