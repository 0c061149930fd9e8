"""The hooks by themselves, without a proxy: requests of a given size, and what a hostile body costs.

Run as a script it measures in a process of its own and prints JSON:

    python -m bench.live_hooks bomb | events [NUMBER]
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
import zlib
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

_HASHED = "0d4a4bd5e5ba8f8d0bd0d4bd3a9f6ab7c1e2d3f405162738495a6b7c8d9eafb0"


def event_url(number: int, size: int) -> str:
    """Return the URL of a pixel event, about so many bytes long."""
    url = (
        f"http://www.facebook.com/tr/?id=1234567890123456&ev=Purchase&dl=https%3A%2F%2Fwww.shop.example%2Forder%2F{number}"
        f"&rl=https%3A%2F%2Fwww.shop.example%2Fcart&if=false&ts={1_767_225_600_000 + number}&cd[currency]=EUR"
        f"&cd[value]=89.00&cd[content_ids]=%5B%22sku-1%22%5D&cd[content_type]=product&cd[num_items]=2&ud[em]={_HASHED}"
        f"&ud[ph]={_HASHED[::-1]}&ud[fn]={_HASHED}&udff[em]={_HASHED}&sw=1920&sh=1080&v=2.9.200&r=stable&a=seg&ec={number}"
        "&o=4126&fbp=fb.1.1767225600000.1234567890&fbc=fb.1.1767225600000.IwAR0invented&cs_est=true&ler=other&it=1&coo=false"
        "&rqm=GET"
    )
    filler = "Hiking%20boots%20for%20wet%20weather%2C%20brown%20leather.%20"
    room = size - len(url) - len("&cd[content_name]=")
    return f"{url}&cd[content_name]={(filler * (room // len(filler) + 1))[:room].rstrip('%2C0')}"


def measured_in_child(what: str) -> tuple[float, float]:
    """Measure in a process of its own; return CPU seconds and MB of growth."""
    command = [sys.executable, "-m", "bench.live_hooks", what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return float(told["seconds"]), float(told["megabytes"])


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


async def _measure(what: str, number: int) -> None:
    from mitmproxy import http
    from mitmproxy.test import taddons, tflow

    from pixelwitness.live.hooks.addon import PixelWitness

    def flow(method: str, url: str, body: bytes, **headers: str) -> http.HTTPFlow:
        fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        request = http.Request.make(method, url, b"", http.Headers(fields))
        request.raw_content = body  # as content mitmproxy would pack it once more
        return tflow.tflow(req=request)

    addon = PixelWitness()
    with TemporaryDirectory() as folder, taddons.context(addon) as context:  # type: ignore[no-untyped-call]
        context.configure(addon, pixelwitness_db=str(Path(folder) / "live.sqlite"))
        for at in range(100):
            addon.request(flow("GET", event_url(at, 2_000), b""))
        if what == "bomb":
            coder = zlib.compressobj(9, wbits=31)
            packed = b"".join([*(coder.compress(bytes(1 << 20)) for _ in range(1_000)), coder.flush()])
            kind = "application/x-www-form-urlencoded"
            flows = [
                flow("POST", "https://www.facebook.com/tr/", packed, content_type=kind, content_encoding="gzip")
                for _ in range(5)
            ]
        else:
            flows = [flow("GET", event_url(at, 2_000), b"") for at in range(100, 100 + number)]
        before, taken = _peak(), []
        for one in flows:
            started = time.thread_time()
            addon.request(one)
            addon.catch_up()
            taken.append(time.thread_time() - started)
        grown = _peak() - before
        addon.done()
    print(json.dumps({"seconds": median(taken), "megabytes": grown, "longest": max(taken)}))


if __name__ == "__main__":
    asyncio.run(_measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2_000))
