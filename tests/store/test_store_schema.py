import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pixelwitness.core.exposure import records as r
from pixelwitness.store import schema
from pixelwitness.store.database import reading
from pixelwitness.store.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.sqlite"


def exposure(path: Path) -> list[dict[str, Any]]:
    with reading(path) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM exposure")]


def test_tables_have_the_columns_of_the_records_and_their_types(path: Path) -> None:
    Ledger.open(path).close()
    with reading(path) as connection:
        for table, record in schema.RECORDS.items():
            found = {
                name: (kind, bool(needed))
                for _, name, kind, needed, *_ in connection.execute(f"PRAGMA table_info({table})")
            }
            wanted = {
                name: ("INTEGER" if kind is int else "TEXT", not nullable)
                for name, (kind, nullable) in schema.columns(record).items()
            }
            assert found == wanted, table
        strict = {
            name: flag for _, name, kind, _, _, flag in connection.execute("PRAGMA table_list") if kind == "table"
        }
        assert {name: strict[name] for name in schema.TABLES} == dict.fromkeys(schema.TABLES, 1)


def test_the_marks_are_set_and_every_table_is_described(path: Path) -> None:
    Ledger.open(path).close()
    with reading(path) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (0x70785769,)
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert set(schema.DESCRIPTIONS) == {*schema.TABLES, "exposure"}


def test_a_changed_schema_needs_a_new_version(path: Path) -> None:
    Ledger.open(path).close()
    with reading(path) as connection:
        made = [
            *[connection.execute(f"PRAGMA table_info({table})").fetchall() for table in schema.TABLES],
            *[connection.execute(f"PRAGMA foreign_key_list({table})").fetchall() for table in schema.TABLES],
            connection.execute("SELECT sql FROM main.sqlite_schema WHERE type != 'table' ORDER BY name").fetchall(),
        ]
    digest = hashlib.sha256(repr(made).encode()).hexdigest()[:16]
    assert (schema.VERSION, digest) == (3, "ee45a428fe0feb27"), (
        "raise schema.VERSION, write a step in migrations.STEPS, then note the new digest here"
    )


def test_exposure_of_a_site_tells_what_was_sent_and_counts_all_else_apart(path: Path, rows: Any) -> None:
    found: list[r.AnyRecord] = [
        rows.visit("x-0", "x"),
        msgspec.structs.replace(rows.visit("x-1", "x"), seen_at="2026-07-01T09:00:00.000Z"),
        rows.event("x-2", "x", event_name="Заказ", pixel_id="9", delivery="answered"),
        rows.event("x-3", "x", event_name='Add "it"', pixel_id="10", seen_at="2026-07-02T10:00:00.000Z"),
        rows.event("x-4", "x", event_name=None, pixel_id=None, seen_at=None),
        rows.event("x-5", "x", event_name="Hidden", pixel_id="11", blocked=True),
        rows.event("x-8", "x", event_name="Tried", pixel_id="12", delivery="failed"),
        rows.event("x-9", "x", event_name="Cached", pixel_id="13", delivery="cached"),
        rows.event("x-10", "x", event_name="Replayed", pixel_id="14", delivery="answered", sender="operator"),
        rows.transmission("x-8", "x-8", "x", channel="chat", delivery="failed"),
        rows.transmission("x-10", "x-10", "x", channel="login", delivery="answered"),
        rows.transmission("x-2", "x-2", "x"),
        rows.transmission("x-2a", "x-2", "x", channel="capi-gateway"),
        rows.transmission("x-2b", "x-2", "x", channel="relay", blocked=True),
        rows.transmission("x-5", "x-5", "x", channel="server-gtm", blocked=True),
        rows.field("x-2", "ud.em"),
        rows.field("x-2a", "user_data.ph", data_class="phone"),
        rows.field("x-2b", "ud.db", data_class="birth date"),
        rows.field("x-5", "ud.ge", data_class="gender"),
        rows.field("x-8", "ud.ct", data_class="city"),
        rows.field("x-10", "ud.zp", data_class="postcode"),
        rows.contact("x-6", "x", delivery="sent"),
        rows.contact("x-11", "x", channel="chat", delivery="stopped"),
        rows.contact("x-12", "x", channel="config", delivery="cached"),
        rows.contact("x-13", "x", page_site=None, sender="app:com.example", channel="app-sdk"),
        rows.contact("x-7", "x", channel="login", blocked=True),
        rows.field("x-6", "cookies._fbp", of_contact=True, data_class="browser id"),
        rows.field("x-7", "cookies.c_user", of_contact=True, data_class="account cookie"),
    ]
    with Ledger.open(path) as ledger:
        ledger.replace(rows.recording("x"), found)
        assert ledger.refused == 0
    app, shop = exposure(path)
    assert (app["site"], app["n_contacts"], app["n_contacts_unknown"]) == ("app:com.example", 1, 1)
    assert [shop] == [
        {
            "site": "shop.example",
            "owner": None,
            "visits": 2,
            "n_events": 3,
            "n_unknown": 2,
            "n_tried": 1,
            "n_blocked": 1,
            "n_pixels": 2,
            "n_contacts": 1,
            "n_contacts_unknown": 0,
            "n_contacts_tried": 1,
            "n_contacts_blocked": 1,
            "event_names": '["Add \\"it\\"","Заказ"]',
            "pixels": '["10","9"]',
            "data_classes": '["browser id","email","phone"]',
            "channels": '["capi-gateway","library","pixel"]',
            "first_seen": "2026-07-01T09:00:00.000Z",
            "last_seen": "2026-07-02T10:00:00.000Z",
        }
    ]


def test_exposure_has_a_row_for_every_place_and_keeps_meta_apart(path: Path, rows: Any) -> None:
    found: list[r.AnyRecord] = [
        rows.visit("x-0", "x", site="quiet.example"),
        rows.visit("x-1", "x", site=None),
        rows.event("x-2", "x", page_site=None),
        rows.contact("x-3", "x", page_site="clinic.example", blocked=True),
        rows.event("x-4", "x", page_site="facebook.com"),
        rows.event("x-5", "x", page_site="facebook.com", channel="meta-ai"),
        rows.contact("x-6", "x", page_site="shop.example", channel="meta-ai"),
        rows.contact("x-7", "x", page_site="shop.example"),
        rows.transmission("x-5", "x-5", "x", channel="meta-ai"),
    ]
    with Ledger.open(path) as ledger:
        ledger.replace(rows.recording("x"), found)
        ledger.state_owners({"facebook.com": "Meta", "instagram.com": "Meta"})
    names = ("site", "owner", "visits", "n_events", "n_contacts", "n_contacts_blocked", "channels")
    assert [tuple(row[name] for name in names) for row in exposure(path)] == [
        ("clinic.example", None, 0, 0, 0, 1, "[]"),
        ("facebook.com", "Meta", 0, 1, 0, 0, "[]"),
        ("facebook.com", "meta-ai", 0, 1, 0, 0, '["meta-ai"]'),
        ("quiet.example", None, 1, 0, 0, 0, "[]"),
        ("shop.example", None, 0, 0, 1, 0, '["library"]'),
        ("shop.example", "meta-ai", 0, 0, 1, 0, '["meta-ai"]'),
        ("unknown", None, 1, 1, 0, 0, "[]"),
    ]


def test_the_view_in_the_file_says_the_same_to_any_other_program(path: Path, rows: Any) -> None:
    sample = rows.sample("aa")
    with Ledger.open(path) as ledger:
        ledger.replace(sample.recording, sample.rows)
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    assert [dict(row) for row in connection.execute("SELECT * FROM exposure")] == exposure(path)
    connection.close()


def test_an_empty_database_has_no_exposure(path: Path) -> None:
    Ledger.open(path).close()
    assert exposure(path) == []
