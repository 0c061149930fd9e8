"""Starts the proxy with the addon, on loopback, and tells how to use it.

Owns the way from the command ``live`` to a running mitmproxy and its exit code.
Must not import mitmproxy before its version is known to be safe.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pixelwitness.live.mitmversion import installed, refusal

if TYPE_CHECKING:
    from mitmproxy.master import Master
    from mitmproxy.options import Options

LOOPBACK = "127.0.0.1"
COULD_NOT_RUN, INCOMPLETE = 2, 4

type Interface = Literal["dump", "console", "web"]


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What the command ``live`` was asked to do."""

    db: Path = Path("pixelwitness.sqlite")
    port: int = 8080
    key: Path | None = None
    rules: tuple[Path, ...] = ()
    keep_values: bool = False
    ui: Interface = "dump"
    arguments: tuple[str, ...] = ()
    """Further arguments for mitmproxy itself."""


def shim_path() -> Path:
    """Return the file that ``mitmdump -s`` takes; it lies alone in its folder."""
    return Path(str(resources.files("pixelwitness.live.shim") / "pixelwitness_addon.py"))


def run(url: str | None, options: LiveOptions, say: Callable[[str], None]) -> int:
    """Run the proxy until it is stopped; return 0, 2 when it could not run, 4 when something is missing.

    ``say`` gets what the user should read, line by line.
    """
    reason = refusal(installed())
    if reason is not None:
        say(reason)
        return COULD_NOT_RUN
    for line in steps(url, options.port):
        say(line)
    return _proxied(options)


def steps(url: str | None, port: int) -> tuple[str, ...]:
    """Return how a browser, a phone and a server come to use the proxy."""
    page = url or "the page in question"
    return (
        f"The proxy listens on {LOOPBACK}:{port}; Ctrl-C ends it. Proxy only your own traffic.",
        f"Browser: set {LOOPBACK}:{port} as proxy for HTTP and HTTPS, open http://mitm.it once and trust its"
        f" certificate, then open {page}.",
        "Phone: start with `-- --listen-host <address of this computer>` in a network you trust, set that address as"
        " the phone's proxy, open http://mitm.it there.",
        f"Server: HTTPS_PROXY=http://{LOOPBACK}:{port} with the certificate ~/.mitmproxy/mitmproxy-ca-cert.pem"
        " trusted shows what it sends by the Conversions API.",
    )


def arguments_of(options: LiveOptions) -> list[str]:
    """Return mitmproxy's own arguments; the user's come last and win, but for what names the store."""
    stated = {
        "pixelwitness_db": str(options.db),
        "pixelwitness_key": str(options.key or ""),
        "pixelwitness_rules": ",".join(map(str, options.rules)),
        "pixelwitness_keep_values": "yes" if options.keep_values else "no",
    }
    sets = [part for name, value in stated.items() for part in ("--set", f"{name}={value}")]
    return [*sets, "--listen-host", LOOPBACK, "--listen-port", str(options.port), *options.arguments]


def _proxied(options: LiveOptions) -> int:
    from mitmproxy.tools import cmdline, main

    from pixelwitness.live.addon import PixelWitness

    addon = PixelWitness()
    base, parser = _interface(options.ui)

    class WithAddon(base):  # type: ignore[misc, valid-type]  # chosen at run time
        def __init__(self, opts: "Options", *args: Any, **named: Any) -> None:
            super().__init__(opts, *args, **named)
            self.addons.add(addon)

    try:
        # Filter arguments are mitmdump's alone; the others' parsers know none.
        extra = _filter if options.ui == "dump" else None
        main.run(WithAddon, getattr(cmdline, parser), arguments_of(options), extra)
    except SystemExit as end:
        if end.code not in (0, None):
            return COULD_NOT_RUN
    finally:
        # A start that failed half-way never reaches mitmproxy's own end.
        addon.end()
    return INCOMPLETE if addon.faults.total or addon.lost or addon.left else 0


def _filter(arguments: Any) -> dict[str, str]:
    """Hand mitmproxy's filter arguments on, as its own tools do."""
    stated = " ".join(arguments.filter_args)
    return {"save_stream_filter": stated, "dumper_filter": stated} if stated else {}


def _interface(ui: Interface) -> "tuple[type[Master], str]":
    if ui == "console":
        from mitmproxy.tools.console.master import ConsoleMaster

        return ConsoleMaster, "mitmproxy"
    if ui == "web":
        from mitmproxy.tools.web.master import WebMaster

        return WebMaster, "mitmweb"
    from mitmproxy.tools.dump import DumpMaster

    return DumpMaster, "mitmdump"


def say_on_stderr(line: str) -> None:
    """Print a line where it does not mix with results."""
    print(line, file=sys.stderr)
