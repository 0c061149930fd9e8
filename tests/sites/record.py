"""Records the test sites anew: ``python -m tests.sites.record [story] [ways]`` from the root of the repository.

Drives a headless Chromium through a real mitmdump and writes

- ``addon/pixelwitness/recordings/story.har``: the session of the demonstration, as Playwright exports it;
- ``tests/sites/recordings/ways.mitm`` and ``ways.har``: another session as mitmproxy's flow file and
  as its HAR, ``ways.playwright.har`` and ``ways.devtools.har.gz`` the same as the browser saw it,
  ``ways.json`` what the servers received.
"""

import base64
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page
from tests.sites import browse, certificates, client, devtools, proxy, server

STORY = Path(__file__).parents[2] / "addon" / "pixelwitness" / "recordings"
WAYS = Path(__file__).parent / "recordings"


def record(folder: Path, doing: Callable[[Page], None], *, har: Path, flows: Path | None = None) -> server.World:
    """Record one session: the browser's HAR, and when ``flows`` names a file mitmproxy's two forms and the panel's."""
    _, certificate = certificates.write_certificate(folder, server.HOSTS)
    arguments: list[str | Path] = []
    if flows is not None:
        arguments = ["-w", flows, "--set", f"hardump={flows.with_suffix('.har')}"]
    with (
        server.running(certificate) as world,
        proxy.running(world, folder / "proxy", arguments) as running,
        browse.chromium(running.port) as browser,
    ):
        context = browse.profile(browser, har)
        page = context.new_page()
        panel = devtools.Panel(context, page)
        doing(page)
        if flows is not None:
            panel.write(flows.with_suffix(".devtools.har.gz"))
        context.close()
        if flows is not None:
            client.report_order_as_a_server(running)
    return world


def received_as_json(world: server.World) -> str:
    """Return what the servers received as JSON, one request a line."""
    rows = [
        {
            "method": one.method,
            "host": one.host,
            "target": one.target,
            "headers": one.headers,
            "body": base64.b64encode(one.body).decode(),
        }
        for one in world.received
    ]
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def record_story() -> None:
    """Record the session of the demonstration."""
    STORY.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder), browse.live_through_the_story, har=STORY / "story.har")


def record_ways() -> None:
    """Record the session of the tests."""
    WAYS.mkdir(exist_ok=True)
    har, flows = WAYS / "ways.playwright.har", WAYS / "ways.mitm"
    with tempfile.TemporaryDirectory() as folder:
        world = record(Path(folder), browse.use_the_other_ways, har=har, flows=flows)
    (WAYS / "ways.json").write_text(received_as_json(world))


if __name__ == "__main__":
    recorders = {"story": record_story, "ways": record_ways}
    for name in sys.argv[1:] or recorders:
        recorders[name]()
