"""Who else may use the proxy: a warning when it listens for more than this machine.

Owns what counts as open.
"""

import logging
from collections.abc import Iterable
from ipaddress import ip_address

from mitmproxy import ctx

log = logging.getLogger(__name__)

_FORWARDING = frozenset({"regular", "upstream", "socks5"})
"""Modes in which whoever reaches the proxy can send anything through it."""


def warn_when_open() -> None:
    """Warn when anybody in the network can use the proxy that listens now, without a password."""
    if ctx.options.proxyauth:
        return
    servers = ctx.master.addons.get("proxyserver").servers  # type: ignore[no-untyped-call]  # mitmproxy leaves it so
    addresses = [
        str(address[0]) for server in servers if server.mode.type_name in _FORWARDING for address in server.listen_addrs
    ]
    open_to = wider_than_loopback(addresses)
    if open_to:
        log.warning(
            "pixelwitness: WARNING: THE PROXY IS OPEN. It listens on %s and asks for no password: everybody who"
            " reaches this machine can use it and is recorded. Bind it to this machine (--listen-host 127.0.0.1)"
            " or set a password (--proxyauth user:password).",
            ", ".join(open_to),
        )


def wider_than_loopback(addresses: Iterable[str]) -> list[str]:
    """Return the addresses that others can reach, sorted.

    >>> wider_than_loopback(["127.0.0.1", "::1", "0.0.0.0", "::", "192.0.2.10"])
    ['0.0.0.0', '192.0.2.10', '::']
    """
    return sorted({one for one in addresses if not ip_address(one.partition("%")[0]).is_loopback})
