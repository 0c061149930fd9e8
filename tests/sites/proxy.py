"""Starts a real mitmdump on loopback, routed to the test sites, and ends it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sites.forked import Forked
from tests.sites.server import World

ROUTE = Path(__file__).with_name("route.py")

_authority: dict[str, bytes] = {}
"""The files of mitmproxy's certificate authority, once one has been made: each other proxy would make its own."""


@dataclass(frozen=True)
class Proxy:
    """A running mitmdump; its output goes to ``log``."""

    port: int
    process: Forked
    log: Path
    authority: Path

    def stop(self) -> int:
        """End mitmdump as a user does and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def lend_authority(folder: Path) -> None:
    """Put the files of an authority that was made before into a ``confdir``, if there are any."""
    for name, content in _authority.items():
        (folder / name).write_bytes(content)


def keep_authority(folder: Path) -> None:
    """Keep the files of the authority in a ``confdir`` for the next."""
    _authority.update((file.name, file.read_bytes()) for file in folder.glob("mitmproxy-*"))


@contextmanager
def running(world: World, folder: Path, arguments: Sequence[str | Path] = ()) -> Iterator[Proxy]:
    """Run mitmdump with more arguments until the context ends; ``folder`` takes its files."""
    folder.mkdir(parents=True, exist_ok=True)
    lend_authority(folder)
    ready, log = folder / "port", folder / "mitmdump.log"
    ready.unlink(missing_ok=True)
    route = {"tls": world.tls_port, "plain": world.plain_port, "ready": str(ready)}
    options = ("ssl_insecure=true", "connection_strategy=lazy", f"confdir={folder}", "listen_host=127.0.0.1")
    command = [part for option in options for part in ("--set", option)]
    command += ["--listen-port", "0", "-s", str(ROUTE), *map(str, arguments)]
    process = Forked(_mitmdump, command, output=log, env={**os.environ, "TEST_SITES_ROUTE": json.dumps(route)})
    try:
        deadline = time.monotonic() + 90
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"mitmdump did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)
        keep_authority(folder)
        yield Proxy(int(ready.read_text()), process, log, folder / "mitmproxy-ca-cert.pem")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(60)


def _mitmdump(arguments: Sequence[str]) -> None:
    from mitmproxy.tools.main import mitmdump

    mitmdump(arguments)
