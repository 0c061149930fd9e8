"""Watches the test sites through mitmdump with the addon, in the three forms of one session."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sites import certificates, proxy, server

from pixelwitness.live.launch import shim_path


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
def watched(folder: Path, arguments: Sequence[str | Path] = ()) -> Iterator[Watched]:
    """Run the sites and mitmdump with the addon until the context ends."""
    _, certificate = certificates.write_certificate(folder, server.HOSTS)
    db, flows, har, key = (folder / name for name in ("live.sqlite", "session.mitm", "session.har", "study.key"))
    options = [f"pixelwitness_db={db}", f"pixelwitness_key={key}", f"hardump={har}"]
    sets = [part for option in options for part in ("--set", option)]
    with (
        server.running(certificate) as world,
        proxy.running(world, folder / "proxy", ["-s", shim_path(), "-w", flows, *sets, *arguments]) as running,
    ):
        yield Watched(world, running, db, flows, har, key)
