"""Records as rows: what a value becomes, and the statements that store rows, made once from the records.

Owns the words of SQL that write; identifiers come from the record classes, values
are bound.  It must not know of files, transactions or connections.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from pixelwitness.core.exposure import records
from pixelwitness.store import schema

type Value = str | int | None
type Row = tuple[Value, ...]

_LIMIT: Final = 1 << 63
_OF_ONE: Final = "a field is of a transmission or of a contact"
_PLAIN: Final = frozenset({type(None), bool})

_WITH_LISTS: Final = frozenset(
    record
    for record in schema.RECORDS.values()
    if any(kind is tuple for kind, _ in schema.value_types(record).values())
)

TABLE_OF: Mapping[type[records.Record], str] = {record: table for table, record in schema.RECORDS.items()}


def to_db(value: object) -> Value:
    r"""Return what SQLite can take of a value; no value of a record's types raises.

    A list becomes a JSON array; a lone surrogate its escape, since SQLite's text is UTF-8; a number
    beyond 64 bits and one that is not finite becomes text.  NUL stays.

    >>> to_db(("b", "a")), to_db("a\ud83d"), to_db(2**63), to_db(True), to_db(float("nan"))
    ('["b","a"]', 'a\\ud83d', '9223372036854775808', True, 'nan')
    """
    match value:
        case None | bool():
            return value
        case str():
            if value.isascii():
                return str(value)  # a member of an enumeration as plain text: it binds three times as fast
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case int():
            return value if -_LIMIT <= value < _LIMIT else _digits(value)
        case tuple() | list():
            return to_db(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return to_db(str(value))


def _digits(number: int) -> str:
    # Python refuses to write out thousands of digits, which could be made to take hours.
    return str(number) if abs(number) < 1 << 1024 else hex(number)


def to_row(record: records.Record) -> Row:
    """Return a record's values in the order of its columns.

    Errors: ValueError for a datum of nothing, or of two things, which no recording could be rid of again.
    """
    if type(record) is records.Field and (record.transmission_id is None) is (record.contact_id is None):
        raise ValueError(_OF_ONE)
    return tuple(
        [
            value if type(value) in _PLAIN or (type(value) is str and value.isascii()) else to_db(value)
            for value in msgspec.structs.astuple(record)
        ]
    )


def to_rows(batch: Sequence[records.AnyRecord]) -> list[Row]:
    """Return the values of records of one kind.

    They are given as they are where no column is a list, which takes a fifth of the time: where one holds what
    SQLite cannot take, it refuses the batch, and the records are stored one by one.  Errors as of `to_row`.
    """
    kind = type(batch[0])
    if kind in _WITH_LISTS:
        return [to_row(record) for record in batch]
    if kind is records.Field:
        for field in batch:
            if (field.transmission_id is None) is (field.contact_id is None):  # type: ignore[union-attr]
                raise ValueError(_OF_ONE)
    return [*map(msgspec.structs.astuple, batch)]


def _insert(table: str) -> str:
    names = schema.column_names(table)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def _upsert(table: str) -> str:
    """Return the statement that stores a row or, where its key is there, makes that row like it."""
    if table == "fields":
        return _insert(table).replace("INSERT", "INSERT OR REPLACE", 1)
    if table == "findings":
        return _insert(table)
    changes = ", ".join(f"{name} = excluded.{name}" for name in schema.column_names(table) if name != "id")
    return f"{_insert(table)} ON CONFLICT (id) DO UPDATE SET {changes}"


INSERT: Mapping[str, str] = {table: _insert(table) for table in schema.TABLES}
UPSERT: Mapping[str, str] = {table: _upsert(table) for table in schema.RECORDS}

FORGET_FINDING: Mapping[str, str] = {
    # A finding has no key but all of it.  The plus keeps SQLite to the index of the subject, which is the narrow one.
    subject: "DELETE FROM findings WHERE "
    + " AND ".join(f"{name} = ?" if name == subject else f"+{name} IS ?" for name in schema.column_names("findings"))
    for subject in ("event_id", "contact_id", "visit_id", "recording_id")
}
"""By the subject's column: removes a finding equal to the one bound, so that it can be stored again."""

WITH_FINDINGS: Mapping[str, str] = {
    subject: f"SELECT DISTINCT {subject} FROM findings WHERE {subject} IN (SELECT value FROM json_each(?))"
    for subject in FORGET_FINDING
}
"""By the subject's column: takes a JSON array of ids, returns those about which there is a finding."""


@lru_cache(maxsize=32)
def repeat_insert(statement: str, number: int) -> str:
    """Return the statement that stores so many rows at once, of one that stores a single row.

    >>> repeat_insert("INSERT INTO study (key_fingerprint) VALUES (?)", 2)
    'INSERT INTO study (key_fingerprint) VALUES (?), (?)'
    """
    before, values, rest = statement.partition(" VALUES ")
    row, closing, after = rest.partition(")")
    return f"{before}{values}{', '.join([row + closing] * number)}{after}"


@lru_cache(maxsize=32)
def format_update(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that gives columns of a row other values; it takes these, then the row's id.

    Errors: ValueError for a column that may not change.

    >>> format_update("recordings", ("sources",))
    'UPDATE recordings SET sources = ? WHERE id = ?'
    """
    if not columns or not records.AMENDABLE.get(table, frozenset()).issuperset(columns):
        raise ValueError(f"of {table} {', '.join(columns)} may not change")
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?"


def find_subject(finding: records.Finding) -> str:
    """Return the column that names what a finding is about, the most particular one."""
    if finding.event_id is not None:
        return "event_id"
    if finding.contact_id is not None:
        return "contact_id"
    return "visit_id" if finding.visit_id is not None else "recording_id"


FORGET_RECORDING: tuple[str, ...] = tuple(
    # What refers goes before what it refers to, so that no check of a reference has anything to find.
    f"DELETE FROM {table} WHERE {schema.of_recordings(table, '= ?1')}"
    for table in reversed(schema.OF_A_RECORDING)
    if table != "recordings"
)
"""Each takes the recording's id; the row of `recordings` stays."""
