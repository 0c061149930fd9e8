"""Records the test sites anew: ``python -m tests.sites.record`` from the root of the repository.

Drives a headless Chromium through a real mitmdump and writes

- ``addon/pixelwitness/recordings/story.har``: the session of the demonstration, as Playwright exports it;
- ``tests/sites/recordings/ways.mitm`` and ``ways.har``: another session as mitmproxy's flow file and
  as its HAR, ``ways.playwright.har`` the same as the browser saw it, ``ways.json`` what the servers received.
"""

import base64
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page
from tests.sites import browse, certificates, client, proxy, server

STORY = Path(__file__).parents[2] / "addon" / "pixelwitness" / "recordings"
WAYS = Path(__file__).parent / "recordings"


def record(folder: Path, doing: Callable[[Page], None], *, har: Path, flows: Path | None = None) -> server.World:
    """Record one session: the browser's HAR, and mitmproxy's two forms when ``flows`` names a file."""
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
        doing(context.new_page())
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


def main() -> None:
    """Record both sessions."""
    STORY.mkdir(exist_ok=True)
    WAYS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder), browse.live_through_the_story, har=STORY / "story.har")
    with tempfile.TemporaryDirectory() as folder:
        world = record(
            Path(folder),
            browse.use_the_other_ways,
            har=WAYS / "ways.playwright.har",
            flows=WAYS / "ways.mitm",
        )
    (WAYS / "ways.json").write_text(received_as_json(world))


if __name__ == "__main__":
    main()
