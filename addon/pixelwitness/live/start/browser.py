"""The browser that a session opens: where it is, and how it is started.

Owns the program's usual names and its command line.  The profile it is given trusts
the proxy's certificate by its key alone: nothing of the system, and nothing of the
user's own browser, is changed.  Must not import mitmproxy: it is looked for without.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "PIXELWITNESS_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ELSEWHERE = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    "win32": (
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    ),
}


class BrowserError(Exception):
    """There is no browser where the user says there is one."""


def find_browser(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return Chromium or Chrome, None when there is neither; raises `BrowserError` for a wrong PIXELWITNESS_BROWSER."""
    named = environment.get(VARIABLE)
    if named:
        program = shutil.which(named, path=environment.get("PATH"))
        if program is None:
            raise BrowserError(f"{VARIABLE}: there is no program {named!r}; name Chromium or Chrome, or unset it")
        return Path(program)
    found = (shutil.which(name, path=environment.get("PATH")) for name in NAMES)
    program = next(filter(None, found), None)
    if program is None:
        program = next((path for path in _ELSEWHERE.get(sys.platform, ()) if Path(path).exists()), None)
    return None if program is None else Path(program)


def runs_as_root() -> bool:
    """Say whether Chromium will refuse to start with its sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def build_command(
    program: Path, profile: Path, proxy: str, key_hash: str, url: str, *, sandbox: bool = True
) -> list[str]:
    """Return the command line: ``proxy`` is ``host:port``, ``key_hash`` that of the certificate to trust."""
    return [
        str(program),
        f"--user-data-dir={profile}",
        f"--proxy-server=http://{proxy}",
        "--proxy-bypass-list=<-loopback>",  # Chromium would go to localhost past the proxy
        f"--ignore-certificate-errors-spki-list={key_hash}",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-search-engine-choice-screen",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        *(() if sandbox else ("--no-sandbox",)),
        "--new-window",
        url,
    ]
