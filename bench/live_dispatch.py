"""What the addon adds to a request that is not Meta's, inside mitmproxy's own dispatch of hooks and without a network.

Two masters of mitmdump in one process, bare and with the addon, take the same flows in
turn: what both have in common falls out, and so does most of a machine's noise, which
through a proxy is larger than what there is to measure.
``--empty`` puts a script without any hook in the addon's place.

    python -m bench.live_dispatch [--empty] [--pairs 250] [--requests 50]
"""

import argparse
import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.live import interval
from mitmproxy import http, options
from mitmproxy.hooks import DoneHook, RunningHook
from mitmproxy.proxy.layers.http._hooks import (
    HttpRequestHeadersHook,
    HttpRequestHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.proxy.server_hooks import (
    ServerConnectedHook,
    ServerConnectHook,
    ServerConnectionHookData,
    ServerDisconnectedHook,
)
from mitmproxy.test import tflow
from mitmproxy.tools.dump import DumpMaster

from pixelwitness.live.start.launch import shim_path

MOST = 30.0
"""Microseconds that a request which is not Meta's may cost more."""
_LOADING = 3.0


def _flow(number: int) -> http.HTTPFlow:
    headers = http.Headers([(b"host", b"www.shop.example"), (b"user-agent", b"Mozilla/5.0"), (b"referer", b"/")])
    url = f"http://www.shop.example/static/js/app.{number:06d}.js?v=1.2.3&cache=no"
    flow = tflow.tflow(req=http.Request.make("GET", url, b"", headers))
    flow.response = http.Response.make(200, bytes(43), {"content-type": "image/gif"})
    return flow


async def _pass(master: DumpMaster, flow: http.HTTPFlow) -> None:
    """Let a flow over a server connection of its own go through the hooks, as the proxy does."""
    connection = ServerConnectionHookData(flow.server_conn, flow.client_conn)
    response, flow.response = flow.response, None
    for hook in (
        HttpRequestHeadersHook(flow),
        HttpRequestHook(flow),
        ServerConnectHook(connection),
        ServerConnectedHook(connection),
    ):
        await master.addons.handle_lifecycle(hook)
    flow.response = response
    for last in (HttpResponseHeadersHook(flow), HttpResponseHook(flow), ServerDisconnectedHook(connection)):
        await master.addons.handle_lifecycle(last)


async def measured(script: Path, pairs: int, requests: int) -> tuple[float, float, list[float]]:
    """Return the median of what is added, that of bare, in seconds of CPU a request, and all differences."""
    with TemporaryDirectory() as made:
        masters = []
        for scripts in ([], [str(script)]):
            master = DumpMaster(options.Options(confdir=made), with_termlog=False, with_dumper=False)
            master.options.update_defer(pixelwitness_db=str(Path(made, "live.sqlite")))  # type: ignore[no-untyped-call]
            master.options.update(scripts=scripts, server=False)  # type: ignore[no-untyped-call]
            await master.addons.trigger_event(RunningHook())  # type: ignore[no-untyped-call]
            masters.append(master)
        await asyncio.sleep(_LOADING)  # scripts are loaded by a task of their own
        taken: list[tuple[float, float]] = []
        for number in range(pairs + 1):
            pair = [0.0, 0.0]
            for which in (0, 1) if number % 2 else (1, 0):
                flows = [_flow(n) for n in range(requests)]
                started = time.thread_time()
                for flow in flows:
                    await _pass(masters[which], flow)
                pair[which] = (time.thread_time() - started) / requests
            taken.append((pair[0], pair[1]))
        for master in masters:
            await master.addons.trigger_event(DoneHook())  # type: ignore[no-untyped-call]
        if script == shim_path():
            with closing(sqlite3.connect(Path(made, "live.sqlite"))) as store:
                (seen,) = store.execute("SELECT sum(requests_seen) FROM recordings").fetchone()
            if seen != (pairs + 1) * requests:
                raise SystemExit(f"the addon saw {seen} requests of {(pairs + 1) * requests}")
    added = [with_addon - bare for bare, with_addon in taken[1:]]
    return median(added), median(bare for bare, _ in taken[1:]), added


def main() -> int:
    """Measure and print; judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--pairs", type=int, default=250)
    parser.add_argument("--requests", type=int, default=50)
    stated = parser.parse_args()
    with TemporaryDirectory() as made:
        empty = Path(made, "empty.py")
        empty.write_text("class Nothing:\n    pass\n\n\naddons = [Nothing()]\n", "utf-8")
        script = empty if stated.empty else shim_path()
        added, bare, every = asyncio.run(measured(script, stated.pairs, stated.requests))
    low, high = interval(every)
    is_over = not stated.empty and added * 1e6 > MOST
    print(f"added {added * 1e6:.3g} µs{' (over)' if is_over else ''}, 95 % interval", end=" ")
    print(f"{low * 1e6:.3g} to {high * 1e6:.3g}; bare {bare * 1e6:.4g} µs; at most {MOST:g} µs for the addon")
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main())
