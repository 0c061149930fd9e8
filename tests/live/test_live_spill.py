"""The spill: what goes in comes out in order, from this process or the next, and damage costs what it hits."""

import gzip
from pathlib import Path

import msgspec
import pytest

from pixelwitness.core.exposure import records
from pixelwitness.live.saving.spill import Batch, Spill, spill_file
from pixelwitness.store import schema
from pixelwitness.store.database import reading
from pixelwitness.store.errors import StoreError
from pixelwitness.store.ledger import Ledger

KEY = "f5a966e4aca9c62b"


def batch(number: int, page_url: str | None = "https://shop.example/") -> Batch:
    visit = records.Visit(
        id=f"r-{number}", recording_id="r", position=number, site="shop.example", page_url=page_url,
        status=200, seen_at=None, attributed_by="document",
    )  # fmt: skip
    noted = records.Amendment(table="recordings", id="r", values={"sources": ("live", f"{number}.mitm")})
    return visit, noted


def all_of(spill: Spill, at_a_time: int = 3) -> list[Batch]:
    found = []
    while spill.is_pending:
        group, place = spill.read(at_a_time)
        found += group
        spill.release(place)
    return found


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.sqlite"


def test_batches_come_out_in_order_and_the_file_goes_with_the_last(db: Path) -> None:
    spill = Spill(db, KEY)
    assert (spill.is_pending, spill_file(db).exists()) == (False, False)
    spill.append([batch(0), batch(1)])
    spill.append([batch(2)])
    assert spill_file(db).stat().st_mode & 0o777 == 0o600
    assert all_of(spill) == [batch(0), batch(1), batch(2)]
    assert not spill_file(db).exists()
    spill.append([batch(3)])
    assert all_of(spill) == [batch(3)]


def test_the_next_process_finds_what_was_not_taken_and_adds_behind_it(db: Path) -> None:
    first = Spill(db, KEY)
    first.append([batch(number) for number in range(4)])
    _, place = first.read(2)
    first.release(place)
    first.close()
    again = Spill(db, KEY)
    again.append([batch(4)])
    # What had been taken comes again: storing it again changes nothing.
    assert all_of(again) == [batch(number) for number in range(5)]


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 100])
def test_a_cut_end_costs_the_batch_it_hits(cut: int, db: Path) -> None:
    spill = Spill(db, KEY)
    spill.append([batch(0), batch(1)])
    spill.close()
    spill_file(db).write_bytes(spill_file(db).read_bytes()[:-cut])
    again = Spill(db, KEY)
    assert (again.was_cut, all_of(again)) == (True, [batch(0)])


def test_a_start_that_died_over_the_first_bytes_leaves_nothing_to_take(db: Path) -> None:
    spill = Spill(db, KEY)
    spill.append([batch(0)])
    spill.close()
    whole = spill_file(db).read_bytes()
    for length in (0, 1, 7, 8, 30):
        spill_file(db).write_bytes(whole[:length])
        again = Spill(db, KEY)
        assert (again.is_pending, spill_file(db).exists()) == (False, False)


def test_a_damaged_batch_is_counted_and_costs_no_other(db: Path) -> None:
    spill = Spill(db, KEY)
    spill.append([batch(0)])
    before = spill.end
    spill.append([batch(1)])
    spill.append([batch(2)])
    spill.close()
    damaged = bytearray(spill_file(db).read_bytes())
    damaged[before + 20] ^= 0xFF
    spill_file(db).write_bytes(damaged)
    again = Spill(db, KEY)
    assert (all_of(again), again.damaged) == ([batch(0), batch(2)], 1)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a note", "it is no spill of pixelwitness, or damaged"),
        (b"\x05\0\0\0\0\0\0\0hello", "it is no spill of pixelwitness, or damaged"),
        (None, "its tokens were made under another key"),
    ],
)
def test_a_file_that_is_not_of_this_study_is_refused_and_left(content: bytes | None, found: str, db: Path) -> None:
    other = Spill(db, "0" * 16)
    other.append([batch(0)])
    other.close()
    if content is not None:
        spill_file(db).write_bytes(content)
    before = spill_file(db).read_bytes()
    with pytest.raises(StoreError, match=found):
        Spill(db, KEY)
    assert spill_file(db).read_bytes() == before


def test_a_full_spill_takes_nothing_more_and_keeps_what_it_has(db: Path) -> None:
    spill = Spill(db, KEY, most_bytes=1_000)
    spill.append([batch(0)])
    with pytest.raises(StoreError, match="more is not kept here"):
        spill.append([batch(number) for number in range(1, 20)])
    assert all_of(spill) == [batch(0)]


def test_it_moves_with_what_was_not_taken(db: Path, tmp_path: Path) -> None:
    spill = Spill(db, KEY)
    spill.append([batch(0), batch(1)])
    _, place = spill.read(1)
    spill.release(place)
    spill.move(tmp_path / "b.sqlite")
    assert not spill_file(db).exists()
    spill.append([batch(2)])
    spill.close()
    assert all_of(Spill(tmp_path / "b.sqlite", KEY)) == [batch(1), batch(2)]


def test_text_that_is_no_utf_8_is_kept_as_the_database_would_keep_it(db: Path) -> None:
    spill = Spill(db, KEY)
    visit, _ = batch(0)
    noted = records.Amendment(table="recordings", id="r", values={"sources": "e\ud83d"})
    spill.append([(msgspec.structs.replace(visit, page_url="https://shop.example/\ud83d"), noted)])
    kept = msgspec.structs.replace(noted, values={"sources": "e\\ud83d"})
    assert all_of(spill) == [(msgspec.structs.replace(visit, page_url="https://shop.example/\\ud83d"), kept)]


VERSIONS = Path(__file__).parents[1] / "store" / "versions"


@pytest.mark.parametrize("version", range(1, schema.VERSION + 1))
def test_what_a_program_of_any_version_left_in_a_spill_is_taken_in_whole(version: int, db: Path) -> None:
    spill_file(db).write_bytes(gzip.decompress((VERSIONS / f"{version}.spill.gz").read_bytes()))
    spill = Spill(db, "ce8be8d308a89f92")
    with Ledger.open(db) as ledger:
        for found in all_of(spill, at_a_time=100):
            ledger.append(found)
        assert ledger.refused == 0
    assert spill.damaged == 0
    with reading(db) as connection:
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in schema.RECORDS}
    told = {"recordings": 1, "visits": 7, "events": 15, "contacts": 15, "transmissions": 20, "fields": 564}
    assert {name: counts[name] for name in told} == told
    assert counts["pixel_configs"] > 0
