"""Migrations: the steps that bring a database from each version of the schema to the next.

Owns one function for each version that was ever written, and what rows of before hold
in a column that they never had.  A step states names and types itself, and never changes
again: the record classes go on changing, what an old file lacks does not.  A column comes by
`add_columns`, a table by ``database.table(…).create(…, strict=True)``; indexes and the view
are those of the schema and need no step.  Must not know files, copies or transactions;
everything here happens inside the transaction of the caller.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pixelwitness.store import schema

if TYPE_CHECKING:
    from sqlite_utils import Database

type Step = Callable[["Database"], None]


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column that a step adds to a table that has rows."""

    table: str
    name: str
    kind: type[str] | type[int]
    after: str
    """The column behind which it stands, as in the record class."""
    value: str | int | None = None
    """What the rows of before hold in it; where it is not None the column is NOT NULL."""


def add_columns(database: "Database", *columns: NewColumn) -> None:
    """Add columns to tables with their rows; each table is written anew once, without a default in its schema."""
    for table in dict.fromkeys(column.table for column in columns):
        order = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
        added = [column for column in columns if column.table == table]
        for column in added:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {_definition(column)}")
            order.insert(order.index(column.after) + 1, column.name)
        database.table(table).transform(column_order=order, defaults={column.name: None for column in added})


def _definition(column: NewColumn) -> str:
    kind = "INTEGER" if column.kind is int else "TEXT"
    match column.value:
        case None:
            return f"{column.name} {kind}"
        case str() as text:
            value = "'" + text.replace("'", "''") + "'"
        case number:
            value = str(number)
    return f"{column.name} {kind} NOT NULL DEFAULT {value}"


# The steps, oldest first ------------------------------------------------------

_SITE_OF_CONFIG = NewColumn("pixel_configs", "site", str, after="position")


def add_site_to_pixel_configs(database: "Database") -> None:
    """1 to 2: a setting of a pixel names the site of the page; no program of version 1 stored a setting."""
    add_columns(database, _SITE_OF_CONFIG)


_DELIVERY = (
    NewColumn("recordings", "delivery_failed", int, after="rule_faults", value=0),
    NewColumn("recordings", "delivery_stopped", int, after="delivery_failed", value=0),
    NewColumn("recordings", "delivery_cached", int, after="delivery_stopped", value=0),
    NewColumn("recordings", "delivery_unknown", int, after="delivery_cached", value=0),
    NewColumn("recordings", "by_operator", int, after="delivery_unknown", value=0),
    NewColumn("recordings", "within_meta", int, after="by_operator", value=0),
    NewColumn("recordings", "changed", int, after="within_meta", value=0),
    NewColumn("events", "delivery", str, after="blocked", value="unknown"),
    NewColumn("events", "sender", str, after="delivery", value="site"),
    NewColumn("transmissions", "delivery", str, after="also_matched", value="unknown"),
    NewColumn("transmissions", "delivery_reason", str, after="delivery"),
    NewColumn("contacts", "delivery", str, after="also_matched", value="unknown"),
    NewColumn("contacts", "delivery_reason", str, after="delivery"),
    NewColumn("contacts", "sender", str, after="delivery_reason", value="site"),
)


def add_delivery(database: "Database") -> None:
    """2 to 3: what became of each request; of those before only what was blocked is known to have been stopped."""
    add_columns(database, *_DELIVERY)
    for table in ("events", "transmissions", "contacts"):
        database.execute(f"UPDATE {table} SET delivery = 'stopped' WHERE blocked")
    database.execute("UPDATE recordings SET delivery_unknown = requests_matched, delivery_stopped = blocked")
    # Those of version 3 are of the name under which a row counts.
    for index in ("events_site", "contacts_site", "visits_site"):
        database.execute(f"DROP INDEX IF EXISTS {index}")


STEPS: Mapping[int, Step] = {
    1: add_site_to_pixel_configs,
    2: add_delivery,
}
"""Version to the step from it to the next one."""

_NEW_COLUMNS: tuple[NewColumn, ...] = (_SITE_OF_CONFIG, *_DELIVERY)
"""All columns that steps added."""


def added_to(record: str) -> Mapping[str, str | int | None]:
    """Return the columns that steps added to the table of a record, and what they hold in one that was made before.

    For records that are not stored yet, as those in a spill.

    >>> added_to("PixelConfig"), added_to("Visit")
    ({'site': None}, {})
    """
    return {column.name: column.value for column in _NEW_COLUMNS if schema.RECORDS[column.table].__name__ == record}


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a database of an older version to the newest, inside the caller's transaction.

    The connection must not enforce foreign keys: a changed table is made anew and its rows are moved.
    Errors: those of SQLite and of `sqlite_utils`, when the tables are not those of the version.
    """
    database = schema.wrap(connection)
    # A view that names a table hinders its renaming: ours is made anew, those of others are left to themselves.
    connection.execute("DROP VIEW IF EXISTS exposure")
    connection.execute("PRAGMA legacy_alter_table = ON")
    for number in range(version, schema.VERSION):
        STEPS[number](database)
    connection.execute("PRAGMA legacy_alter_table = OFF")
    schema.complete(connection)
