"""What is sent without a page's own script: by a worker, by a service worker, from a frame of another site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sites import certificates, server

from pixelwitness.testing import BrowserWitness

pytestmark = pytest.mark.browser

TO_META = "https://www.facebook.com/tr/?id=1111222233334444&dl=http%3A%2F%2Flocalhost%2F&ev="
PAGE = b"""<!doctype html><title>registering</title><link rel="icon" href="data:,">
<script>
  new Worker("/worker.js");
  navigator.serviceWorker.register("/service.js");
  navigator.serviceWorker.ready.then((ready) => {
    ready.active.postMessage("go");
    document.title = "ready";
  });
</script>
<iframe src="https://news.example/lite"></iframe>"""
SCRIPTS = {
    "/worker.js": f"fetch('{TO_META}FromWorker', {{ mode: 'no-cors' }});",
    "/service.js": f"addEventListener('message', () => fetch('{TO_META}FromServiceWorker', {{ mode: 'no-cors' }}));",
}


def answer(request: server.Received) -> server.Answer:
    """Play a site on this machine, where a browser allows service workers without a certificate that it knows."""
    if request.host != "localhost":
        return server.answer(request)
    if request.path in SCRIPTS:
        return 200, (("content-type", "text/javascript"),), SCRIPTS[request.path].encode()
    return 200, (("content-type", "text/html"),), PAGE


@pytest.fixture
def world(tmp_path: Path) -> Iterator[server.World]:
    _, certificate = certificates.write_certificate(tmp_path, server.HOSTS)
    with server.running(certificate, answer) as running:
        yield running


def test_workers_and_frames_are_heard_as_pages_are(world: server.World) -> None:
    direct = pytest.importorskip("tests.sites.direct", reason="Playwright is not installed")
    if not direct.CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {direct.CHROMIUM}")
    with direct.chromium(world) as chromium:
        context = direct.profile(chromium)
        witness = BrowserWitness(context)
        page = context.new_page()
        page.goto("http://localhost/")
        page.wait_for_function("document.title === 'ready'")
        told = {(one.event.event_name, one.event.page_site) for one in witness.events}
        context.close()
    assert told == {
        ("FromWorker", "localhost"),
        ("FromServiceWorker", "localhost"),
        ("PageView", "localhost"),
    }
