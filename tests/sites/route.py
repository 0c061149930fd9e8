"""For mitmproxy: sends every connection to the test sites on loopback and tells its own port.

The flows keep the hosts that the client asked for; only the socket goes elsewhere.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from mitmproxy import ctx
from mitmproxy.connection import Address
from mitmproxy.proxy.server_hooks import ServerConnectionHookData


@cache
def _route() -> dict[str, Any]:
    route: dict[str, Any] = json.loads(os.environ["TEST_SITES_ROUTE"])
    return route


def running() -> None:
    """Write the port the proxy listens on, so that the starter need not guess."""
    address: Address = ctx.master.addons.get("proxyserver").listen_addrs()[0]  # type: ignore[no-untyped-call]
    ready = Path(_route()["ready"])
    ready.with_suffix(".part").write_text(str(address[1]))
    ready.with_suffix(".part").rename(ready)


def server_connect(data: ServerConnectionHookData) -> None:
    """Turn the connection to the servers on loopback."""
    if data.server.address is not None:
        port = _route()["plain"] if data.server.address[1] == 80 else _route()["tls"]
        data.server.address = ("127.0.0.1", port)
