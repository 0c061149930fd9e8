"""The steps between versions of the schema: whole or not at all, whatever fails, and easy to add to."""

import contextlib
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database
from tests.store.test_store_faults import Fault, faulty
from tests.store.test_store_versions import OLDER, unpack

from pixelwitness.store import migrations, schema, upgrade
from pixelwitness.store.database import reading
from pixelwitness.store.dump import dump
from pixelwitness.store.errors import StoreError
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.migrations import NewColumn, add_columns

DEEP = bool(os.environ.get("PIXELWITNESS_DEEP_TESTS"))


def version_of(database: Path) -> int:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def small(folder: Path) -> Path:
    """A database of the first version with the rows of its smallest recording alone."""
    database = unpack(1, folder)
    shutil.rmtree(folder / "recordings")
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM fields WHERE contact_id IS NULL OR rowid % 9")
        connection.execute("DELETE FROM findings")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM")
    return database


def test_there_is_a_step_from_every_version_to_the_next() -> None:
    assert list(migrations.STEPS) == list(OLDER), "raise schema.VERSION together with a step in migrations.STEPS"


# Adding columns -------------------------------------------------------------------


def add_speed(database: Database) -> None:
    add_columns(
        database,
        NewColumn("transmissions", "speed", str, after="body_state", value="isn't known"),
        NewColumn("transmissions", "proof", str, after="speed"),
        NewColumn("contacts", "copies", int, after="method", value=1),
    )


def contents(path: Path) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """Return the SQL of every table, index and view by name, and the transmissions with their rowids."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall())
        return made, connection.execute("SELECT rowid, * FROM transmissions").fetchall()


def test_a_column_that_must_be_filled_is_added_to_a_full_database_as_if_it_had_always_been_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = unpack(schema.VERSION, tmp_path)
    made_before, rows_before = contents(path)
    monkeypatch.setattr(migrations, "STEPS", {**migrations.STEPS, schema.VERSION: add_speed})
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    Ledger.open(path).close()
    made, rows = contents(path)

    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = [name for _, name, *_ in connection.execute("PRAGMA table_info(transmissions)")]
        assert connection.execute("SELECT DISTINCT copies FROM contacts").fetchall() == [(1,)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        with pytest.raises(sqlite3.IntegrityError, match=r"NOT NULL constraint failed: transmissions\.speed"):
            connection.execute("UPDATE transmissions SET speed = NULL")
    at = names.index("speed") + 1  # behind the rowid
    assert rows == [(*row[:at], "isn't known", None, *row[at:]) for row in rows_before]
    assert made == {
        **made_before,
        "transmissions": as_made_new("transmissions", "body_state", {"speed": (str, False), "proof": (str, True)}),
        "contacts": as_made_new("contacts", "method", {"copies": (int, False)}),
    }


def as_made_new(table: str, behind: str, added: Mapping[str, tuple[type, bool]]) -> str:
    """Return the SQL of a table that has had some more columns from the start."""
    shape: dict[str, tuple[type, bool]] = {}
    for name, column in schema.columns(schema.RECORDS[table]).items():
        shape |= {name: column, **(added if name == behind else {})}
    references = {"event_id": "events", "recording_id": "recordings", "visit_id": "visits"}
    with contextlib.closing(Database(memory=True)) as fresh:
        for name in references.values():
            fresh.table(name).create({"id": str}, pk="id")
        fresh.table(table).create(
            {name: kind for name, (kind, _) in shape.items()},
            pk="id",
            not_null={name for name, (_, nullable) in shape.items() if not nullable},
            foreign_keys=[(name, target, "id") for name, target in references.items() if name in shape],
            strict=True,
        )
        return str(fresh.table(table).schema)


def test_what_a_user_added_to_a_database_stays_and_is_in_nobodys_way(tmp_path: Path) -> None:
    path = unpack(1, tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine');"
            "CREATE VIEW mine AS SELECT key, count(*) AS n FROM pixel_configs GROUP BY key;"
            "CREATE INDEX mine_too ON pixel_configs (key);"
        )
    Ledger.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT text FROM notes").fetchall() == [("mine",)]
        assert connection.execute("SELECT * FROM mine").fetchall() == []
        assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'mine_too'").fetchall() == [(1,)]


# The copy -------------------------------------------------------------------------


def test_a_copy_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path = unpack(1, tmp_path)
    for name in ("pixelwitness.sqlite.v1-backup", "pixelwitness.sqlite.v1-backup-2"):
        (tmp_path / name).write_text("of before")
    with Ledger.open(path) as ledger:
        assert [notice for notice in ledger.notices if "v1-backup-3" in notice]
    assert (tmp_path / "pixelwitness.sqlite.v1-backup").read_text() == "of before"
    assert (tmp_path / "pixelwitness.sqlite.v1-backup-2").read_text() == "of before"
    assert version_of(tmp_path / "pixelwitness.sqlite.v1-backup-3") == 1


def test_a_database_that_is_too_large_to_copy_is_brought_up_to_date_without_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = unpack(1, tmp_path)
    monkeypatch.setattr(upgrade, "COPIED_UP_TO", 1000)
    with Ledger.open(path) as ledger:
        assert ledger.notices == (
            f"{path}: brought from schema 1 to {schema.VERSION};"
            " it was not copied before, for its size or for want of room",
        )
    assert [file.name for file in tmp_path.glob("*backup*")] == []


# What fails -----------------------------------------------------------------------


def without_a_table(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE pixel_configs")


def with_a_view_for_a_table(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE pixel_configs RENAME TO kept")
    connection.execute("CREATE VIEW pixel_configs AS SELECT * FROM kept")


def with_the_new_column_already(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE pixel_configs ADD COLUMN site TEXT")


@pytest.mark.parametrize("spoil", [without_a_table, with_a_view_for_a_table, with_the_new_column_already])
def test_tables_that_are_not_those_of_the_version_are_left_as_they_are_and_the_way_on_is_told(
    tmp_path: Path, spoil: Callable[[sqlite3.Connection], None]
) -> None:
    path = unpack(1, tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        spoil(connection)
    before = path.read_bytes()
    with pytest.raises(StoreError) as writing:
        Ledger.open(path)
    with pytest.raises(StoreError) as looking, reading(path):
        pass
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if "backup" in file.name or "copying" in file.name] == []
    for error in (writing.value, looking.value):
        assert error.found.startswith("its tables are not those of schema 1, so that they cannot become those of")
        assert error.right == "it was left as it is: restore a copy, or scan its recordings into a new file"


@pytest.mark.process
@pytest.mark.parametrize("how", ["fail before", "fail after", "kill before", "kill after"])
def test_whatever_fails_or_dies_while_the_schema_changes_the_file_is_of_one_version_and_whole(
    tmp_path: Path, child: Callable[[Callable[[], None]], int], how: str
) -> None:
    base = small(tmp_path / "base")
    before, rows = statements_of(base), list(dump(base))
    path = tmp_path / "work" / base.name
    versions = set()
    for at in calls_to_try(base, how):
        shutil.rmtree(path.parent, ignore_errors=True)
        shutil.copytree(base.parent, path.parent)
        fault = Fault(at, how)

        def opened(fault: Fault = fault) -> None:
            with faulty(fault), contextlib.suppress(StoreError):
                Ledger.open(path).close()

        if how.startswith("kill"):
            assert child(opened) == -signal.SIGKILL
        else:
            opened()
            assert fault.struck
        version = version_of(path)
        versions.add(version)
        copies = [file.name for file in path.parent.iterdir() if "backup" in file.name]
        if version == 1:
            assert statements_of(path) == before, f"call {at}"
            assert copies == [] or how.startswith("kill"), f"call {at}"
        else:
            assert list(dump(path)) == rows, f"call {at}"
            assert copies == [f"{path.name}.v1-backup"], f"call {at}"
        Ledger.open(path).close()
        assert (version_of(path), list(dump(path))) == (schema.VERSION, rows), f"call {at}"
        assert not list(path.parent.glob("*copying*"))
    assert versions == {1, schema.VERSION}


def calls_to_try(base: Path, how: str) -> list[int]:
    """Return the numbers of the calls that are to fail: some of all, and the last ones."""
    whole = base.parent.with_name("whole")
    shutil.copytree(base.parent, whole)
    fault = Fault(0, how)
    with faulty(fault):
        Ledger.open(whole / base.name).close()
    assert fault.seen > 100
    calls = range(1, fault.seen + 1)
    return list(calls) if DEEP else sorted({*calls[:: fault.seen // 9], *calls[-4:]})


def statements_of(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


@pytest.mark.process
def test_a_full_disk_leaves_the_database_as_it_is_and_says_so(
    tmp_path: Path, child: Callable[[Callable[[], None]], int]
) -> None:
    resource = pytest.importorskip("resource")
    path = unpack(1, tmp_path)
    before = list(dump(path))

    def short_of_room() -> None:
        upgrade.COPIED_UP_TO = 0
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 20, resource.RLIM_INFINITY))
        with pytest.raises(StoreError, match=r"no room is left|reading or writing it failed"):
            Ledger.open(path)

    assert child(short_of_room) == 0
    assert version_of(path) == 1
    assert list(dump(path)) == before
    Ledger.open(path).close()
    assert list(dump(path)) == before


def test_a_reader_of_an_older_database_writes_nothing_and_sees_no_view_but_ours(tmp_path: Path) -> None:
    path = unpack(1, tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("DROP VIEW exposure; CREATE VIEW exposure AS SELECT 'planted' AS site;")
    before = path.read_bytes()
    with reading(path) as connection:
        assert ("planted",) not in connection.execute("SELECT site FROM exposure").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
            connection.execute("DELETE FROM events")
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {path.name, "pixelwitness.key", "recordings"}
