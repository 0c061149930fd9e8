"""A whole database as comparable text, for tests and for `verify`.

Owns what "the same database" means; it must not know what the tables are for.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pixelwitness.store import database, schema


def dump(path: Path) -> Iterator[str]:
    """Yield a database as lines of JSON that are equal for equal databases: its marks, its schema, every row.

    Rows come by their first columns, which are the key where a table has one.
    """
    with database.reading(path) as connection:
        for mark in ("application_id", "user_version"):
            yield json.dumps([mark, *connection.execute(f"PRAGMA {mark}").fetchone()])
        made = connection.execute("SELECT name, type, sql FROM main.sqlite_schema ORDER BY name").fetchall()
        for entry in made:
            yield json.dumps(["sqlite_schema", *entry])
        for table in (name for name, kind, _ in made if kind == "table"):
            (width,) = connection.execute("SELECT count(*) FROM pragma_table_info(?)", (table,)).fetchone()
            order = ", ".join(str(number + 1) for number in range(width))
            for row in connection.execute(f"SELECT * FROM {_quoted(table)} ORDER BY {order}"):
                yield json.dumps([table, *row], default=repr)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def dump_recording(path: Path, recording_id: str) -> dict[str, list[str]]:
    """Return the rows of one recording as comparable text, by table; the places where it was found left out."""
    rows: dict[str, list[str]] = {}
    with database.reading(path) as connection:
        for table in schema.RECORDS:
            names = [name for name in schema.column_names(table) if name != "sources"]
            statement = f"SELECT {', '.join(names)} FROM {table} WHERE {schema.of_recordings(table, '= ?1')}"
            rows[table] = sorted(json.dumps(row) for row in connection.execute(statement, (recording_id,)))
    return rows
