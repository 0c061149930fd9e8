"""Joins databases: the recordings of others come into one, each whole, by its id.

Owns when two recordings of one id are the same one, and which of the two stays.
All of a source comes in one transaction; the same merge again changes nothing.
It must not know what the rows mean.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pixelwitness.core.exposure.records import MADE_UNDER
from pixelwitness.store import database, key, schema
from pixelwitness.store.errors import StoreError, explain
from pixelwitness.store.key import KeyCheck
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.row_mapping import FORGET_RECORDING, INSERT, UPSERT, format_update, to_db

type Fate = Literal["added", "unchanged", "replaced", "kept"]
"""Of one recording of a source; `kept`: the target's own is newer or more complete."""

_TABLES = tuple(table for table in schema.OF_A_RECORDING if table != "recordings")
_SELECT = {
    table: f"SELECT {', '.join(schema.column_names(table))} FROM {table} WHERE {schema.of_recordings(table, '= ?1')}"
    for table in schema.OF_A_RECORDING
}


@dataclass(frozen=True, slots=True)
class MergedDatabase:
    """What became of one source."""

    source: Path
    fates: tuple[tuple[str, Fate], ...] = ()
    """Recording id and fate, by id."""
    incomplete: int = 0
    """Of its recordings, those without an end."""
    refused: StoreError | None = None
    """Why nothing of it was taken."""


def merge(into: Path, others: Sequence[Path]) -> list[MergedDatabase]:
    """Bring every recording of other databases into one, which is made when it is not there.

    A source under another key, or with a recording that was made under other rules, knowledge or
    options than the one here, is refused whole; the others come in.  Errors: `StoreError` when
    nothing can be merged at all.
    """
    check = _key_of(into, others)
    with Ledger.open(into, key_check=check) as ledger:
        return [_merge_database(ledger, into, other) for other in others]


def _key_of(into: Path, others: Sequence[Path]) -> KeyCheck | None:
    for path in (into, *others):
        try:
            fingerprint = key.stored_fingerprint(path)
        except StoreError:
            if path == into:
                raise
            continue  # told when its turn comes
        if fingerprint is not None:
            return KeyCheck(fingerprint, key.key_file(path))
    return None


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two databases; what fails in it is said of it."""

    connection: sqlite3.Connection
    path: Path

    def rows(self, query: str, *values: str) -> Iterator[tuple[object, ...]]:
        try:
            for row in self.connection.execute(query, values):  # noqa: UP028  `yield from` would close the cursor late
                yield row
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise explain(error, self.path) from None

    def recording(self, recording_id: str) -> dict[str, object]:
        """Return the row of a recording, the empty dictionary where there is none."""
        rows = self.rows(_SELECT["recordings"], recording_id)
        return {name: value for row in rows for name, value in zip(schema.column_names("recordings"), row, strict=True)}

    def content(self, recording_id: str) -> tuple[tuple[int, int, int], str]:
        """Return how far a recording goes (to its end or not, requests, rows) and a digest of all that it is."""
        recording = self.recording(recording_id)
        digest = sha256(repr([value for name, value in recording.items() if name != "sources"]).encode())
        count = 0
        for table in _TABLES:
            order = ", ".join(str(number + 1) for number in range(len(schema.column_names(table))))
            for row in self.rows(f"{_SELECT[table]} ORDER BY {order}", recording_id):
                digest.update(repr(row).encode())
                count += 1
        return (_number(recording["complete"]), _number(recording["requests_seen"]), count), digest.hexdigest()


def _merge_database(ledger: Ledger, into: Path, other: Path) -> MergedDatabase:
    try:
        if other.exists() and other.samefile(ledger.path):
            raise StoreError(other, "it is the database to merge into", "name another one")
        with database.reading(other) as connection:
            key.require_same_key(into, other)
            # One view of it, even while somebody writes.
            connection.execute("BEGIN")
            source = _Side(connection, other)
            with ledger.joining() as lent:
                target = _Side(lent, into)
                owners = source.rows("SELECT site, owner FROM site_owners ORDER BY site")
                _store(source, target, INSERT["site_owners"].replace("INSERT", "INSERT OR IGNORE", 1), owners)
                found = list(source.rows("SELECT id, complete FROM recordings ORDER BY id"))
                fates = tuple(
                    (recording_id, _merge_recording(source, target, recording_id))
                    for recording_id, _ in found
                    if isinstance(recording_id, str)
                )
    except StoreError as error:
        return MergedDatabase(other, refused=error)
    return MergedDatabase(other, fates, sum(not complete for _, complete in found))


def _merge_recording(source: _Side, target: _Side, recording_id: str) -> Fate:
    theirs, ours = source.recording(recording_id), target.recording(recording_id)
    if not ours:
        _copy(source, target, recording_id)
        return "added"
    shown = recording_id[:16] if recording_id.isalnum() else "of an odd id"
    if any(theirs[name] != ours[name] for name in MADE_UNDER):
        found = f"its recording {shown} was made under other rules, knowledge or options than the one in {target.path}"
        raise StoreError(source.path, found, "scan its source again into both, under the same ones")
    (reach, digest), (our_reach, our_digest) = source.content(recording_id), target.content(recording_id)
    fate: Fate = "unchanged" if digest == our_digest else "replaced" if reach > our_reach else "kept"
    if fate == "kept" and reach == our_reach:
        found = f"its recording {shown} differs from the one in {target.path}, and neither goes further"
        raise StoreError(source.path, found, "keep the two apart: one was changed")
    if fate == "replaced":
        for statement in FORGET_RECORDING:
            target.connection.execute(statement, (recording_id,))
        _copy(source, target, recording_id)
    sources = tuple(sorted({*_texts(theirs["sources"]), *_texts(ours["sources"])}))
    target.connection.execute(format_update("recordings", ("sources",)), (to_db(sources), recording_id))
    return fate


def _copy(source: _Side, target: _Side, recording_id: str) -> None:
    _store(source, target, UPSERT["recordings"], [tuple(source.recording(recording_id).values())])
    for table in _TABLES:
        _store(source, target, INSERT[table], source.rows(_SELECT[table], recording_id))


def _store(source: _Side, target: _Side, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    try:
        target.connection.executemany(statement, rows)
    except sqlite3.IntegrityError:
        raise StoreError(source.path, "its rows do not fit a database of pixelwitness", "restore a copy") from None


def _number(stored: object) -> int:
    return stored if isinstance(stored, int) else 0


def _texts(stored: object) -> list[str]:
    try:
        texts = json.loads(str(stored))
    except ValueError:
        return []
    return [text for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
