"""Starts a real mitmdump on loopback, routed to the test sites, and ends it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sites.server import World

ROUTE = Path(__file__).with_name("route.py")

_authority: dict[str, bytes] = {}
"""The files of mitmproxy's certificate authority, once one has been made: each other proxy would make its own."""


@dataclass(frozen=True)
class Proxy:
    """A running mitmdump; its output goes to ``log``."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    authority: Path

    def stop(self) -> int:
        """End mitmdump as a user does and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def running(world: World, folder: Path, arguments: Sequence[str | Path] = ()) -> Iterator[Proxy]:
    """Run mitmdump with more arguments until the context ends; ``folder`` takes its files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _authority.items():
        (folder / name).write_bytes(content)
    ready, log = folder / "port", folder / "mitmdump.log"
    ready.unlink(missing_ok=True)
    route = {"tls": world.tls_port, "plain": world.plain_port, "ready": str(ready)}
    command = [sys.executable, "-c", "from mitmproxy.tools.main import mitmdump; mitmdump()"]
    options = ("ssl_insecure=true", "connection_strategy=lazy", f"confdir={folder}", "listen_host=127.0.0.1")
    command += [part for option in options for part in ("--set", option)]
    command += ["--listen-port", "0", "-s", str(ROUTE), *map(str, arguments)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TEST_SITES_ROUTE": json.dumps(route)},
        )
    try:
        deadline = time.monotonic() + 90
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"mitmdump did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)
        _authority.update((file.name, file.read_bytes()) for file in folder.glob("mitmproxy-*"))
        yield Proxy(int(ready.read_text()), process, log, folder / "mitmproxy-ca-cert.pem")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
