"""Ends of a session under load: killed at any time, terminated, reloaded. What Meta received is in the store.

PIXELWITNESS_DEEP_TESTS=1 kills 20 times.
"""

import os
import random
import shutil
import signal
import sqlite3
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

pytestmark = pytest.mark.process

DEEP = bool(os.environ.get("PIXELWITNESS_DEEP_TESTS"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    _, certificate = write_certificate(tmp_path_factory.mktemp("sites"), server.HOSTS)
    with server.running(certificate) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_received_yet(world: World) -> None:
    world.received.clear()


@contextmanager
def witnessed(world: World, folder: Path, script: Path | None = None) -> Iterator[Proxy]:
    arguments: list[str | Path] = [
        "-q",
        "-s",
        script or shim_path(),
        "--set",
        f"pixelwitness_db={folder / 'live.sqlite'}",
    ]
    with proxy.running(world, folder / "proxy", arguments) as running:
        yield running


def wait_for(world: World, number: int) -> None:
    deadline = time.monotonic() + 90
    while len(world.received) < number and time.monotonic() < deadline:
        time.sleep(0.01)


def ends(db: Path) -> list[int]:
    with closing(sqlite3.connect(db)) as connection:
        return [complete for (complete,) in connection.execute("SELECT complete FROM recordings ORDER BY rowid")]


def test_killed_at_any_time_it_has_what_meta_received_half_a_second_before(world: World, tmp_path: Path) -> None:
    db, numbers, chance = tmp_path / "live.sqlite", load.numbers(), random.Random(20_261_122)
    kills = 20 if DEEP else 4
    owed: set[int] = set()
    for _ in range(kills):
        with witnessed(world, tmp_path) as running:
            began = len(world.received)
            with load.under_load(running, numbers):
                time.sleep(chance.uniform(0.2, 1.5))
                owed.update(load.received_ids(world.received[began:]))
                time.sleep(0.5)
                running.process.kill()
                running.process.wait(60)
    with witnessed(world, tmp_path) as running:
        assert load.send_events(running, [1]) == [200]
        assert running.stop() == 0

    stored = Counter(load.stored_ids(db))
    assert len(owed) > 5 * kills
    assert sorted(owed - set(stored)) == []
    assert [pixel_id for pixel_id, times in stored.items() if times > 1] == []
    assert load.soundness(db) == ([], [])
    assert ends(db) == [0] * kills + [1]
    assert not spill_file(db).exists()
    print(f"{kills} kills: {len(owed)} events owed, {len(stored)} stored, 0 missing")


@pytest.mark.parametrize("again", range(10 if DEEP else 1))
@pytest.mark.parametrize(("ending", "times"), [(signal.SIGTERM, 1), (signal.SIGINT, 2)])
def test_ended_in_order_under_load_it_lacks_nothing(
    ending: signal.Signals, times: int, again: int, world: World, tmp_path: Path
) -> None:
    db = tmp_path / "live.sqlite"
    with witnessed(world, tmp_path) as running, load.under_load(running, load.numbers()):
        wait_for(world, 60)
        for _ in range(times):
            running.process.send_signal(ending)
        assert running.process.wait(60) == 0

    received, stored = load.received_ids(world.received), Counter(load.stored_ids(db))
    assert len(received) >= 60
    assert sorted(set(received) - set(stored)) == []
    assert [pixel_id for pixel_id, found in stored.items() if found > 1] == []
    assert ends(db) == [1]


def test_reloaded_under_load_it_lacks_nothing_and_has_nothing_twice(world: World, tmp_path: Path) -> None:
    script, db = tmp_path / "pixelwitness_addon.py", tmp_path / "live.sqlite"
    shutil.copy(shim_path(), script)
    reloads = 6 if DEEP else 2
    with witnessed(world, tmp_path, script) as running:
        with load.under_load(running, load.numbers()):
            for number in range(reloads):
                wait_for(world, len(world.received) + 30)
                os.utime(script, (time.time() + 10 * (number + 1),) * 2)
                # mitmproxy looks at its scripts once a second.
                deadline = time.monotonic() + 90
                while time.monotonic() < deadline and len(ends(db)) < number + 2:
                    time.sleep(0.05)
            time.sleep(0.3)
        assert running.stop() == 0

    received, stored = load.received_ids(world.received), Counter(load.stored_ids(db))
    assert len(received) >= 30 * reloads
    assert sorted(set(received) - set(stored)) == []
    assert [pixel_id for pixel_id, found in stored.items() if found > 1] == []
    assert ends(db) == [1] * (reloads + 1)
