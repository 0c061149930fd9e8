"""What a store says, without the ids and places that differ from one recording of a session to the next."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

type Row = Mapping[str, Any]

_PLACES = {"id", "recording_id", "event_id", "visit_id", "transmission_id", "contact_id", "position", "line"}
_BESIDE = ("signals", "observations", "pixel_configs")


def told(db: Path) -> dict[str, list[dict[str, Any]]]:
    """Return events with their transmissions, fields and findings, contacts with their fields, and the other tables.

    In place of ``visit_id`` stands when the visit was.
    """
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        tables = {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
            for name in ("events", "transmissions", "fields", "contacts", "visits", *_BESIDE, "findings")
        }
    visits = {row["id"]: f"{row['seen_at']} {row['page_url']}" for row in tables["visits"]}

    def plain(row: Row, **more: Any) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name not in _PLACES}
        if "visit_id" in row:
            kept["visit"] = visits.get(row["visit_id"], row["visit_id"])
        return kept | more

    def fields_of(column: str, row: Row) -> list[dict[str, Any]]:
        return _sorted([plain(field) for field in tables["fields"] if field[column] == row["id"]])

    def carried(event: Row) -> list[dict[str, Any]]:
        members = [row for row in tables["transmissions"] if row["event_id"] == event["id"]]
        return _sorted([plain(row, fields=fields_of("transmission_id", row)) for row in members])

    def found(event: Row) -> list[dict[str, Any]]:
        return _sorted([plain(row) for row in tables["findings"] if row["event_id"] == event["id"]])

    return {
        "events": _sorted(
            [plain(event, carried_by=carried(event), findings=found(event)) for event in tables["events"]]
        ),
        "contacts": _sorted([plain(row, fields=fields_of("contact_id", row)) for row in tables["contacts"]]),
        "visits": _sorted([plain(row) for row in tables["visits"]]),
        **{table: _sorted([plain(row) for row in tables[table]]) for table in _BESIDE},
    }


def differences(one: Path, other: Path) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Return the pairs of rows in which two stores differ, the empty list when they say the same."""
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    ours, theirs = told(one), told(other)
    for table, rows in ours.items():
        pairs += [pair for pair in zip_longest(rows, theirs[table]) if pair[0] != pair[1]]
    return pairs


def recording(db: Path) -> Row:
    """Return the one recording of a store."""
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        (row,) = connection.execute("SELECT * FROM recordings").fetchall()
        return dict(row)


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (str(row.get("seen_at")), repr(row)))
