"""Bad days of a database while the proxy runs: full disk, locked, read-only, removed. Browsing goes on."""

import resource
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.sites import load, proxy, server
from tests.sites.certificates import write_certificate
from tests.sites.proxy import Proxy
from tests.sites.server import World

from pixelwitness.live.saving.spill import spill_file
from pixelwitness.live.start.launch import shim_path
from pixelwitness.store.key import stored_fingerprint
from pixelwitness.store.merge import merge

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    _, certificate = write_certificate(tmp_path_factory.mktemp("sites"), server.HOSTS)
    with server.running(certificate) as running:
        yield running


@contextmanager
def witnessed(world: World, db: Path, *, script: Path | None = None, quiet: bool = True) -> Iterator[Proxy]:
    # Quiet, mitmdump logs errors alone: a full disk is to hit the database, not the log of every connection.
    arguments: list[str | Path] = ["-s", script or shim_path(), "--set", f"pixelwitness_db={db}", *["-q"][:quiet]]
    with proxy.running(world, db.with_name(f"proxy-{db.stem}"), arguments) as running:
        yield running


def browse(running: Proxy, begin: int, number: int) -> list[int]:
    """Send so many events, four a connection; return their pixel ids."""
    ids = list(range(load.FIRST + begin, load.FIRST + begin + number))
    statuses = [status for at in range(0, number, 4) for status in load.send_events(running, ids[at : at + 4])]
    assert statuses == [200] * number
    return ids


def recording(db: Path) -> tuple[int, int, int]:
    """Return whether the one recording has an end, its requests, and how many of them are missing."""
    with closing(sqlite3.connect(db)) as connection:
        ((complete, seen, dropped),) = connection.execute("SELECT complete, requests_seen, dropped FROM recordings")
    return complete, seen, dropped


def settled(db: Path, number: int) -> list[int]:
    """Return the pixel ids stored once there are so many, or after a minute and a half."""
    deadline = time.monotonic() + 90
    while len(ids := load.stored_ids(db)) < number and time.monotonic() < deadline:
        time.sleep(0.05)
    return sorted(ids)


def logged(running: Proxy, text: str) -> bool:
    """Say whether mitmdump has logged a text, or does within a minute and a half."""
    deadline = time.monotonic() + 90
    while not (found := text in running.log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def limit_files(running: Proxy, size: int) -> None:
    """Let a running process write no file beyond a size, as a full disk would; -1 lifts it."""
    _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (size, hard))


def test_a_full_disk_delays_and_loses_nothing_once_there_is_room(world: World, tmp_path: Path) -> None:
    db = tmp_path / "live.sqlite"
    with witnessed(world, db) as running:
        before = browse(running, 0, 20)
        assert settled(db, 20) == before
        limit_files(running, 4096)
        during = browse(running, 100, 40)
        time.sleep(0.6)
        assert settled(db, 20) == before
        limit_files(running, -1)
        assert settled(db, 60) == before + during
        assert running.stop() == 0
        assert "nothing can be stored now" in running.log.read_text()
    assert (recording(db), load.soundness(db)) == ((1, 60, 0), ([], []))
    assert not spill_file(db).exists()


SMALL_MEMORY = """
from pixelwitness.live.saving import writer
writer.MOST_WAITING = 30
from pixelwitness.live.hooks.addon import PixelWitness
addons = [PixelWitness()]
"""


def test_a_disk_that_stays_full_costs_what_has_no_room_and_every_lost_one_is_counted(
    world: World, tmp_path: Path
) -> None:
    db, script = tmp_path / "live.sqlite", tmp_path / "small.py"
    script.write_text(SMALL_MEMORY)
    with witnessed(world, db, script=script) as running:
        before = browse(running, 0, 8)
        assert settled(db, 8) == before
        limit_files(running, 4096)
        browse(running, 100, 80)
        # An event hands over two batches or three; thirty wait, as many may be under way: more than ten events go.
        assert logged(running, "no room is left for records: 10 requests are missing")
        limit_files(running, -1)
        assert running.stop() == 0
        log = running.log.read_text()
    complete, seen, dropped = recording(db)
    stored = Counter(load.stored_ids(db))
    assert set(before) <= set(stored)
    assert set(stored.values()) == {1}
    assert (complete, seen, dropped + len(stored)) == (1, 88, 88)
    assert dropped >= 10
    assert "no room is left for records: 1 requests are missing" in log
    assert f"{dropped} requests not stored" in log
    assert load.soundness(db) == ([], [])


def test_a_database_locked_by_another_program_delays_and_loses_nothing(world: World, tmp_path: Path) -> None:
    db = tmp_path / "live.sqlite"
    with witnessed(world, db) as running:
        before = browse(running, 0, 20)
        assert settled(db, 20) == before
        with closing(sqlite3.connect(db, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            during = browse(running, 100, 40)
            time.sleep(1.5)
            assert spill_file(db).exists()
            other.execute("ROLLBACK")
        assert settled(db, 60) == before + during
        assert running.stop() == 0
        assert running.log.read_text().count("nothing can be stored now") == 1
    assert recording(db) == (1, 60, 0)


@pytest.fixture
def immutable() -> Iterator[list[Path]]:
    """Take files that nobody may change, root neither, and free them at the end."""
    files: list[Path] = []
    yield files
    for file in files:
        subprocess.run(["chattr", "-i", file], check=False, capture_output=True)


def test_files_that_become_read_only_delay_and_lose_nothing(
    world: World, tmp_path: Path, immutable: list[Path]
) -> None:
    db = tmp_path / "live.sqlite"
    with witnessed(world, db) as running:
        before = browse(running, 0, 20)
        assert settled(db, 20) == before
        for file in (db, db.with_name(f"{db.name}-wal")):
            immutable.append(file)
            if not shutil.which("chattr") or subprocess.run(["chattr", "+i", file], check=False).returncode:
                pytest.skip("making a file immutable needs chattr, root and a file system that knows it")
        during = browse(running, 100, 40)
        time.sleep(0.6)
        for file in immutable:
            subprocess.run(["chattr", "-i", file], check=True)
        assert settled(db, 60) == before + during
        assert running.stop() == 0
    assert (recording(db), load.soundness(db)) == ((1, 60, 0), ([], []))


def test_a_removed_database_is_rescued_with_all_that_it_held(world: World, tmp_path: Path) -> None:
    db, rescued = tmp_path / "live.sqlite", tmp_path / "live-rescued.sqlite"
    with witnessed(world, db) as running:
        before = browse(running, 0, 20)
        assert settled(db, 20) == before
        fingerprint = stored_fingerprint(db)
        for file in tmp_path.glob("live.sqlite*"):
            file.unlink()
        during = browse(running, 100, 20)
        assert running.stop() == 0
        assert running.log.read_text().count("was removed while it was written") == 1
    assert sorted(load.stored_ids(rescued)) == before + during
    assert (recording(rescued), load.soundness(rescued)) == ((1, 40, 0), ([], []))
    assert (stored_fingerprint(rescued), rescued.stat().st_mode & 0o777) == (fingerprint, 0o600)
    assert not db.exists()
    merge(db, [rescued])
    assert sorted(load.stored_ids(db)) == before + during


def test_a_removed_folder_is_rescued_elsewhere_with_the_key(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "study"
    elsewhere.mkdir()
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    db = folder / "live.sqlite"
    arguments: list[str | Path] = ["-q", "-s", shim_path(), "--set", f"pixelwitness_db={db}"]
    with proxy.running(world, tmp_path / "proxy", arguments) as running:
        before = browse(running, 0, 20)
        assert settled(db, 20) == before
        key = (folder / "live.key").read_bytes()
        shutil.rmtree(folder)
        deadline = time.monotonic() + 90
        while not list(elsewhere.glob("*.key")) and time.monotonic() < deadline:
            time.sleep(0.05)  # idle: found out without any traffic
        during = browse(running, 100, 20)
        assert running.stop() == 0
    rescued = elsewhere / "live-rescued.sqlite"
    assert sorted(load.stored_ids(rescued)) == before + during
    assert (elsewhere / "live-rescued.key").read_bytes() == key
    assert (elsewhere / "live-rescued.key").stat().st_mode & 0o777 == 0o600


def test_the_spill_of_another_study_is_left_alone_and_said(world: World, tmp_path: Path) -> None:
    db, other = tmp_path / "live.sqlite", tmp_path / "other.sqlite"
    with witnessed(world, other) as running:
        browse(running, 0, 4)
        assert settled(other, 4)
        with closing(sqlite3.connect(other, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            browse(running, 100, 4)
            time.sleep(0.6)
            running.process.kill()
            running.process.wait(60)
    spill_file(other).rename(spill_file(db))
    foreign = spill_file(db).read_bytes()
    with witnessed(world, db, quiet=False) as running:
        ids = browse(running, 200, 4)
        assert running.stop() == 0
        assert "its tokens were made under another key" in running.log.read_text()
    assert sorted(load.stored_ids(db)) == ids
    assert spill_file(db).read_bytes() == foreign
