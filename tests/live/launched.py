"""A live session as the command ``live`` starts it, between the test sites and a client."""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sites import certificates, proxy, server
from tests.sites.forked import Forked

from pixelwitness.live.start.launch import Interface, LiveOptions, run


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Started:
    world: server.World
    proxy: proxy.Proxy
    db: Path
    said: Path


@contextmanager
def started(
    folder: Path,
    port: int,
    arguments: Sequence[str] = (),
    ui: Interface = "dump",
    url: str | None = None,
    *,
    said: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Started]:
    """Run ``live`` until the context ends; ``folder`` takes its files, ``said`` what it prints, a terminal too."""
    folder.mkdir(exist_ok=True)
    _, certificate = certificates.write_certificate(folder, server.HOSTS)
    proxy.lend_authority(folder)
    said = said or folder / "said"
    ready, db = folder / "ready", folder / "live.sqlite"
    more = ("--set", f"confdir={folder}", "--set", "ssl_insecure=true", "-s", str(proxy.ROUTE), *arguments)
    options = LiveOptions(db=db, port=port, ui=ui, arguments=more)
    with server.running(certificate) as world:
        route = {"tls": world.tls_port, "plain": world.plain_port, "ready": str(ready)}
        environment = {**os.environ, "TEST_SITES_ROUTE": json.dumps(route), **(env or {})}
        process = Forked(_launch, url, options, output=said, env=environment)
        try:
            deadline = time.monotonic() + 90
            while not ready.exists() and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            proxy.keep_authority(folder)
            yield Started(world, proxy.Proxy(port, process, said, folder / "mitmproxy-ca-cert.pem"), db, said)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(60)


def _launch(url: str | None, options: LiveOptions) -> None:
    sys.exit(run(url, options, lambda line: print(line, file=sys.stderr, flush=True)))
