"""Joining databases: every recording once, the more complete one, all of a source or nothing."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pixelwitness.store import dump
from pixelwitness.store.errors import StoreError
from pixelwitness.store.key import KeyCheck, fingerprint
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.merge import merge

KEY = bytes(32)


def write(path: Path, *samples: Any, key: bytes = KEY) -> Path:
    with Ledger.open(path, key_check=KeyCheck(fingerprint(key), path.with_suffix(".key"))) as ledger:
        for sample in samples:
            ledger.replace(sample.recording, sample.rows)
    return path


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def content(path: Path) -> list[str]:
    return list(dump.dump(path))


def test_a_new_database_of_two_holds_what_one_scan_of_both_would(rows: Any, tmp_path: Path) -> None:
    one, two = rows.sample("r1"), rows.sample("r2", 5)
    sources = [write(tmp_path / "a.sqlite", one), write(tmp_path / "b.sqlite", two)]
    joined = merge(tmp_path / "all.sqlite", sources)
    assert [(each.fates, each.refused, each.incomplete) for each in joined] == [
        ((("r1", "added"),), None, 0),
        ((("r2", "added"),), None, 0),
    ]
    assert content(tmp_path / "all.sqlite") == content(write(tmp_path / "once.sqlite", one, two))


def test_the_same_again_changes_nothing_and_the_sources_stay_as_they_are(rows: Any, tmp_path: Path) -> None:
    into, other = write(tmp_path / "a.sqlite", rows.sample("r1")), write(tmp_path / "b.sqlite", rows.sample("r2"))
    before = other.read_bytes()
    merge(into, [other])
    once = content(into)
    (again,) = merge(into, [other])
    assert (again.fates, content(into), other.read_bytes()) == ((("r2", "unchanged"),), once, before)


def test_of_one_recording_the_more_complete_copy_stays_whichever_way(rows: Any, tmp_path: Path) -> None:
    short = write(tmp_path / "short.sqlite", rows.sample("r1", 2, complete=False, requests_seen=3))
    whole = write(tmp_path / "whole.sqlite", rows.sample("r1", 4))
    expected = content(whole)
    (kept,) = merge(whole, [short])
    assert (kept.fates, kept.incomplete, content(whole)) == ((("r1", "kept"),), 1, expected)
    (replaced,) = merge(short, [whole])
    assert (replaced.fates, content(short)) == ((("r1", "replaced"),), expected)


def test_of_two_without_an_end_the_longer_stays_even_by_a_row(rows: Any, tmp_path: Path) -> None:
    short = write(tmp_path / "short.sqlite", rows.sample("r1", complete=False))
    longer = write(tmp_path / "longer.sqlite", rows.sample("r1", complete=False))
    change(short, "DELETE FROM observations")
    (replaced,) = merge(short, [longer])
    assert (replaced.fates, content(short)) == ((("r1", "replaced"),), content(longer))


def test_places_where_a_recording_was_found_are_united(rows: Any, tmp_path: Path) -> None:
    into = write(tmp_path / "a.sqlite", rows.sample("r1"))
    other = write(tmp_path / "b.sqlite", rows.sample("r1", sources=("copy.har",)))
    (joined,) = merge(into, [other])
    assert joined.fates == (("r1", "unchanged"),)
    with closing(sqlite3.connect(into)) as connection:
        assert connection.execute("SELECT sources FROM recordings").fetchall() == [('["copy.har","r1.har"]',)]


REFUSED = [
    ("UPDATE study SET key_fingerprint = 'x'", "its tokens were made under another key than those of"),
    ("UPDATE recordings SET options = '{\"keep_values\": true}'", "was made under other rules, knowledge or options"),
    ("UPDATE events SET event_name = 'Purchase' WHERE id = 'r1-1'", "differs from the one in"),
    ("DROP TABLE signals", "its table signals is missing"),
    ("PRAGMA user_version = 99", "a newer pixelwitness made it"),
]


@pytest.mark.parametrize(("statement", "found"), REFUSED)
def test_a_refused_source_gives_nothing_and_the_others_come_in(
    statement: str, found: str, rows: Any, tmp_path: Path
) -> None:
    into = write(tmp_path / "a.sqlite", rows.sample("r1"))
    bad = write(tmp_path / "bad.sqlite", rows.sample("r0"), rows.sample("r1"))
    good = write(tmp_path / "good.sqlite", rows.sample("r2"))
    expected = content(write(tmp_path / "expected.sqlite", rows.sample("r1"), rows.sample("r2")))
    change(bad, statement)
    refused, taken = merge(into, [bad, good])
    assert found in str(refused.refused)
    assert str(refused.refused).startswith(str(bad))
    assert (refused.fates, taken.fates) == ((), (("r2", "added"),))
    assert content(into) == expected


def test_rows_that_claim_the_ids_of_another_recording_are_refused(rows: Any, tmp_path: Path) -> None:
    into = write(tmp_path / "a.sqlite", rows.sample("r1"))
    bad = write(tmp_path / "bad.sqlite", rows.sample("r2"))
    change(bad, "UPDATE visits SET id = 'r1-0'")
    before = content(into)
    (refused,) = merge(into, [bad])
    assert str(refused.refused) == f"{bad}: its rows do not fit a database of pixelwitness; restore a copy"
    assert content(into) == before


def test_a_damaged_source_is_named_not_the_target(rows: Any, tmp_path: Path) -> None:
    into = write(tmp_path / "a.sqlite", rows.sample("r1"))
    bad = write(tmp_path / "bad.sqlite", rows.sample("r2", 40))
    damaged = bytearray(bad.read_bytes())
    damaged[4096 * 3 : -4096] = bytes(len(damaged) - 4096 * 4)
    bad.write_bytes(damaged)
    (refused,) = merge(into, [bad])
    assert str(refused.refused).startswith(f"{bad}: ")


def test_a_database_is_not_merged_into_itself_nor_while_another_writes_to_it(rows: Any, tmp_path: Path) -> None:
    into = write(tmp_path / "a.sqlite", rows.sample("r1"))
    (refused,) = merge(into, [into])
    assert "it is the database to merge into" in str(refused.refused)
    other = tmp_path / "b.sqlite"
    shutil.copy(into, other)
    with Ledger.open(into), pytest.raises(StoreError, match="is writing to it"):
        merge(into, [other])
