"""Two checks of the mitmproxy that runs: its version has no known security holes, and no stranger can use it.

Owns the lowest version and its reason, and what counts as an open proxy.  The version
is checked before mitmproxy is imported, so this module imports it late.
"""

import logging
import re
from collections.abc import Iterable
from importlib import metadata
from ipaddress import ip_address

log = logging.getLogger(__name__)

LOWEST = (12, 2, 2)
FORWARDING = frozenset({"regular", "upstream", "socks5"})
"""Modes in which whoever reaches the proxy can send anything through it."""


def version_problem(version: str | None) -> str | None:
    """Return why a version of mitmproxy is not used, None when it may be; ``version`` None means not installed.

    >>> version_problem("12.2.3")
    >>> version_problem(None)
    "mitmproxy is not installed here; `pip install '.[live]'` in a clone of pixelwitness installs it"
    >>> version_problem("11.0.2")
    'mitmproxy 11.0.2 has known security holes that 12.2.2 closes (among them CVE-2025-23217); install 12.2.2 or newer'
    """
    lowest = ".".join(map(str, LOWEST))
    if version is None:
        # The program is on no package index: its name there would be a stranger's.
        return "mitmproxy is not installed here; `pip install '.[live]'` in a clone of pixelwitness installs it"
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    if numbers >= LOWEST:
        return None
    return (
        f"mitmproxy {version} has known security holes that {lowest} closes (among them CVE-2025-23217);"
        f" install {lowest} or newer"
    )


def installed_version() -> str | None:
    """Return the version of the installed mitmproxy, None when there is none."""
    try:
        return metadata.version("mitmproxy")
    except metadata.PackageNotFoundError:
        return None


def warn_when_open() -> None:
    """Warn when anybody in the network can use the proxy that listens now, without a password."""
    # Imported here: mitmproxy is an extra, and its version is checked first.
    from mitmproxy import ctx

    if ctx.options.proxyauth:
        return
    servers = ctx.master.addons.get("proxyserver").servers  # type: ignore[no-untyped-call]  # mitmproxy leaves it so
    addresses = [
        str(address[0]) for server in servers if server.mode.type_name in FORWARDING for address in server.listen_addrs
    ]
    open_to = addresses_beyond_loopback(addresses)
    if open_to:
        log.warning(
            "pixelwitness: WARNING: THE PROXY IS OPEN. It listens on %s and asks for no password: everybody who"
            " reaches this machine can use it and is recorded. Bind it to this machine (--listen-host 127.0.0.1)"
            " or set a password (--proxyauth user:password).",
            ", ".join(open_to),
        )


def addresses_beyond_loopback(addresses: Iterable[str]) -> list[str]:
    """Return the addresses that others can reach, sorted.

    >>> addresses_beyond_loopback(["127.0.0.1", "::1", "0.0.0.0", "::", "192.0.2.10"])
    ['0.0.0.0', '192.0.2.10', '::']
    """
    return sorted({one for one in addresses if not ip_address(one.partition("%")[0]).is_loopback})
