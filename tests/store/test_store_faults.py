"""What the store does when anything fails: every fallible call once, every moment of death, no room.

The method is curl's: count the calls of a run, then run it once for each of them with that call
failing.  Whatever fails, the database holds the old or the new rows, and the next run needs no help.
PIXELWITNESS_DEEP_TESTS=1 tries each call in every way; else each way has calls of its own.
"""

import contextlib
import errno
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pixelwitness.store.dump import dump
from pixelwitness.store.errors import StoreError
from pixelwitness.store.key import key_check
from pixelwitness.store.ledger import Ledger

pytestmark = pytest.mark.process

type Child = Callable[[Callable[[], None]], int]

DEEP = bool(os.environ.get("PIXELWITNESS_DEEP_TESTS"))
WAYS = ("fail before", "kill after", "fail after", "kill before")

CALLS = ("open", "write", "fsync", "link", "truncate", "close")


class Fault:
    """Counts the fallible calls of a run and hurts the one whose number is `at`, before or after it took place."""

    def __init__(self, at: int, how: str) -> None:
        self.at = at
        self.how = how
        self.seen = 0
        self.struck = False

    def call[**P, T](self, real: Callable[P, T], error: Exception, *args: P.args, **kwargs: P.kwargs) -> T:
        self.seen += 1
        strikes = self.seen == self.at
        self.struck |= strikes
        if strikes and self.how == "kill before":
            os.kill(os.getpid(), signal.SIGKILL)
        if strikes and self.how == "fail before":
            raise error
        try:
            return real(*args, **kwargs)
        finally:
            if strikes and self.how == "kill after":
                os.kill(os.getpid(), signal.SIGKILL)
            if strikes and self.how == "fail after":
                raise error


def disk_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    error.sqlite_errorname = "SQLITE_IOERR"
    return error


@contextlib.contextmanager
def faulty(fault: Fault) -> Iterator[None]:
    """Put the fault between the store and SQLite, and between the store and the file system."""

    class Connection(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            return fault.call(super().execute, disk_error(), *args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            return fault.call(super().executemany, disk_error(), *args)

    def through(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            return fault.call(real, OSError(errno.EIO, "Input/output error"), *args, **kwargs)

        return call

    connect = sqlite3.connect

    def connected(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        if fault.how == "fail after":
            # Nobody could close what was opened and not handed out: SQLite does not fail like that.
            return connect(*args, factory=Connection, **kwargs)
        return fault.call(lambda: connect(*args, factory=Connection, **kwargs), disk_error())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connected)
        for name in CALLS:
            # A close that fails has closed all the same, and says so afterwards.
            if name != "close" or fault.how.endswith("after"):
                patch.setattr(os, name, through(name))
        yield


def scan(path: Path, sample: Any) -> None:
    with Ledger.open(path, key_check=key_check(path), durable=True) as ledger:
        ledger.state_owners({"facebook.com": "Meta"})
        ledger.replace(sample.recording, sample.rows)


def rows_of(path: Path) -> list[str]:
    return [line for line in dump(path) if not line.startswith('["study"')]


def replay(path: Path, base: Path | None, key: Path) -> None:
    """Set the folder back to the state before the run."""
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    if base is not None:
        shutil.copy(base, path)
        shutil.copy(key, path.with_suffix(".key"))


@pytest.fixture
def states(tmp_path: Path, rows: Any) -> dict[str, Any]:
    """The database before and after, undisturbed, and what a run stores."""
    folders = {name: tmp_path / name for name in ("old", "new")}
    for folder in folders.values():
        folder.mkdir()
    old, new = rows.sample("aa", 3), rows.sample("aa", 4, rules_sha256="c" * 64)
    base = folders["old"] / "study.sqlite"
    scan(base, old)
    target = folders["new"] / "study.sqlite"
    shutil.copy(base, target)
    shutil.copy(base.with_suffix(".key"), target.with_suffix(".key"))
    scan(target, new)
    return {"base": base, "key": base.with_suffix(".key"), "run": new, "old": rows_of(base), "new": rows_of(target)}


def holds_old_or_new_and_recovers(path: Path, states: dict[str, Any], fresh: bool, note: str) -> None:
    if path.exists() and path.stat().st_size:
        found = rows_of(path)
        without = [line for line in found if line.startswith('["events"')]
        assert found in (states["old"], states["new"]) or (fresh and without == []), note
    else:
        assert fresh, note
    scan(path, states["run"])
    assert rows_of(path) == states["new"], note
    assert sorted(file.name for file in path.parent.iterdir()) == ["study.key", "study.sqlite"], note


def calls_to_try(how: str, fresh: bool) -> range:
    """Return which calls of a run are to fail: each way begins at another one, to its end."""
    if DEEP:
        return range(1, 1000)
    # Making a new database is one transaction of hundreds of calls.
    return range(1 + WAYS.index(how), 1000, 17 if fresh else len(WAYS))


@pytest.mark.parametrize("fresh", [False, True], ids=["replacing", "a new database"])
@pytest.mark.parametrize("how", ["fail before", "fail after"])
def test_whichever_call_fails_the_old_or_the_new_rows_are_there(
    tmp_path: Path, states: dict[str, Any], how: str, fresh: bool
) -> None:
    path = tmp_path / "work" / "study.sqlite"
    for at in calls_to_try(how, fresh):
        replay(path, None if fresh else states["base"], states["key"])
        fault = Fault(at, how)
        with faulty(fault), contextlib.suppress(StoreError):
            scan(path, states["run"])
        if not fault.struck:
            break
        holds_old_or_new_and_recovers(path, states, fresh, f"call {at}, {how}")
    assert at > (100 if fresh else 50)
    assert rows_of(path) == states["new"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("how", ["kill before", "kill after"])
@pytest.mark.parametrize("fresh", [False, True], ids=["replacing", "a new database"])
def test_whenever_it_is_killed_the_old_or_the_new_rows_are_there(
    tmp_path: Path, states: dict[str, Any], child: Child, how: str, fresh: bool
) -> None:
    path = tmp_path / "work" / "study.sqlite"
    for at in calls_to_try(how, fresh):
        replay(path, None if fresh else states["base"], states["key"])

        def killed(at: int = at) -> None:
            with faulty(Fault(at, how)):
                scan(path, states["run"])

        code = child(killed)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        # The draft of a key is all that may be left behind, and under a name of its own.
        for draft in path.parent.glob("study.key.*.new"):
            draft.unlink()
        holds_old_or_new_and_recovers(path, states, fresh, f"call {at}, {how}")
    assert at > 50
    assert rows_of(path) == states["new"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_killed_anywhere_in_a_long_transaction_and_run_again_is_as_if_never_killed(
    tmp_path: Path, rows: Any, child: Child
) -> None:
    long = rows.sample("aa", 3000)
    undisturbed = tmp_path / "undisturbed.sqlite"
    with Ledger.open(undisturbed) as ledger:
        ledger.replace(long.recording, long.rows)
    whole = list(dump(undisturbed))
    dice = random.Random(7)
    path = tmp_path / "study.sqlite"
    for at in (0, *sorted(dice.randrange(len(long.rows)) for _ in range(5)), len(long.rows) - 1):

        def dying(at: int = at) -> None:
            def rows_until_death() -> Iterator[Any]:
                yield from long.rows[:at]
                os.kill(os.getpid(), signal.SIGKILL)

            with Ledger.open(path) as ledger:
                ledger.replace(long.recording, rows_until_death())

        assert child(dying) == -signal.SIGKILL
        assert not [line for line in dump(path) if line.startswith('["events"')]
    with Ledger.open(path) as ledger:
        assert ledger.replace(long.recording, long.rows) == "added"
    assert list(dump(path)) == whole


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_acknowledged_groups_outlive_a_kill_at_any_time(tmp_path: Path, rows: Any, child: Child) -> None:
    path = tmp_path / "study.sqlite"
    acknowledged = tmp_path / "acknowledged"
    dice = random.Random(11)
    for _ in range(5):
        start = int(acknowledged.read_text()) if acknowledged.exists() else 0
        after = dice.randrange(1, 40)

        def live(start: int = start, after: int = after) -> None:
            with Ledger.open(path, durable=True) as ledger, acknowledged.open("w") as told:
                ledger.append([rows.recording("live")])
                for number in range(start, 10_000):
                    ledger.append([rows.event(f"live-{number * 2 + half}", "live") for half in (0, 1)])
                    told.seek(0)
                    told.write(str(number + 1))
                    told.flush()
                    if number - start == after:
                        os.kill(os.getpid(), signal.SIGKILL)

        assert child(live) == -signal.SIGKILL
        stored = [line for line in dump(path) if line.startswith('["events"')]
        assert len(stored) == int(acknowledged.read_text()) * 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_full_disk_leaves_the_old_rows_and_the_ledger_goes_on_when_there_is_room(
    tmp_path: Path, rows: Any, child: Child
) -> None:
    import resource

    path = tmp_path / "study.sqlite"
    old, new = rows.sample("aa", 20), rows.sample("bb", 3000)
    with Ledger.open(path) as ledger:
        ledger.replace(old.recording, old.rows)
    before = list(dump(path))

    def short_of_room() -> None:
        unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
        with Ledger.open(path, durable=True) as ledger:
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 50_000, unlimited[1]))
            for _ in range(3):
                with pytest.raises(StoreError, match=r"no room is left|reading or writing it failed"):
                    ledger.replace(new.recording, new.rows)
                with pytest.raises(StoreError, match=r"no room is left|reading or writing it failed"):
                    ledger.append([new.recording, *new.rows])
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
            assert list(dump(path)) == before
            assert ledger.replace(new.recording, new.rows) == "added"

    assert child(short_of_room) == 0
    assert sum(line.startswith('["events"') for line in dump(path)) == 3020
