import contextlib
import multiprocessing
import os
import random
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pixelwitness.store import database, schema
from pixelwitness.store.database import reading
from pixelwitness.store.dump import dump
from pixelwitness.store.errors import StoreError
from pixelwitness.store.ledger import Ledger

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of this kind")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.sqlite"


def fill(path: Path, rows: Any, events: int = 3) -> None:
    sample = rows.sample("aa", events)
    with Ledger.open(path) as ledger:
        ledger.replace(sample.recording, sample.rows)


@contextlib.contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@POSIX
def test_every_file_of_a_database_is_its_owners_alone_whatever_the_umask(path: Path, rows: Any) -> None:
    sample = rows.sample("aa")
    with umask(0), Ledger.open(path) as ledger:
        ledger.replace(sample.recording, sample.rows)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert modes == dict.fromkeys(
            ("study.sqlite", "study.sqlite-wal", "study.sqlite-shm", "study.sqlite-lock"), 0o600
        )
        assert ledger.notices == ()
    assert [file.name for file in path.parent.iterdir()] == ["study.sqlite"]


@POSIX
@pytest.mark.parametrize(("mode", "told"), [(0o644, True), (0o620, True), (0o602, True), (0o600, False)])
def test_a_database_that_others_may_open_is_noticed_and_left_as_it_is(
    path: Path, rows: Any, mode: int, told: bool
) -> None:
    fill(path, rows)
    path.chmod(mode)
    with Ledger.open(path) as ledger:
        assert ledger.notices == (
            (f"{path}: other users of this machine may open it (mode {mode:04o}); chmod 600 would stop that",)
            if told
            else ()
        )
    assert stat.S_IMODE(path.stat().st_mode) == mode


def foreign_with_mark(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.executescript("PRAGMA application_id = 7; CREATE TABLE theirs (a);")


def foreign_without_mark(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE events (id TEXT)")


def newer(path: Path) -> None:
    Ledger.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {schema.VERSION + 1}")


def of_no_version(path: Path) -> None:
    Ledger.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 0")


def text(path: Path) -> None:
    path.write_text('{"log": {"entries": []}}')


def short(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0")


def overwritten(path: Path) -> None:
    Ledger.open(path).close()
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 3000)


def without_a_table(path: Path) -> None:
    Ledger.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.executescript("DROP VIEW exposure; DROP TABLE visits;")


def view_for_a_table(path: Path) -> None:
    without_a_table(path)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE VIEW visits AS SELECT 1 AS id, 'evil.example' AS site")


REFUSED: dict[Callable[[Path], None], str] = {
    foreign_with_mark: "another program made this database",
    foreign_without_mark: "another program made this database",
    newer: f"a newer pixelwitness made it (schema {schema.VERSION + 1}, this one knows {schema.VERSION})",
    of_no_version: "it says that its schema is 0, which none is",
    text: "it is not an SQLite database",
    short: "it is not an SQLite database",
    overwritten: "it is damaged (SQLITE_CORRUPT)",
    without_a_table: "its table visits is missing",
    view_for_a_table: "its table visits is missing",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_is_not_a_database_of_ours_is_refused_and_never_changed(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError) as writing:
        Ledger.open(path)
    with pytest.raises(StoreError) as looking, reading(path):
        raise AssertionError("it was opened")
    assert (writing.value.found, looking.value.found) == (REFUSED[make], REFUSED[make])
    assert (writing.value.subject, looking.value.subject) == (str(path), str(path))
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["study.sqlite"]


def test_there_is_nothing_to_read_in_a_missing_or_empty_file_or_a_folder(path: Path) -> None:
    told = []
    for step in ("missing", "empty", "folder"):
        if step == "empty":
            path.touch()
        if step == "folder":
            path.unlink()
            path.mkdir()
        with pytest.raises(StoreError) as error, reading(path):
            raise AssertionError("it was opened")
        told.append(error.value.found)
    assert told == ["there is no such file", "it is empty", "it is not a regular file"]
    with pytest.raises(StoreError, match="it is not a regular file"):
        Ledger.open(path)


def test_an_empty_file_becomes_a_database(path: Path, rows: Any) -> None:
    path.touch(0o600)
    fill(path, rows)
    assert any('"aa-3"' in line for line in dump(path))


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory; name a database in a folder that exists"):
        Ledger.open(tmp_path / "no" / "study.sqlite")


def test_names_that_are_special_in_urls_are_only_names(tmp_path: Path, rows: Any) -> None:
    path = tmp_path / "a?mode=memory#b%41 é.sqlite"
    fill(path, rows)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert any('"aa-3"' in line for line in dump(path))


def test_a_reader_cannot_write(path: Path, rows: Any) -> None:
    fill(path, rows)
    with pytest.raises(StoreError, match="it cannot be written"), reading(path) as connection:
        connection.execute("DELETE FROM events")


def test_readers_read_while_the_writer_writes(path: Path, rows: Any) -> None:
    fill(path, rows)
    sample = rows.sample("bb", 2500)

    def watched() -> Iterator[Any]:
        yield from sample.rows
        with reading(path) as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (3,)

    with Ledger.open(path) as ledger:
        ledger.replace(sample.recording, watched())


def test_a_planted_view_is_not_what_a_reader_sees(path: Path, rows: Any) -> None:
    fill(path, rows)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.executescript("DROP VIEW exposure; CREATE VIEW exposure AS SELECT load_extension('evil') AS site")
    with reading(path) as connection:
        assert connection.execute("SELECT site, n_events FROM exposure").fetchall() == [("shop.example", 3)]


def test_a_planted_trigger_gets_no_dangerous_function(path: Path, rows: Any) -> None:
    fill(path, rows)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute(
            "CREATE TRIGGER evil AFTER INSERT ON events BEGIN SELECT writefile('/nowhere', load_extension('x')); END"
        )
    sample = rows.sample("bb")
    with Ledger.open(path) as ledger:
        with pytest.raises(StoreError, match="SQLite refused it"):
            ledger.replace(sample.recording, sample.rows)
        assert ledger.recordings_under("a" * 64, "b" * 64, "{}") == {"aa"}


def test_where_wal_does_not_work_another_journal_does(path: Path, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # The one thing that cannot be had on every machine is a file system that lies about WAL.
    with monkeypatch.context() as without:
        without.setattr(database, "wal_works", lambda _: False)
        fill(path, rows)
        with Ledger.open(path, durable=True) as ledger:
            assert ledger.notices == (
                f"{path}: this file system does not carry SQLite's write-ahead log; writing is slower",
            )
            sample = rows.sample("bb")
            ledger.replace(sample.recording, sample.rows)
            assert not path.with_name("study.sqlite-wal").exists()
        assert path.read_bytes()[18:20] == b"\x01\x01"
    before = list(dump(path))
    with Ledger.open(path):
        assert path.read_bytes()[18:20] == b"\x02\x02"
    monkeypatch.setattr(database, "wal_works", lambda _: False)
    with Ledger.open(path):
        assert path.read_bytes()[18:20] == b"\x01\x01"
    assert list(dump(path)) == before


def test_the_probe_tells_and_leaves_nothing(path: Path) -> None:
    path.with_name("study.sqlite-probe").write_text("left by a killed process")
    assert database.wal_works(path)
    assert list(path.parent.iterdir()) == []
    assert not database.wal_works(path.parent / "no" / "study.sqlite")


@pytest.mark.process
@POSIX
def test_a_database_in_a_folder_without_writing_is_read_and_not_written(
    rows: Any, child: Callable[[Callable[[], None]], int]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "study.sqlite"
        fill(path, rows)
        whole = list(dump(path))
        path.chmod(0o444)
        folder.chmod(0o555)

        def as_nobody() -> None:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            assert list(dump(path)) == whole
            with pytest.raises(StoreError, match="Permission denied; name a database in a folder that exists and can"):
                Ledger.open(path)

        assert child(as_nobody) == 0
        folder.chmod(0o755)

        def with_a_folder_that_can_be_written() -> None:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            with pytest.raises(StoreError, match="it cannot be"):
                Ledger.open(path)

        if os.geteuid() == 0:
            folder.chmod(0o777)
        assert child(with_a_folder_that_can_be_written) == 0
        assert list(dump(path)) == whole


def test_a_lock_of_another_program_is_waited_for_and_then_named(path: Path, rows: Any) -> None:
    fill(path, rows)
    sample = rows.sample("bb")
    before = list(dump(path))
    with Ledger.open(path, busy_seconds=0.2) as ledger, contextlib.closing(sqlite3.connect(path)) as other:
        other.isolation_level = None
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"another program keeps it locked \(SQLITE_BUSY\)"):
            ledger.replace(sample.recording, sample.rows)
        other.execute("ROLLBACK")
        assert list(dump(path)) == before
        assert ledger.replace(sample.recording, sample.rows) == "added"


@pytest.mark.process
def test_a_second_writer_is_told_who_writes(path: Path, child: Callable[[Callable[[], None]], int]) -> None:
    with Ledger.open(path):
        told = multiprocessing.Pipe(duplex=False)

        def second() -> None:
            try:
                Ledger.open(path)
            except StoreError as error:
                told[1].send(str(error))

        assert child(second) == 0
        assert told[0].recv() == (
            f"{path}: the process {os.getpid()} is writing to it; "
            "wait for it to end, or name another database and merge them later"
        )
        for end in told:
            end.close()
    Ledger.open(path).close()


@pytest.mark.process
def test_the_lock_of_a_killed_writer_is_nobodys(path: Path, child: Callable[[Callable[[], None]], int]) -> None:
    def killed() -> None:
        with Ledger.open(path):
            os.kill(os.getpid(), 9)

    assert child(killed) == -9
    assert path.with_name("study.sqlite-lock").exists()
    with Ledger.open(path):
        assert path.with_name("study.sqlite-lock").read_text() == f"{os.getpid()}\n"


def test_a_database_with_flipped_bits_is_read_or_refused_but_never_crashes(path: Path, rows: Any) -> None:
    fill(path, rows, events=30)
    whole = path.read_bytes()
    dice = random.Random(20260701)
    outcomes = {"read": 0, "refused": 0}
    told: set[str] = set()
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 1, 8))):
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        try:
            lines = list(dump(path))
            with reading(path) as connection:
                connection.execute("SELECT * FROM exposure").fetchall()
        except StoreError as error:
            outcomes["refused"] += 1
            told.add(error.found)
        else:
            outcomes["read"] += 1
            assert lines[-1].startswith('["visits", ')
        assert path.read_bytes() == damaged
        for beside in path.parent.glob("study.sqlite-*"):
            beside.unlink()
    assert not [found for found in told if "example" in found]
    # Both kinds occur, else the flips are not where it matters.
    assert min(outcomes.values()) > 20, outcomes


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
def test_a_truncated_database_is_refused(path: Path, rows: Any, cut: float) -> None:
    fill(path, rows, events=30)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * cut)])
    with pytest.raises(StoreError, match="it is damaged"):
        list(dump(path))
    copy = shutil.copy(path, path.with_name("copy.sqlite"))
    with contextlib.suppress(StoreError):
        Ledger.open(path).close()
    assert len(path.read_bytes()) >= len(Path(copy).read_bytes()) // 2
