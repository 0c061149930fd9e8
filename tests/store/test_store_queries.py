import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.exposed import EMAIL, FBP, REC, contact, event, recording, signal, visit

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import AnyRecord, Field
from pixelwitness.store import queries
from pixelwitness.store.database import reading
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.queries import Choice

OTHER = "bbbb000011112222"


def owned(fields: tuple[Field, ...], **owner: str) -> tuple[Field, ...]:
    return tuple(Field(**{name: getattr(one, name) for name in one.__struct_fields__} | owner) for one in fields)


def stored_event(seen: SeenEvent) -> SeenEvent:
    return SeenEvent(seen.event, seen.transmissions, owned(seen.fields, transmission_id=seen.transmissions[0].id))


def stored_contact(seen: SeenContact) -> SeenContact:
    return SeenContact(seen.contact, owned(seen.fields, contact_id=seen.contact.id))


PURCHASE = stored_event(event("Purchase", FBP, EMAIL, position=10))
VIEW = stored_event(event("PageView", FBP, position=9, seen_at=PURCHASE.event.seen_at))
TIMELESS = stored_event(event("Lead", site=None, position=3, seen_at=None))
ELSEWHERE = stored_event(event("PageView", FBP, site="instagram.com", position=4, recording_id=OTHER))
SIGNALS = (signal("denied", position=2), signal("granted", position=5), signal(None, "clinic.example", position=12))
LIBRARY = stored_contact(contact("library", FBP, first_party=None, also_matched=("meta-sdk",)))


@pytest.fixture(name="db")
def _db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "made.sqlite"
    rows: list[AnyRecord] = [visit(), *reversed(SIGNALS), LIBRARY.contact, *LIBRARY.fields]
    # Put in another order than they come out.
    for seen in (PURCHASE, VIEW, TIMELESS):
        rows += [seen.event, *seen.transmissions, *seen.fields]
    others: list[AnyRecord] = [ELSEWHERE.event, *ELSEWHERE.transmissions, *ELSEWHERE.fields]
    with Ledger.open(path) as ledger:
        ledger.state_owners({"instagram.com": "Instagram"})
        ledger.replace(recording(sources=("a.har", "b.har"), complete=False), rows)
        ledger.replace(recording(id=OTHER, sha256="d" * 64, first_seen="2026-11-19T10:00:00.000Z"), others)
    with reading(path) as connection:
        yield connection


def test_recordings_come_in_the_order_of_time_as_they_were_stored(db: sqlite3.Connection) -> None:
    assert queries.recordings(db) == (
        recording(id=OTHER, sha256="d" * 64, first_seen="2026-11-19T10:00:00.000Z"),
        recording(sources=("a.har", "b.har"), complete=False),
    )


def test_events_come_with_what_carried_them_position_nine_before_ten(db: sqlite3.Connection) -> None:
    assert list(queries.events(db)) == [TIMELESS, ELSEWHERE, VIEW, sorted_fields(PURCHASE)]


def sorted_fields(seen: SeenEvent) -> SeenEvent:
    return SeenEvent(seen.event, seen.transmissions, tuple(sorted(seen.fields, key=lambda one: one.field)))


def test_contacts_and_visits_come_back_whole(db: sqlite3.Connection) -> None:
    assert list(queries.contacts(db)) == [LIBRARY]
    assert list(queries.visits(db)) == [visit()]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (Choice(sites=("shop.example",)), ["PageView", "Purchase"]),
        (Choice(sites=("unknown",)), ["Lead"]),
        (Choice(sites=("shop.example", "instagram.com")), ["PageView", "PageView", "Purchase"]),
        (Choice(sites=("nobody.example",)), []),
        # What has no time may be of any.
        (Choice(since="2026-11-20T10:00:05.000Z"), ["Lead", "PageView", "Purchase"]),
        (Choice(since="2026-11-20T10:00:10.000Z"), ["Lead", "PageView", "Purchase"]),
        (Choice(since="2026-11-20T10:00:10.001Z"), ["Lead"]),
        (Choice(recordings=(OTHER,)), ["PageView"]),
        (Choice(sites=("' OR 1=1 --",)), []),
    ],
)
def test_a_choice_narrows_events(db: sqlite3.Connection, choice: Choice, names: list[str]) -> None:
    assert [one.event.event_name for one in queries.events(db, choice)] == names


def test_the_ledger_is_of_the_chosen_recordings(db: sqlite3.Connection) -> None:
    assert (queries.coverage(db).recordings, queries.coverage(db).incomplete) == (2, 1)
    assert queries.coverage(db, Choice(recordings=(OTHER,))).incomplete == 0


def test_requests_that_carried_events_are_counted_once_and_those_at_other_branches_not(tmp_path: Path) -> None:
    first = event("Lead", position=1)
    copy = msgspec.structs.replace(event(position=2).transmissions[0], event_id=first.event.id)
    item = msgspec.structs.replace(event(position=1).transmissions[0], id=f"{REC}-1-1", event_id=f"{REC}-1-1", item=1)
    second = msgspec.structs.replace(first.event, id=f"{REC}-1-1")
    beside = [event(position=3, blocked=True), event(position=4, body_state="undecodable")]
    rows: list[AnyRecord] = [first.event, *first.transmissions, copy, second, item]
    for one in beside:
        rows += [one.event, *one.transmissions]
    path = tmp_path / "made.sqlite"
    with Ledger.open(path) as ledger:
        ledger.replace(recording(requests_seen=5, requests_matched=3, requests_other=0), rows)

    with reading(path) as connection:
        found = queries.coverage(connection)
        none = queries.coverage(connection, Choice(recordings=(OTHER,)))
    assert (found.matched, found.carrying, found.carried) == (3, 2, 2)
    assert (none.carrying, none.carried) == (0, 0)


def test_the_models_agree_with_the_view(db: sqlite3.Connection) -> None:
    query = "SELECT site, visits, n_events, n_contacts, first_seen, last_seen FROM exposure ORDER BY site"
    view = {row[0]: row[1:4] for row in db.execute(query)}
    exposure = queries.exposure(db, ("email",))

    assert {one.name: (one.visits, one.n_events, one.n_contacts) for one in exposure.sites} == view
    assert [(one.name, one.standing) for one in exposure.sites] == [
        ("instagram.com", "meta"),
        ("shop.example", "site"),
        ("unknown", "unknown"),
    ]
    assert REC != OTHER


def test_signals_come_in_the_order_of_time_and_are_chosen_like_all_else(db: sqlite3.Connection) -> None:
    assert tuple(queries.signals(db)) == SIGNALS
    assert tuple(queries.signals(db, Choice(("shop.example",), "2026-11-20T10:00:03.000Z"))) == SIGNALS[1:2]
    assert tuple(queries.signals(db, Choice(recordings=(OTHER,)))) == ()


def test_a_question_about_one_site_scans_no_table_of_others(db: sqlite3.Connection) -> None:
    choice = Choice(sites=("shop.example",))
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    queries.add_site(db, ExposureBuilder((), ()), choice)
    for question in (queries.signals, queries.observations, queries.names):
        list(question(db, choice))
    db.set_trace_callback(None)
    plans = {row[3] for statement in asked for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")}
    tables = "events|contacts|transmissions|fields|findings|visits|signals|observations|pixel_configs"
    assert len(asked) > 8
    assert [plan for plan in sorted(plans) if re.match(f"SCAN ({tables})", plan)] == []
