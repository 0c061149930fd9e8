"""For mitmproxy: tells the port it listens on to whoever started it."""

import os
from pathlib import Path

from mitmproxy import ctx


def running() -> None:
    address = ctx.master.addons.get("proxyserver").listen_addrs()[0]  # type: ignore[no-untyped-call]
    ready = Path(os.environ["BENCH_PORT_FILE"])
    ready.with_suffix(".part").write_text(str(address[1]))
    ready.with_suffix(".part").rename(ready)
