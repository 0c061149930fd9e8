"""Watches the test sites through mitmdump with the addon, in the three forms of one session."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sites import certificates, proxy, server

from pixelwitness.live.start.launch import shim_path


@dataclass(frozen=True)
class Watched:
    """One session under way: its live store, its flow file and its HAR, and the key of all three."""

    world: server.World
    proxy: proxy.Proxy
    db: Path
    flows: Path
    har: Path
    key: Path

    def log(self) -> str:
        """Return what mitmdump has said so far."""
        return self.proxy.log.read_text(errors="replace")


@contextmanager
def watched(
    folder: Path,
    options: Mapping[str, str | Path] | None = None,
    arguments: Sequence[str | Path] = (),
    script: Path | None = None,
    answering: Callable[[server.Received], server.Answer] = server.answer,
) -> Iterator[Watched]:
    """Run the sites and mitmdump with the addon until the context ends; ``folder`` takes all files.

    ``options`` are mitmproxy's and ours, by name; ``script`` stands in for the packaged shim, ``answering`` for the
    sites.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _, certificate = certificates.write_certificate(folder, server.HOSTS)
    db, flows, har, key = (folder / name for name in ("live.sqlite", "session.mitm", "session.har", "study.key"))
    stated = {"pixelwitness_db": db, "pixelwitness_key": key, "hardump": har} | dict(options or {})
    sets = [part for name, value in stated.items() for part in ("--set", f"{name}={value}")]
    command = ["-s", script or shim_path(), "-w", flows, *sets, *arguments]
    with (
        server.running(certificate, answering) as world,
        proxy.running(world, folder / "proxy", command) as running,
    ):
        yield Watched(world, running, db, flows, har, key)
