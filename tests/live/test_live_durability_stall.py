"""A database that takes nothing for a while: the hooks go on, nothing is lost, not even by a kill.

PIXELWITNESS_DEEP_TESTS=1 stalls for 60 s.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path

import msgspec
import pytest
from tests.live.feeder import feed
from tests.sites import load
from tests.sites.forked import Forked

from pixelwitness.live.saving.spill import spill_file

pytestmark = pytest.mark.process

DEEP = bool(os.environ.get("PIXELWITNESS_DEEP_TESTS"))
PACE = 400
STALL = 60.0 if DEEP else 5.0


@dataclass(frozen=True)
class Fed:
    """An event whose hooks have run."""

    pixel_id: int
    at: float
    took: float
    cpu: float


class Feeder:
    """The process that feeds the hooks."""

    def __init__(self, db: Path, seconds: float, first: int = load.FIRST) -> None:
        self.said, self.told = db.with_name("feeder.log"), db.with_name(f"feeder-{first}-{seconds:g}.out")
        theirs, self.pipe = Pipe(duplex=False)
        self.process = Forked(feed, db, seconds, PACE, first, theirs, self.said, output=self.told, env=os.environ)
        theirs.close()
        self.expect("ready")

    def expect(self, word: str) -> list[Fed]:
        """Wait for a line that says so; return the events told before it."""
        while f"{word}\n" not in self.told.read_text():
            assert self.process.poll() is None, self.told.read_text()[-2000:]
            time.sleep(0.02)
        return self.fed()

    def fed(self) -> list[Fed]:
        """Return the events told of so far."""
        lines = self.told.read_text().splitlines(keepends=True)
        return [_fed(line) for line in lines if line.count(" ") == 3 and line.endswith("\n")]

    def go_on(self) -> None:
        self.pipe.send(None)

    def end(self) -> dict[str, int | bool]:
        """End the session in order and return what became of the records."""
        self.go_on()
        assert self.process.wait(60) == 0
        told: dict[str, int | bool] = json.loads(self.told.read_text().splitlines()[-1])
        return told

    def kill(self) -> list[Fed]:
        """Kill it; return the events it had told of."""
        self.process.kill()
        self.process.wait(60)
        return self.fed()


def _fed(line: str) -> Fed:
    pixel_id, at, took, cpu = line.split()
    return Fed(int(pixel_id), float(at), float(took), float(cpu))


@contextmanager
def feeding(db: Path, seconds: float, first: int = load.FIRST) -> Iterator[Feeder]:
    feeder = Feeder(db, seconds, first)
    try:
        yield feeder
    finally:
        feeder.process.kill()
        feeder.process.wait(60)
        feeder.pipe.close()


@contextmanager
def locked(db: Path) -> Iterator[None]:
    with closing(sqlite3.connect(db, isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[int(len(values) * part)]


def test_killed_while_it_spills_it_has_everything_after_the_next_start(tmp_path: Path) -> None:
    db = tmp_path / "live.sqlite"
    with feeding(db, 2.0) as feeder:
        feeder.go_on()
        usual = feeder.expect("fed")
        assert feeder.end() == {"lost": 0, "left": False}
    first = load.FIRST + 10**6
    with feeding(db, STALL + 60, first) as feeder, locked(db):
        feeder.go_on()
        time.sleep(STALL)
        killed_at = time.monotonic()
        told = feeder.kill()
        assert spill_file(db).stat().st_mode & 0o777 == 0o600

    owed = {one.pixel_id for one in told if one.at < killed_at - 0.5}
    assert len(owed) > PACE * STALL / 20
    assert not owed & set(load.stored_ids(db))
    with feeding(db, 0) as feeder:
        feeder.go_on()
        assert feeder.end() == {"lost": 0, "left": False}
    stored = load.stored_ids(db)
    assert sorted(owed - set(stored)) == []
    assert len(stored) == len(set(stored))
    assert load.soundness(db) == ([], [])
    assert not spill_file(db).exists()

    figures = {
        name: f"{part * 1e3:.2f} ms"
        for name, part in {
            "p50 usual": percentile([one.took for one in usual], 0.5),
            "p50 stalled": percentile([one.took for one in told], 0.5),
            "p99 usual": percentile([one.took for one in usual], 0.99),
            "p99 stalled": percentile([one.took for one in told], 0.99),
            "longest stalled": max(one.took for one in told),
            "CPU p50 usual": percentile([one.cpu for one in usual], 0.5),
            "CPU p50 stalled": percentile([one.cpu for one in told], 0.5),
        }.items()
    }
    print(f"{len(told)} events in {STALL:g} s of stall, {len(owed)} owed, 0 missing; {figures}")
    assert percentile([one.took for one in told], 0.99) < 0.5  # it did not wait for the database


def test_once_the_database_is_free_it_takes_the_spill_in_the_order_of_time(tmp_path: Path) -> None:
    db = tmp_path / "live.sqlite"
    with feeding(db, 3.0) as feeder:
        with locked(db):
            feeder.go_on()
            time.sleep(1.5)
            assert spill_file(db).exists()
        fed = feeder.expect("fed")
        assert feeder.end() == {"lost": 0, "left": False}
    assert sorted(load.stored_ids(db)) == [one.pixel_id for one in fed]
    assert not spill_file(db).exists()
    with closing(sqlite3.connect(db)) as connection:
        counts = "SELECT complete, requests_seen, requests_matched, dropped FROM recordings"
        assert connection.execute(counts).fetchall() == [(1, len(fed), len(fed), 0)]


def test_ended_while_locked_it_leaves_a_spill_and_says_so(tmp_path: Path) -> None:
    db = tmp_path / "live.sqlite"
    with feeding(db, 0.5) as feeder, locked(db):
        feeder.go_on()
        fed = feeder.expect("fed")
        began = time.monotonic()
        assert feeder.end() == {"lost": 0, "left": True}
        assert time.monotonic() - began < 30
        assert "the next start takes it in" in feeder.said.read_text()
    with feeding(db, 0) as feeder:
        feeder.go_on()
        assert feeder.end() == {"lost": 0, "left": False}
    assert sorted(load.stored_ids(db)) == [one.pixel_id for one in fed]
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT complete FROM recordings").fetchall() == [(1,), (1,)]


def events_in(spill: bytes) -> int:
    """Count the events in the whole frames of a spill; what became of one may follow in a frame of its own."""
    events: set[str] = set()
    at = 0
    while at + 8 <= len(spill):
        start, at = at + 8, at + 8 + int.from_bytes(spill[at : at + 4], "little")
        batch = msgspec.msgpack.decode(spill[start:at]) if at <= len(spill) else None
        if isinstance(batch, list):
            events.update(one["id"] for one in batch if one["type"] == "Event")
    return len(events)


@pytest.mark.parametrize("cut", [1, 200])
def test_a_spill_whose_last_record_was_cut_gives_all_others(cut: int, tmp_path: Path) -> None:
    db, spill = tmp_path / "live.sqlite", spill_file(tmp_path / "live.sqlite")
    with feeding(db, 60) as feeder, locked(db):
        feeder.go_on()
        deadline = time.monotonic() + 90
        while not (spill.exists() and spill.stat().st_size > 200_000) and time.monotonic() < deadline:
            time.sleep(0.02)
        feeder.kill()
    rest = spill.read_bytes()[:-cut]
    spill.write_bytes(rest)
    with feeding(db, 0) as feeder:
        feeder.go_on()
        assert feeder.end() == {"lost": 0, "left": False}
        assert "the last record in" in feeder.said.read_text()
    stored = load.stored_ids(db)
    assert sorted(stored) == list(range(load.FIRST, load.FIRST + len(stored)))
    assert len(stored) == events_in(rest) > 10
