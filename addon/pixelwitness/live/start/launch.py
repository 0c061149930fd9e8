"""The launch of a live session: the proxy with the addon on loopback, a browser for it, a report at the end.

Owns the way from the command ``live`` to a running mitmproxy and its exit code.
Must not import mitmproxy before its version is known to be safe.
"""

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pixelwitness.live.hooks.mitmproxy_checks import FORWARDING, installed_version, version_problem
from pixelwitness.report.wording.safe_text import safe_text

if TYPE_CHECKING:
    from mitmproxy.master import Master
    from mitmproxy.options import Options

    from pixelwitness.live.display.view import View
    from pixelwitness.live.start.browser_window import BrowserWindow

LOOPBACK = "127.0.0.1"
COULD_NOT_RUN, INCOMPLETE = 2, 4

_OWN_OUTPUT = ("-v", "--verbose", "-q", "--quiet", "--flow-detail", "flow_detail", "termlog_", "dumper_")
"""Arguments of mitmproxy with which its own output is wanted in place of ours."""

_MODES = {
    "wireguard": "WireGuard: its app on the phone takes the settings that are told once the proxy listens; with"
    " --ui web mitmweb shows them as a code to scan. It needs `--listen-host <address of this computer>`.",
    "local": "Programs of this computer: they are looked into without settings; mitmproxy asks for the right to do so.",
}
_TRUST = (
    "Trust: open http://mitm.it there once and trust its certificate; what does not trust it refuses, and is counted."
)

type Interface = Literal["dump", "console", "web"]


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What the command ``live`` was asked to do."""

    db: Path = Path("pixelwitness.sqlite")
    port: int = 8080
    key: Path | None = None
    rules: tuple[Path, ...] = ()
    keep_values: bool = False
    block: str = "off"
    ui: Interface = "dump"
    arguments: tuple[str, ...] = ()
    """Further arguments for mitmproxy itself."""


def shim_path() -> Path:
    """Return the file that ``mitmdump -s`` takes; it lies alone in its folder."""
    return Path(str(resources.files("pixelwitness.live.start.shim") / "pixelwitness_addon.py"))


def run(url: str | None, options: LiveOptions, notify: Callable[[str], None]) -> int:
    """Run the proxy until it is stopped; return 0, 2 when it could not run, 4 when something is missing.

    With a URL a browser opens it, and the proxy ends with the browser.  ``notify`` gets what the user
    should read, line by line; the story goes to stdout.
    """
    reason = version_problem(installed_version())
    if reason is not None:
        notify(reason)
        return COULD_NOT_RUN
    # Imported here: a start that fails early does not pay for it.
    from pixelwitness.live.start import browser
    from pixelwitness.live.start.browser_window import BrowserWindow

    window = None
    if url is not None:
        url = url if "://" in url else f"https://{url}"
        if not url.startswith(("http://", "https://")):
            notify(f"{url}: a page has an address that begins with https:// or http://")
            return COULD_NOT_RUN
        try:
            program = browser.find_browser()
        except browser.BrowserError as error:
            notify(str(error))
            return COULD_NOT_RUN
        if program is not None:
            window = BrowserWindow(program, url, notify)
            for line in window_lines(program, url, root=browser.runs_as_root()):
                notify(line)
        else:
            notify(
                f"There is no Chromium or Chrome here (or name one by {browser.VARIABLE}); use a browser of your own:"
            )
    if window is None:
        for line in usage_lines(url, options.port, stated_modes(options.arguments)):
            notify(line)
    try:
        return _run_proxy(options, window, notify)
    finally:
        if window is not None:
            window.close()


def window_lines(program: Path, url: str, *, root: bool) -> tuple[str, ...]:
    """Return what the user reads when a browser is opened."""
    lines = (
        f"{program.name} opens {url} in a profile of its own, which is removed afterwards. Browse in that window.",
        "Close it (or press Ctrl-C here) to end the session and read the story.",
    )
    unsafe = f"As root {program.name} runs only without its sandbox (--no-sandbox): open pages you trust."
    return (*lines, unsafe) if root else lines


def stated_modes(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modes that mitmproxy is asked for, ``()`` when it is the usual proxy.

    >>> stated_modes(("--mode", "wireguard@51820", "-w", "x.mitm", "--mode=local:curl"))
    ('wireguard', 'local')
    """
    stated = [second for first, second in pairwise(arguments) if first in ("-m", "--mode")]
    stated += [argument.partition("=")[2] for argument in arguments if argument.startswith("--mode=")]
    return tuple(re.split("[:@]", mode)[0] for mode in stated)


def usage_lines(url: str | None, port: int, modes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return how a browser, a phone and a server come to use the proxy in its modes."""
    page = url or "the page in question"
    if any(mode not in FORWARDING for mode in modes):
        told = [_MODES.get(mode, f"mitmproxy's mode {safe_text(mode, 40)}: see its documentation.") for mode in modes]
        return ("Ctrl-C ends the session. Witness only your own traffic.", *told, _TRUST)
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
        "pixelwitness_block": options.block,
    }
    sets = [part for name, value in stated.items() for part in ("--set", f"{name}={value}")]
    return [*sets, "--listen-host", LOOPBACK, "--listen-port", str(options.port), *options.arguments]


def _run_proxy(options: LiveOptions, window: "BrowserWindow | None", notify: Callable[[str], None]) -> int:
    from mitmproxy.tools import cmdline, main

    from pixelwitness.live.display.closing_report import print_closing_report
    from pixelwitness.live.display.overview import SessionOverview
    from pixelwitness.live.display.view import view_for
    from pixelwitness.live.hooks.addon import PixelWitness
    from pixelwitness.live.start.tunnel_settings import TunnelSettings
    from pixelwitness.report.wording.vocabulary import vocabulary

    own_output = any(word in argument for argument in options.arguments for word in _OWN_OUTPUT)
    overview = SessionOverview() if options.ui == "dump" and not own_output else None
    view = view_for(overview, sys.stdout) if overview is not None else None
    addon = PixelWitness(overview, is_alone=True)
    base, parser = _interface(options.ui)
    quiet = {"with_termlog": False, "with_dumper": False} if view is not None else {}

    class WithAddon(base):  # type: ignore[misc, valid-type]  # chosen at run time
        def __init__(self, opts: "Options", *args: Any, **named: Any) -> None:
            super().__init__(opts, *args, **named, **quiet)
            self.addons.add(addon, *([window] if window is not None else []))
            if view is not None:
                self.addons.add(TunnelSettings(notify))

    failed = False
    with _displayed(view):
        try:
            # Filter arguments are mitmdump's alone; the others' parsers know none.
            extra = None if options.ui != "dump" else _filter if view is None else _filter_of_files
            main.run(WithAddon, getattr(cmdline, parser), arguments_of(options), extra)
        except SystemExit as end:
            failed = end.code not in (0, None)
        finally:
            # A start that failed half-way never reaches mitmproxy's own end.
            addon.end()
    if failed:
        return COULD_NOT_RUN
    if window is not None:
        window.close()
    is_reported = addon.recorded is None or print_closing_report(
        addon.recorded, vocabulary(), sys.stdout, notify, colour=not os.environ.get("NO_COLOR")
    )
    return INCOMPLETE if addon.faults or addon.lost or addon.unsaved or not is_reported else 0


@contextmanager
def _displayed(view: "View | None") -> Iterator[None]:
    """Draw a view, and bring to it what the log says, until the context ends."""
    if view is None:
        yield
        return
    # Imported here: a start that fails early does not pay for it.
    from pixelwitness.live.display.view import LogMessages

    messages = LogMessages(view)
    logging.getLogger().addHandler(messages)
    view.start()
    try:
        yield
    finally:
        view.stop()
        logging.getLogger().removeHandler(messages)


def _filter(arguments: Any) -> dict[str, str]:
    """Hand mitmproxy's filter arguments on, as its own tools do."""
    stated = " ".join(arguments.filter_args)
    return {"save_stream_filter": stated, "dumper_filter": stated} if stated else {}


def _filter_of_files(arguments: Any) -> dict[str, str]:
    """As above, where mitmproxy prints no flows."""
    return {name: stated for name, stated in _filter(arguments).items() if name != "dumper_filter"}


def _interface(ui: Interface) -> "tuple[type[Master], str]":
    if ui == "console":
        # Imported here: a start that fails early does not pay for it.
        from mitmproxy.tools.console.master import ConsoleMaster

        return ConsoleMaster, "mitmproxy"
    if ui == "web":
        from mitmproxy.tools.web.master import WebMaster

        return WebMaster, "mitmweb"
    from mitmproxy.tools.dump import DumpMaster

    return DumpMaster, "mitmdump"


def print_to_stderr(line: str) -> None:
    """Print a line where it does not mix with results."""
    print(line, file=sys.stderr)
