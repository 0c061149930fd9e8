"""Feeds the addon's hooks with events, at a steady pace and without a proxy; run by the tests of durability.

    python feeder.py DB SECONDS EVENTS_A_SECOND FIRST_PIXEL_ID

Prints a line for each event after its hooks: pixel id, monotonic time, seconds that
the hooks took, CPU seconds of their thread.  ``ready`` comes first; a line on stdin
begins, ``end`` or a second one ends the session, and then what became of the records
is printed as JSON.
"""

import asyncio
import json
import logging
import sys
import time
from pathlib import Path

from mitmproxy import http
from mitmproxy.test import taddons, tflow
from tests.sites.load import event_url

from pixelwitness.live.hooks.addon import PixelWitness

_SEEN_AT = 1_767_225_600.0


def event_flow(pixel_id: int) -> http.HTTPFlow:
    """Return a flow as the request hook meets it."""
    request = http.Request.make("GET", event_url(pixel_id), headers=[(b"referer", b"https://shop.example/")])
    request.timestamp_start = request.timestamp_end = _SEEN_AT + pixel_id % 10**6 / 400
    return tflow.tflow(req=request)


async def feed(db: Path, seconds: float, pace: float, first: int) -> None:
    addon = PixelWitness()
    with taddons.context(addon) as context:  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
        context.configure(addon, pixelwitness_db=str(db))
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        for number in range(int(seconds * pace)):
            flow = event_flow(first + number)
            await asyncio.sleep(max(0.0, began + number / pace - time.monotonic()))
            cpu, started = time.thread_time(), time.perf_counter()
            addon.request(flow)
            addon.response(flow)
            took, cpu_took = time.perf_counter() - started, time.thread_time() - cpu
            print(first + number, time.monotonic(), took, cpu_took, flush=True)
        print("fed", flush=True)
        sys.stdin.readline()
        addon.done()
    print(json.dumps({"lost": addon.lost, "left": addon.unsaved is not None}), flush=True)


if __name__ == "__main__":
    database, how_long, events, from_id = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(feed(Path(database), float(how_long), float(events), int(from_id)))
