"""Records put in many at a time: whole, once, and without those alone that cannot be stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.store.test_store_ledger import table

from pixelwitness.core.exposure import records as r
from pixelwitness.store import schema
from pixelwitness.store.dump import dump
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.row_mapping import to_row

# Around the numbers of rows that one statement takes, and some that take several kinds of statement.
NUMBERS = (1, 7, 8, 9, 63, 64, 65, 72, 200)

type Put = Callable[[Ledger, r.Recording, list[r.AnyRecord]], None]


def replace(ledger: Ledger, recording: r.Recording, found: list[r.AnyRecord]) -> None:
    ledger.replace(recording, found)


def append(ledger: Ledger, recording: r.Recording, found: list[r.AnyRecord]) -> None:
    ledger.append([recording, *found])


def append_twice(ledger: Ledger, recording: r.Recording, found: list[r.AnyRecord]) -> None:
    """As a spill does that is taken in again."""
    ledger.append([recording, *found])
    ledger.append([recording, *found])


def told_apart(record: r.AnyRecord, number: int) -> r.AnyRecord:
    """Return another record of the same kind; the first stays, as others refer to it."""
    if number == 0:
        return record
    if isinstance(record, r.Field):
        return msgspec.structs.replace(record, field=f"{record.field}[{number}]")
    if isinstance(record, r.Finding):
        return msgspec.structs.replace(record, label=f"{record.label} {number}")
    assert not isinstance(record, r.Amendment)
    return msgspec.structs.replace(record, id=f"{record.id}x{number}")


def many_of_each(rows: Any, number: int) -> list[r.AnyRecord]:
    one_of_each = {type(record): record for record in reversed(rows.sample("aa", 1).rows)}.values()
    return [told_apart(record, nth) for record in one_of_each for nth in range(number)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.sqlite"


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("put", [replace, append, append_twice])
def test_every_number_of_records_of_every_kind_is_stored_whole_and_once(
    put: Put, number: int, path: Path, rows: Any
) -> None:
    recording, found = rows.recording("aa"), many_of_each(rows, number)
    with Ledger.open(path) as ledger:
        put(ledger, recording, found)
        assert ledger.refused == 0
    for name, kind in schema.RECORDS.items():
        wanted = [recording] if kind is r.Recording else [one for one in found if type(one) is kind]
        assert len(wanted) == (1 if kind is r.Recording else number), name
        assert table(path, name) == sorted(map(to_row, wanted), key=repr), name


@pytest.mark.parametrize("about", ["event_id", "contact_id", "visit_id", "recording_id"])
def test_findings_taken_in_again_in_other_groups_are_one_each_whatever_they_are_about(
    about: str, path: Path, rows: Any
) -> None:
    ids = {"event_id": None, "contact_id": None, "visit_id": None, "recording_id": "aa"}
    ids[about] = {"event_id": "aa-1", "contact_id": "aa-2", "visit_id": "aa-0", "recording_id": "aa"}[about]
    findings = [rows.finding("aa-1", "aa", **ids, label=f"label {n % 70}", field=None) for n in range(100)]
    others = [one for one in rows.sample("aa", 1).rows if not isinstance(one, r.Finding)]
    with Ledger.open(path) as ledger:
        ledger.append([rows.recording("aa"), *others, *findings])
        before = list(dump(path))
        for start, end in ((0, 100), (0, 30), (30, 100), (99, 100)):
            ledger.append(findings[start:end])
        assert ledger.refused == 0
    assert list(dump(path)) == before
    assert table(path, "findings", "label") == sorted(f"label {n}" for n in range(70))


@pytest.mark.parametrize("places", [(63,), (0, 42, 63, 64, 98)])
@pytest.mark.parametrize("put", [replace, append, append_twice])
@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        (r.Event, {"transmissions": 2**70}, "a value has the wrong type"),
        (r.Event, {"event_kind": None}, "a value is missing"),
        (r.Visit, {"status": 2**63}, "a value has the wrong type"),
        (r.Field, {"transmission_id": "aa-1", "contact_id": "aa-2"}, "ValueError"),
        (r.Field, {"matching": None}, "a value is missing"),
        (r.Finding, {"certainty": None}, "a value is missing"),
    ],
)
def test_what_cannot_be_stored_among_many_costs_itself_alone(
    kind: type[r.AnyRecord],
    change: dict[str, Any],
    reason: str,
    put: Put,
    places: tuple[int, ...],
    path: Path,
    rows: Any,
) -> None:
    found = many_of_each(rows, 99)
    of_kind = [one for one in found if type(one) is kind]
    put_in = list(found)
    for place in places:
        bad = msgspec.structs.replace(told_apart(of_kind[place], 1000), **change)
        put_in.insert(put_in.index(of_kind[place]), bad)
    with Ledger.open(path) as ledger:
        put(ledger, rows.recording("aa"), put_in)
        refused = ledger.refused
    for name, stored in schema.RECORDS.items():
        if stored is not r.Recording:
            assert table(path, name) == sorted([to_row(one) for one in found if type(one) is stored], key=repr), name
    times = (2 if put is append_twice else 1) * len(places)
    assert refused == times
    assert table(path, "rejected_records", "record", "reason") == [(kind.__name__, reason)] * times


@pytest.mark.parametrize("put", [replace, append, append_twice])
@pytest.mark.parametrize("column", ["field", "value", "data_class"])
def test_a_field_that_holds_what_is_no_text_is_stored_escaped_and_costs_no_other(
    column: str, put: Put, path: Path, rows: Any
) -> None:
    found = many_of_each(rows, 99)
    at = found.index(next(one for one in found if isinstance(one, r.Field)))
    found[at] = msgspec.structs.replace(found[at], **{column: "e\ud800"})
    with Ledger.open(path) as ledger:
        put(ledger, rows.recording("aa"), found)
        assert ledger.refused == 0
    assert table(path, "fields").count(to_row(found[at])) == 1
    assert "e\\ud800" in table(path, "fields", column)
    assert len(table(path, "fields")) == 99


@pytest.mark.parametrize("at", [0, 63, 64, 99])
def test_a_key_that_comes_twice_among_many_is_refused_in_a_scan_and_the_newer_state_when_live(
    at: int, path: Path, rows: Any
) -> None:
    events = [rows.event(f"aa-{n}", "aa") for n in range(100)]
    twice = [*events, rows.event(f"aa-{at}", "aa", event_name="Later")]
    live = path.with_name("live.sqlite")
    for file, put, refused in ((path, replace, 1), (live, append, 0)):
        with Ledger.open(file) as ledger:
            put(ledger, rows.recording("aa"), twice)
            assert ledger.refused == refused
    assert table(path, "events") == sorted(map(to_row, events), key=repr)
    assert table(path, "rejected_records") == [("aa", "Event", "its key is taken")]
    newer = [twice[-1] if n == at else one for n, one in enumerate(events)]
    assert table(live, "events") == sorted(map(to_row, newer), key=repr)


def test_a_lone_surrogate_among_many_costs_nothing_and_is_stored_as_its_escape(path: Path, rows: Any) -> None:
    events = [rows.event(f"aa-{n}", "aa", event_name="\ud83d" if n == 70 else f"{n}") for n in range(100)]
    fields = [rows.field("aa-1", "ud.\ud800" if n == 70 else f"ud.{n}") for n in range(100)]
    with Ledger.open(path) as ledger:
        ledger.replace(rows.recording("aa"), [*events, rows.transmission("aa-1", "aa-1", "aa"), *fields])
        assert ledger.refused == 0
    assert set(table(path, "events", "event_name")) == {"\\ud83d" if n == 70 else f"{n}" for n in range(100)}
    assert set(table(path, "fields", "field")) == {"ud.\\ud800" if n == 70 else f"ud.{n}" for n in range(100)}
