"""The window of a session: a browser with a throw-away profile, opened, watched and removed.

Owns the life of the browser's process and of its profile.  It belongs to the proxy
that it was opened for: either ends the other.
"""

import asyncio
import base64
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mitmproxy import ctx

from pixelwitness.live.start.browser import build_command, runs_as_root

_POLL_SECONDS = 0.2
_END_SECONDS = 5.0
_AT_ONCE_SECONDS = 3.0
"""A browser that ends so soon has not been closed by anybody."""
_POINTED_AT = frozenset({"regular", "upstream"})


def key_hash_of(certificate: bytes) -> str:
    """Return the base64 of the SHA-256 of a certificate's public key; ``certificate`` is PEM."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    return base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()


class BrowserWindow:
    """An addon of mitmproxy: opens a page once the proxy listens, and ends the proxy when the browser ends."""

    def __init__(self, program: Path, url: str, notify: Callable[[str], None]) -> None:
        self._program, self._url, self._notify = program, url, notify
        self._profile: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None

    def running(self) -> None:
        """Start the browser."""
        proxy = _proxy_address()
        if proxy is None:
            self._notify("No browser is opened: there is no ordinary proxy to point it at.")
            return
        certificate = Path(ctx.options.confdir).expanduser() / "mitmproxy-ca-cert.pem"
        self._profile = Path(tempfile.mkdtemp(prefix="pixelwitness-browser-"))
        try:
            arguments = build_command(
                self._program,
                self._profile,
                proxy,
                key_hash_of(certificate.read_bytes()),
                self._url,
                sandbox=not runs_as_root(),
            )
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=os.name != "nt",
            )
        except (OSError, ValueError) as error:
            self._notify(
                f"{self._program.name} cannot be started ({type(error).__name__}); open the page as told below."
            )
            return
        self._watch = asyncio.get_running_loop().create_task(self._until_closed(self._process))

    async def _until_closed(self, process: subprocess.Popen[bytes]) -> None:
        begun = asyncio.get_running_loop().time()
        while process.poll() is None:
            await asyncio.sleep(_POLL_SECONDS)
        if process.returncode and asyncio.get_running_loop().time() - begun < _AT_ONCE_SECONDS:
            self._notify(
                f"{self._program.name} ended at once with exit code {process.returncode}; was it the right one?"
            )
        ctx.master.shutdown()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped

    def close(self) -> None:
        """End the browser if it still runs, and remove its profile."""
        process, profile = self._process, self._profile
        self._process = self._profile = None
        if process is not None:
            _end_process(process)
        if profile is not None:
            shutil.rmtree(profile, ignore_errors=True)


def _end_process(process: subprocess.Popen[bytes]) -> None:
    for ending in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if os.name == "nt":
                process.terminate()
            else:
                # Its helpers are in a session of their own with it.
                os.killpg(process.pid, ending)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)


def _proxy_address() -> str | None:
    """Return where the proxy listens, as a browser on this machine reaches it."""
    servers = ctx.master.addons.get("proxyserver").servers  # type: ignore[no-untyped-call]  # mitmproxy leaves it so
    for server in servers:
        if server.mode.type_name in _POINTED_AT:
            for address in server.listen_addrs:
                host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address[0], address[0])
                return f"[{host}]:{address[1]}" if ":" in host and not host.startswith("[") else f"{host}:{address[1]}"
    return None
