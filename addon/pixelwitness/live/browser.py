"""A browser of its own for a session: found, started with a throw-away profile, ended.

Owns the program's usual names and its command line.  The profile trusts the proxy's
certificate by its key alone and is removed afterwards: nothing of the system, and
nothing of the user's own browser, is changed.
"""

import asyncio
import base64
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mitmproxy import ctx

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
_LOOK_SECONDS = 0.2
_FAREWELL_SECONDS = 5.0
_AT_ONCE_SECONDS = 3.0
"""A browser that ends so soon has not been closed by anybody."""
_POINTED_AT = frozenset({"regular", "upstream"})


class BrowserError(Exception):
    """There is no browser where the user says there is one."""


def find(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return Chromium or Chrome, None when there is neither; raises `BrowserError` for a wrong PIXELWITNESS_BROWSER."""
    named = environment.get(VARIABLE)
    if named:
        there = shutil.which(named, path=environment.get("PATH"))
        if there is None:
            raise BrowserError(f"{VARIABLE}: there is no program {named!r}; name Chromium or Chrome, or unset it")
        return Path(there)
    found = (shutil.which(name, path=environment.get("PATH")) for name in NAMES)
    there = next((one for one in found if one is not None), None)
    if there is None:
        there = next((one for one in _ELSEWHERE.get(sys.platform, ()) if Path(one).exists()), None)
    return None if there is None else Path(there)


def runs_as_root() -> bool:
    """Say whether Chromium will refuse to start with its sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def command(program: Path, profile: Path, proxy: str, key_hash: str, url: str, *, sandbox: bool = True) -> list[str]:
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


def key_hash_of(certificate: bytes) -> str:
    """Return the base64 of the SHA-256 of a certificate's public key; ``certificate`` is PEM."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    return base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()


class Window:
    """An addon of mitmproxy: opens a page once the proxy listens, and ends the proxy when the browser ends."""

    def __init__(self, program: Path, url: str, say: Callable[[str], None]) -> None:
        self._program, self._url, self._say = program, url, say
        self._profile: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None

    def running(self) -> None:
        """Start the browser."""
        proxy = _address()
        if proxy is None:
            self._say("No browser is opened: there is no ordinary proxy to point it at.")
            return
        certificate = Path(ctx.options.confdir).expanduser() / "mitmproxy-ca-cert.pem"
        self._profile = Path(tempfile.mkdtemp(prefix="pixelwitness-browser-"))
        try:
            line = command(
                self._program,
                self._profile,
                proxy,
                key_hash_of(certificate.read_bytes()),
                self._url,
                sandbox=not runs_as_root(),
            )
            self._process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=os.name != "nt",
            )
        except (OSError, ValueError) as error:
            self._say(f"{self._program.name} cannot be started ({type(error).__name__}); open the page as told below.")
            return
        self._watch = asyncio.get_running_loop().create_task(self._until_closed(self._process))

    async def _until_closed(self, process: subprocess.Popen[bytes]) -> None:
        begun = asyncio.get_running_loop().time()
        while process.poll() is None:
            await asyncio.sleep(_LOOK_SECONDS)
        if process.returncode and asyncio.get_running_loop().time() - begun < _AT_ONCE_SECONDS:
            self._say(f"{self._program.name} ended at once with exit code {process.returncode}; was it the right one?")
        ctx.master.shutdown()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped

    def close(self) -> None:
        """End the browser if it still runs, and remove its profile."""
        process, profile = self._process, self._profile
        self._process = self._profile = None
        if process is not None:
            _end(process)
        if profile is not None:
            shutil.rmtree(profile, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    for word in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if os.name == "nt":
                process.terminate()
            else:
                # Its helpers are in a session of their own with it.
                os.killpg(process.pid, word)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_FAREWELL_SECONDS)


def _address() -> str | None:
    """Return where the proxy listens, as a browser on this machine reaches it."""
    servers = ctx.master.addons.get("proxyserver").servers  # type: ignore[no-untyped-call]  # mitmproxy leaves it so
    for server in servers:
        if server.mode.type_name in _POINTED_AT:
            for address in server.listen_addrs:
                host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address[0], address[0])
                return f"[{host}]:{address[1]}" if ":" in host and not host.startswith("[") else f"{host}:{address[1]}"
    return None
