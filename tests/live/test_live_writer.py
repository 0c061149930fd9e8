"""The writer: what it is handed reaches the store, in groups, or is counted."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from pixelwitness.core.exposure import records
from pixelwitness.live.saving import writer as writers
from pixelwitness.live.saving.session_store import SessionStore
from pixelwitness.live.saving.spill import Spill, spill_file
from pixelwitness.live.saving.writer import Writer
from pixelwitness.store.errors import StoreError
from pixelwitness.store.key import key_check, study_key
from pixelwitness.store.ledger import Ledger

RECORDING = records.Recording(
    id="r", sources=("live",), kind="live", sha256=None, exporter=None, user_agent=None, first_seen=None,
    last_seen=None, complete=False, tool_version="0", rules_sha256="0", knowledge_sha256="0", suffix_list="0",
    options="{}", cookies_recorded=True, requests_seen=0, requests_matched=0, requests_other=0, undecodable=0,
    rejected=0, blocked=0, not_requests=0, bodies_not_recorded=0, tls_refused=0, dropped=0, rule_faults=0,
)  # fmt: skip


def visit(number: int) -> records.Visit:
    return records.Visit(
        id=f"r-{number}", recording_id="r", position=number, site="shop.example", page_url="https://shop.example/",
        status=200, seen_at=None, attributed_by="document",
    )  # fmt: skip


def batch(number: int) -> list[records.AnyRecord]:
    return [visit(number), msgspec.structs.replace(RECORDING, requests_seen=number + 1)]


def stored(db: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(db)) as connection:
        (visits,) = connection.execute("SELECT count(*) FROM visits").fetchone()
        (seen,) = connection.execute("SELECT coalesce(max(requests_seen), 0) FROM recordings").fetchone()
    return visits, seen


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.sqlite"


def kept(db: Path) -> SessionStore:
    check = key_check(db)
    return SessionStore(Ledger.open(db, key_check=check, durable=True, busy_seconds=0.1), check, study_key(db))


@pytest.fixture
def troubles() -> list[StoreError]:
    return []


@pytest.fixture
def writer(db: Path, troubles: list[StoreError]) -> Iterator[Writer]:
    made = Writer(kept(db), troubles.append)
    yield made
    made.finish(5)


@pytest.mark.waits
def test_what_is_put_is_stored_within_a_quarter_second_with_the_counts_that_belong_to_it(
    writer: Writer, db: Path
) -> None:
    writer.put(batch(0))
    deadline = time.monotonic() + 90
    while stored(db) != (1, 1):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert writers.LONGEST_WAIT <= 0.25


def test_many_are_committed_in_groups_and_none_is_lost_or_doubled(writer: Writer, db: Path) -> None:
    for number in range(1_000):
        assert writer.put(batch(number))
    assert writer.finish(60)
    assert stored(db) == (1_000, 1_000)
    assert (writer.state.committed, writer.state.dropped) == (1_000, 0)


@pytest.mark.waits
def test_a_locked_database_delays_and_loses_nothing(writer: Writer, db: Path, troubles: list[StoreError]) -> None:
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        took = []
        for number in range(20):
            began = time.perf_counter()
            writer.put(batch(number))
            took.append(time.perf_counter() - began)
        assert sorted(took)[len(took) // 2] < 0.05  # none waits for the lock, though a busy machine may hold one up
        time.sleep(0.8)
        assert len(troubles) == 1
        other.execute("ROLLBACK")
    assert writer.finish(60)
    assert stored(db) == (20, 20)
    assert writer.state.trouble is None


def test_what_the_database_never_takes_is_counted(db: Path, troubles: list[StoreError]) -> None:
    writer = Writer(kept(db), troubles.append)
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for number in range(7):
            writer.put(batch(number))
        assert not writer.finish(0.5)
        assert writer.state.dropped == 7
        other.execute("ROLLBACK")
    assert stored(db) == (0, 0)


class Slow:
    """A store that waits for a sign."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()
        self.groups: list[int] = []

    def append(self, group: Sequence[records.AnyRecord], /) -> None:
        self.asked.set()
        self.go.wait(10)
        self.groups.append(len(group))

    def ensure_in_place(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.waits
def test_memory_that_is_full_refuses_at_once_and_counts(
    monkeypatch: pytest.MonkeyPatch, troubles: list[StoreError]
) -> None:
    monkeypatch.setattr(writers, "MOST_WAITING", 5)
    store = Slow()
    writer = Writer(store, troubles.append)
    writer.put([visit(0)])
    time.sleep(0.4)  # the first is with the store now
    taken = [writer.put([visit(number)]) for number in range(1, 9)]
    assert taken == [True] * 5 + [False] * 3
    store.go.set()
    assert not writer.finish(5)
    assert (writer.state.committed, writer.state.dropped, store.groups) == (6, 3, [1, 5])


@pytest.mark.waits
def test_what_a_hundred_requests_gave_is_committed_without_waiting_for_more(
    monkeypatch: pytest.MonkeyPatch, troubles: list[StoreError]
) -> None:
    monkeypatch.setattr(writers, "LONGEST_WAIT", 600.0)
    store = Slow()
    store.go.set()
    writer = Writer(store, troubles.append)
    for number in range(99):
        writer.put([visit(number)])
    time.sleep(0.3)
    assert store.groups == []
    writer.put([visit(99)])
    deadline = time.monotonic() + 90
    while not store.groups and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.groups == [100]
    assert writer.finish(60)


def test_what_waits_while_the_store_is_busy_becomes_one_group(troubles: list[StoreError]) -> None:
    store = Slow()
    writer = Writer(store, troubles.append)
    writer.put([visit(0)])
    assert store.asked.wait(10)  # the first is with the store now, alone
    for number in range(1, 7_501):
        writer.put([visit(number)])
    store.go.set()
    assert writer.finish(60)
    assert store.groups == [1, 5_000, 2_500]


@pytest.mark.waits
def test_what_was_spilled_just_before_the_end_is_stored_by_the_end(
    db: Path, monkeypatch: pytest.MonkeyPatch, troubles: list[StoreError]
) -> None:
    # As on a busy machine: the thread that commits still waits for more when the other one has spilled.
    monkeypatch.setattr(writers, "LONGEST_WAIT", 600.0)
    monkeypatch.setattr(writers, "SPILL_AFTER", 0.01)
    store = Slow()
    store.go.set()
    writer = Writer(store, troubles.append, Spill(db, "a key"))
    writer.put(batch(0))
    deadline = time.monotonic() + 90
    while not writer.state.spilled and time.monotonic() < deadline:
        time.sleep(0.005)
    assert writer.finish(5, [RECORDING])
    assert (writer.state.committed, writer.state.dropped, writer.state.spill_pending) == (2, 0, False)
    assert not spill_file(db).exists()


@pytest.mark.parametrize("in_trouble", [False, True], ids=["at once", "by the spill and the next session"])
def test_what_becomes_known_later_changes_the_row_that_is_stored(
    db: Path, troubles: list[StoreError], in_trouble: bool
) -> None:
    kept_flows = records.Amendment(table="recordings", id="r", values={"sources": ("kept.mitm", "live")})
    store = kept(db)
    writer = Writer(store, troubles.append, Spill(db, store.key_fingerprint))
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        if in_trouble:
            other.execute("BEGIN EXCLUSIVE")
        writer.put(batch(0))
        writer.put([kept_flows])
        assert writer.finish(0.5 if in_trouble else 5) is not in_trouble
    if in_trouble:
        assert stored(db) == (0, 0)
        store = kept(db)
        assert Writer(store, troubles.append, Spill(db, store.key_fingerprint)).finish(5)
    assert stored(db) == (1, 1)
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT sources FROM recordings").fetchall() == [('["kept.mitm","live"]',)]
        assert connection.execute("SELECT * FROM rejected_records").fetchall() == []
