"""Evidence holds: what the store says is what its sources say, and a change on either side is found."""

import sqlite3
from pathlib import Path

import pytest
from tests.end_to_end.conftest import Store
from tests.har import entry, write

from pixelwitness.verify import verify

TR = "https://www.facebook.com/tr/?id=1234567890123456&ev=Lead&dl=https%3A%2F%2Fshop.example%2F&ud[em]="


@pytest.fixture
def recording(store: Store, tmp_path: Path) -> Path:
    path = write(tmp_path / "session.har", [entry(TR + f"{number:064x}") for number in range(3)])
    store.scan(path)
    return path


def verdicts(store: Store) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
    return [(one.verdict, one.different) for one in verify(store.path)]


def test_an_untouched_recording_gives_the_same_rows(store: Store, recording: Path) -> None:
    assert recording.exists()
    assert verdicts(store) == [("same", ())]


def test_a_recording_scanned_with_values_is_verified_with_values(store: Store, recording: Path) -> None:
    store.scan(recording, keep_values=True)
    assert verdicts(store) == [("same", ())]


@pytest.mark.parametrize(
    ("statement", "table", "rows"),
    [
        ("UPDATE events SET event_name = 'Purchase' WHERE rowid = 1", "events", 2),
        ("UPDATE fields SET value_token = 'x' WHERE field = 'ud.em'", "fields", 6),
        ("DELETE FROM fields WHERE field = 'ud.em'", "fields", 3),
        ("UPDATE transmissions SET seen_at = NULL WHERE position = 1", "transmissions", 2),
        ("UPDATE recordings SET requests_seen = 9", "recordings", 2),
        (
            "INSERT INTO visits SELECT 'made-up', id, 9, 'bank.example', NULL, 200, NULL, 'document' FROM recordings",
            "visits",
            1,
        ),
    ],
)
def test_a_changed_row_is_found_and_its_table_named(
    store: Store, recording: Path, statement: str, table: str, rows: int
) -> None:
    assert recording.exists()
    connection = sqlite3.connect(store.path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert verdicts(store) == [("differs", ((table, rows),))]


def test_a_changed_source_is_told_from_a_missing_one(store: Store, recording: Path) -> None:
    recording.write_bytes(recording.read_bytes() + b" ")
    assert verdicts(store) == [("changed", ())]
    recording.unlink()
    assert verdicts(store) == [("missing", ())]


def test_a_copy_elsewhere_serves_as_well(store: Store, recording: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.har"
    copy.write_bytes(recording.read_bytes())
    store.scan(copy)
    recording.unlink()
    assert verdicts(store) == [("same", ())]
