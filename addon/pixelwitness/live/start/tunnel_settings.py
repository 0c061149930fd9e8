"""The settings of a tunnel: what the WireGuard of a phone needs to reach the proxy, shown once it listens.

Owns the words around mitmproxy's own text.  Must not know records.
"""

from collections.abc import Callable

from mitmproxy import ctx


class TunnelSettings:
    """An addon of mitmproxy: tells the settings of each WireGuard server, line by line."""

    def __init__(self, notify: Callable[[str], None]) -> None:
        self._notify = notify

    def running(self) -> None:
        """Tell the settings; mitmproxy has read or made its keys by now."""
        servers = ctx.master.addons.get("proxyserver").servers  # type: ignore[no-untyped-call]  # mitmproxy leaves it so
        for server in servers:
            settings = server.client_conf() if server.mode.type_name == "wireguard" else None
            if settings:
                self._notify("The tunnel's settings; whoever has them can use this proxy:")
                for line in settings.splitlines():
                    self._notify(f"  {line}".rstrip())
