import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixelwitness.core.exposure import records as r
from pixelwitness.store import schema
from pixelwitness.store.database import reading
from pixelwitness.store.dump import dump
from pixelwitness.store.errors import StoreError
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.row_mapping import to_row


def table(path: Path, name: str, *columns: str) -> list[Any]:
    with reading(path) as connection:
        found = connection.execute(f"SELECT {', '.join(columns) or '*'} FROM {name}").fetchall()
    found.sort(key=repr)
    return [row[0] for row in found] if len(columns) == 1 else found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.sqlite"


def test_every_record_comes_back_column_by_column(path: Path, rows: Any) -> None:
    sample = rows.sample("aa")
    with Ledger.open(path) as ledger:
        assert ledger.replace(sample.recording, sample.rows) == "added"
    for name, kind in schema.RECORDS.items():
        given_rows = [sample.recording] if kind is r.Recording else [one for one in sample.rows if type(one) is kind]
        assert table(path, name) == sorted(map(to_row, given_rows), key=repr), name


def test_the_same_recording_again_changes_nothing_and_is_not_even_read(path: Path, rows: Any) -> None:
    def unread() -> Iterator[r.AnyRecord]:
        raise AssertionError("rows were read")
        yield

    sample = rows.sample("aa")
    with Ledger.open(path) as ledger:
        ledger.replace(sample.recording, sample.rows)
        before = list(dump(path))
        assert ledger.replace(sample.recording, unread()) == "unchanged"
    assert list(dump(path)) == before


def test_a_new_source_of_a_known_recording_is_added_in_order(path: Path, rows: Any) -> None:
    sample = rows.sample("aa", sources=("m.har",))
    with Ledger.open(path) as ledger:
        ledger.replace(sample.recording, sample.rows)
        for source in ("z.har", "b.har", "z.har"):
            again = msgspec.structs.replace(sample.recording, sources=(source,))
            assert ledger.replace(again, ()) == "unchanged"
    assert table(path, "recordings", "sources") == ['["b.har","m.har","z.har"]']
    assert table(path, "events", "id") == ["aa-1", "aa-2", "aa-3"]


@pytest.mark.parametrize(
    "change", [{"rules_sha256": "c" * 64}, {"knowledge_sha256": "c" * 64}, {"options": '{"keep_values":true}'}]
)
def test_changed_rules_knowledge_or_options_replace_the_rows(path: Path, rows: Any, change: dict[str, str]) -> None:
    old, new, other = rows.sample("aa", 9), rows.sample("aa", 2, **change), rows.sample("bb", 4)
    fresh = path.with_name("fresh.sqlite")
    with Ledger.open(path) as ledger:
        ledger.replace(old.recording, old.rows)
        ledger.replace(other.recording, other.rows)
        assert ledger.replace(new.recording, new.rows) == "replaced"
    with Ledger.open(fresh) as ledger:
        ledger.replace(other.recording, other.rows)
        assert ledger.replace(new.recording, new.rows) == "added"
    assert list(dump(path)) == list(dump(fresh))


def test_the_recordings_made_under_what_a_scan_has_need_no_other_scan(path: Path, rows: Any) -> None:
    with Ledger.open(path) as ledger:
        for sample in (rows.sample("aa", complete=False), rows.sample("bb", tool_version="9")):
            ledger.replace(sample.recording, sample.rows)
        other = rows.sample("cc", options='{"keep_values":true}')
        ledger.replace(other.recording, other.rows)
        assert ledger.recordings_under("a" * 64, "b" * 64, "{}") == {"aa", "bb"}
        assert ledger.recordings_under("a" * 64, "a" * 64, "{}") == set()


def test_a_source_that_fails_half_way_leaves_what_was_there(path: Path, rows: Any) -> None:
    old, new = rows.sample("aa", 3), rows.sample("aa", 2500, options="{ }")

    def failing() -> Iterator[r.AnyRecord]:
        yield from new.rows[:9000]
        raise RuntimeError("the reader of the file gave up")

    with Ledger.open(path) as ledger:
        ledger.replace(old.recording, old.rows)
        before = list(dump(path))
        with pytest.raises(RuntimeError, match="gave up"):
            ledger.replace(new.recording, failing())
        assert list(dump(path)) == before
        assert ledger.replace(new.recording, new.rows) == "replaced"
    assert len(table(path, "events", "id")) == 2500


def test_records_may_come_in_any_order(path: Path, rows: Any) -> None:
    sample = rows.sample("aa", 5)
    reverse = path.with_name("reverse.sqlite")
    for file, found in ((path, sample.rows), (reverse, sample.rows[::-1])):
        with Ledger.open(file) as ledger:
            ledger.replace(sample.recording, found)
            assert ledger.refused == 0
    assert list(dump(path)) == list(dump(reverse))


@pytest.mark.process
def test_hash_seeds_and_processes_make_no_difference(path: Path, rows: Any) -> None:
    sample = rows.sample("aa", 5)
    whole: list[r.AnyRecord] = [sample.recording, *sample.rows]
    path.with_suffix(".json").write_bytes(msgspec.json.encode(whole))
    work = (
        "import sys, msgspec; from pathlib import Path; from pixelwitness.core.exposure.records import AnyRecord;"
        "from pixelwitness.store.ledger import Ledger; from pixelwitness.store.dump import dump;"
        "first, *rows = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=list[AnyRecord]);"
        "path = Path(sys.argv[2]);"
        "ledger = Ledger.open(path); ledger.state_owners({'facebook.com': 'Meta', 'instagram.com': 'Meta'});"
        "ledger.replace(first, rows); ledger.close(); print(*dump(path), sep='\\n')"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", work, path.with_suffix(".json"), path.with_name(f"{seed}.sqlite")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert '"aa-5"' in told.pop()


def live_groups(rows: Any) -> list[list[r.AnyRecord]]:
    """A pixel's event; the gateway's copy of it, with which the event's row comes again; then where it is stored."""
    first = [rows.recording("live", requests_seen=1), rows.visit("live-0", "live")]
    event, transmission = rows.event("live-1", "live"), rows.transmission("live-1", "live-1", "live")
    again = rows.event("live-1", "live", transmissions=2, visit_id="live-0")
    copy = rows.transmission("live-2", "live-1", "live", channel="capi-gateway")
    return [
        [*first, event, transmission, rows.field("live-1", "ud.em"), rows.finding("live-1", "live")],
        [again, copy, rows.field("live-2", "user_data.em"), rows.finding("live-1", "live", label="phone")],
        [amendment("live", sources=("live", "kept/live.mitm")), rows.recording("live", requests_seen=3)],
        [amendment("live", sources=("live",)), amendment("live", sources=("kept/live.mitm", "live"))],
    ]


def amendment(ident: str, table: str = "recordings", **values: r.Amended) -> r.Amendment:
    return r.Amendment(table=table, id=ident, values=values)


def test_a_finding_that_comes_again_is_one_whether_in_one_batch_or_in_two(path: Path, rows: Any) -> None:
    finding = rows.finding("live-1", "live")
    with Ledger.open(path) as ledger:
        ledger.append([rows.recording("live", kind="live"), rows.event("live-1", "live"), finding, finding])
        ledger.append([finding])
    assert table(path, "findings", "event_id", "label") == [("live-1", "email")]


def test_what_comes_later_changes_rows_that_are_stored(path: Path, rows: Any) -> None:
    with Ledger.open(path, durable=True) as ledger:
        for group in live_groups(rows):
            ledger.append(group)
        assert ledger.refused == 0
    assert table(path, "events", "id", "transmissions", "visit_id") == [("live-1", 2, "live-0")]
    assert table(path, "transmissions", "id", "event_id") == [("live-1", "live-1"), ("live-2", "live-1")]
    assert table(path, "findings", "event_id", "label") == [("live-1", "email"), ("live-1", "phone")]
    assert table(path, "recordings", "requests_seen", "sources") == [(3, '["kept/live.mitm","live"]')]


@pytest.mark.parametrize("start", [0, 1, 2, 3])
def test_a_spill_file_replayed_from_any_group_changes_nothing(path: Path, rows: Any, start: int) -> None:
    groups = live_groups(rows)
    with Ledger.open(path) as ledger:
        for group in groups:
            ledger.append(group)
        before = list(dump(path))
        for group in groups[start:]:
            ledger.append(msgspec.msgpack.decode(msgspec.msgpack.encode(group), type=list[r.AnyRecord]))
    assert list(dump(path)) == before


@pytest.mark.parametrize("number", [1, 3000])
def test_an_amendment_takes_effect_behind_the_records_before_it_and_before_those_behind_it(
    path: Path, rows: Any, number: int
) -> None:
    others = [rows.event(f"aa-{position}", "aa") for position in range(number)]
    with Ledger.open(path) as ledger:
        ledger.append([amendment("aa", sources=("early.har",)), rows.recording("aa"), *others])
        assert table(path, "recordings", "sources") == ['["aa.har"]']
        ledger.append([rows.recording("aa"), *others, amendment("aa", sources=("later.har",)), *others])
        assert table(path, "recordings", "sources") == ['["later.har"]']
        ledger.append([amendment("aa", sources=("late.har",)), rows.recording("aa", sources=("new.har",))])
        assert table(path, "recordings", "sources") == ['["new.har"]']
    assert len(table(path, "events")) == number


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (amendment("bb", sources=("b.har",)), "its row is not stored"),
        (amendment("aa", sources=None), "a value is missing"),
        (amendment("aa", kind="live"), "ValueError"),
        (amendment("aa", sources=("a.har",), sha256="0"), "ValueError"),
        (amendment("aa", **{"sources = ''; --": "x"}), "ValueError"),
        (amendment("aa"), "ValueError"),
        (amendment("aa-1", table="events", event_name="Purchase"), "ValueError"),
        (amendment("f", table="study", key_fingerprint="g"), "ValueError"),
    ],
)
def test_an_amendment_of_no_row_or_of_a_column_that_may_not_change_is_counted_and_changes_nothing(
    path: Path, rows: Any, refused: r.Amendment, reason: str
) -> None:
    with Ledger.open(path) as ledger:
        ledger.append([rows.recording("aa"), rows.event("aa-1", "aa")])
        before = list(dump(path))
        ledger.append([refused, rows.event("aa-2", "aa")])
        assert ledger.refused == 1
    assert table(path, "rejected_records", "record", "reason") == [("Amendment", reason)]
    assert [line for line in dump(path) if not line.startswith(('["rejected_records"', '["events", "aa-2"'))] == before


def test_every_column_that_may_change_is_one_of_its_table_and_no_key() -> None:
    for name, columns in r.AMENDABLE.items():
        assert columns <= set(schema.columns(schema.RECORDS[name])) - {"id", "recording_id"}, name


def test_a_record_that_cannot_be_stored_is_counted_without_its_contents(path: Path, rows: Any) -> None:
    secret = "jane.doe@example.com"
    found = [
        rows.event("aa-1", "aa", page_url=f"https://shop.example/{secret}", transmissions=2**70),
        rows.event("aa-2", "aa"),
        rows.event("aa-2", "aa", event_name=secret),
        rows.transmission("aa-2", "aa-2", "aa"),
        rows.transmission("aa-3", "aa-7", "aa", method=secret),
        rows.field("aa-3", secret),
        rows.event("aa-4", "aa", visit_id="aa-0"),
        msgspec.structs.replace(rows.visit("aa-0", "aa"), status=2**63, page_url=secret),
    ]
    with Ledger.open(path) as ledger:
        ledger.replace(rows.recording("aa"), found)
        assert ledger.refused == 5
    assert table(path, "events", "id", "visit_id") == [("aa-2", None), ("aa-4", None)]
    assert table(path, "transmissions", "id") == ["aa-2"]
    assert table(path, "rejected_records") == [
        ("aa", "Event", "a value has the wrong type"),
        ("aa", "Event", "its key is taken"),
        ("aa", "Field", "its transmission_id is not stored"),
        ("aa", "Transmission", "its event_id is not stored"),
        ("aa", "Visit", "a value has the wrong type"),
    ]
    assert secret not in "".join(dump(path))


def test_a_recording_that_cannot_be_stored_is_an_error(path: Path, rows: Any) -> None:
    with Ledger.open(path) as ledger, pytest.raises(StoreError, match="a recording cannot be stored"):
        ledger.replace(rows.recording("aa", requests_seen=2**64), ())
    assert table(path, "recordings", "id") == []


def test_owners_are_stated_once_and_replaced_when_the_knowledge_changes(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.state_owners({"instagram.com": "Meta", "facebook.com": "Meta"})
        ledger.state_owners({"facebook.com": "Meta", "threads.com": "Meta Platforms"})
    assert table(path, "site_owners") == [("facebook.com", "Meta"), ("threads.com", "Meta Platforms")]


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
ANY_INT = st.one_of(st.integers(), st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**5000]))
IDENT = st.sampled_from(["id-0", "id-1", "id-2"])
SCALARS: dict[type, st.SearchStrategy[Any]] = {str: ANY_TEXT, int: st.one_of(st.integers(0, 9), ANY_INT)}


def any_record(kind: type[r.Record]) -> st.SearchStrategy[r.Record]:
    shape = schema.columns(kind)
    told: dict[str, st.SearchStrategy[Any]] = {}
    for one in msgspec.structs.fields(kind):
        plain, nullable = shape[one.name]
        is_list = one.name in ("also_matched", "sources")
        strategy = st.tuples(ANY_TEXT) if is_list else st.booleans() if one.type is bool else SCALARS[plain]
        if one.name == "recording_id":
            strategy = st.just("rec")
        elif one.name == "id" or (one.name.endswith("_id") and one.name not in ("rule_id", "pixel_id", "dedup_id")):
            strategy = IDENT
        told[one.name] = st.one_of(st.none(), strategy) if nullable else strategy
    return st.builds(kind, **told)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    found=st.lists(st.one_of([any_record(kind) for kind in schema.RECORDS.values() if kind is not r.Recording])),
    sources=st.tuples(ANY_TEXT, ANY_TEXT),
)
def test_every_record_is_either_stored_or_counted(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, found: list[r.AnyRecord], sources: tuple[str, str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "hypothesis.sqlite"
    with Ledger.open(path) as ledger:
        # Only the rows of this example: other options each time replace those of the last one.
        ledger.replace(rows.recording("rec", sources=sources, options=os.urandom(8).hex()), found)
        refused = ledger.refused
    assert table(path, "recordings", "id") == ["rec"]
    with reading(path) as connection:
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in schema.RECORDS
            if name != "recordings"
        }
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert sum(counts.values()) + refused == len(found)
