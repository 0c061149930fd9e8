"""Feeds the addon's hooks with events, at a steady pace and without a proxy: a process for the tests of durability.

It prints a line for each event after its hooks: pixel id, monotonic time, seconds that
the hooks took, CPU seconds of their thread.  ``ready`` comes first; what comes through the
pipe begins, a second thing ends the session, and then what became of the records
is printed as JSON.
"""

import asyncio
import json
import logging
import time
from multiprocessing.connection import Connection
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


async def _feed(db: Path, seconds: float, pace: float, first: int, go_on: Connection) -> None:
    addon = PixelWitness()
    with taddons.context(addon) as context:  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
        context.configure(addon, pixelwitness_db=str(db))
        print("ready", flush=True)
        go_on.recv()
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
        go_on.recv()
        addon.done()
    print(json.dumps({"lost": addon.lost, "left": addon.unsaved is not None}), flush=True)


def feed(db: Path, seconds: float, pace: float, first: int, go_on: Connection, log: Path) -> None:
    """Feed so many events a second for a while; ``first`` is the pixel id of the first."""
    logging.basicConfig(level=logging.WARNING, filename=log)
    asyncio.run(_feed(db, seconds, pace, first, go_on))
