"""Putting records into tables: in batches, and one by one where a batch holds what cannot be stored.

Owns what happens to a record that SQLite refuses: it is counted with the reason, the
others are stored, and every reference holds when the transaction ends.  Works inside
the transaction of the ledger, which alone begins and ends one.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import chain, groupby, islice
from pathlib import Path

from pixelwitness.core.exposure import records
from pixelwitness.store import row_mapping, schema
from pixelwitness.store.database import StoreError

_BATCH = 2000
"""Rows put in at a time: enough to make the cost of each statement vanish, few enough to hold."""
_SLABS = (64, 8)
"""Rows of one statement: SQLite lets the other threads run at each, which costs more than a row."""

# What SQLite or Python says of one record, as opposed to what it says of the disk.
_REFUSALS = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    ValueError,
    OverflowError,
)


class Putter:
    """Puts records through one connection."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.refused = 0
        """How many records could not be stored; each is counted in `rejected_records`."""
        self._connection = connection
        self._path = path
        self._most_values = connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)

    def settle_references(self, of: str | None) -> None:
        """Make every reference hold: an event outlives a visit that was refused, a datum not its transmission."""
        while broken := self._connection.execute("PRAGMA foreign_key_check").fetchall():
            for table, rowid, _, number in broken:
                column = next(
                    reference[3]
                    for reference in self._connection.execute(f"PRAGMA foreign_key_list({table})")
                    if reference[0] == number
                )
                if column == "visit_id" or table == "rejected_records":
                    self._connection.execute(f"UPDATE {table} SET {column} = NULL WHERE rowid = ?", (rowid,))
                    continue
                recording_id = of
                if of is None and table != "fields":
                    statement = f"SELECT recording_id FROM {table} WHERE rowid = ?"
                    (recording_id,) = self._connection.execute(statement, (rowid,)).fetchone() or (None,)
                # A row that is named twice, for two references, goes once.
                if self._connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,)).rowcount:
                    self._refuse(schema.RECORDS[table], recording_id, f"its {column} is not stored")

    def put_recording(self, recording: records.Recording) -> None:
        """Store the row of a recording, or raise `StoreError`."""
        try:
            self._connection.execute(row_mapping.UPSERT["recordings"], row_mapping.to_row(recording))
        except _REFUSALS as error:
            # Without it there is nothing that its rows, or the count of those refused, could belong to.
            raise StoreError(self._path, f"a recording cannot be stored ({_reason(error)})", "report this") from None

    def put_all(self, found: Iterable[records.AnyRecord], how: Mapping[str, str], recording_id: str | None) -> None:
        """Store records by the statements of ``how``; `Merged` takes effect at its place among them."""
        waiting: dict[type[records.Record], list[records.AnyRecord]] = {kind: [] for kind in row_mapping.TABLE_OF}
        n = 0
        # Records of a kind come in runs.
        for kind, run in groupby(found, type):
            if kind is records.Merged:
                for merged in run:
                    self._put_waiting(waiting, how, recording_id)
                    self._merge(merged)  # type: ignore[arg-type]  # as its type says
                continue
            while some := [*islice(run, _BATCH - n)]:
                waiting[kind] += some
                n += len(some)
                if n == _BATCH:
                    self._put_waiting(waiting, how, recording_id)
                    n = 0
        self._put_waiting(waiting, how, recording_id)

    def _put_waiting(
        self, waiting: Mapping[type[records.Record], list[records.AnyRecord]], how: Mapping[str, str], of: str | None
    ) -> None:
        for kind, batch in waiting.items():
            if not batch:
                continue
            for recording in batch if kind is records.Recording else ():
                self.put_recording(recording)  # type: ignore[arg-type]
            if kind is not records.Recording:
                self._put_batch(batch, how, of)
            batch.clear()

    def _put_batch(self, batch: list[records.AnyRecord], how: Mapping[str, str], of: str | None) -> None:
        statement = how[row_mapping.TABLE_OF[type(batch[0])]]
        self._connection.execute("SAVEPOINT batch")
        try:
            if how is row_mapping.UPSERT and type(batch[0]) is records.Finding:
                # A finding has no key but all of it: the same twice in one batch is one.
                batch = list(dict.fromkeys(batch))
                self._forget_findings(batch)
            self._put_rows(statement, row_mapping.to_rows(batch))
        except _REFUSALS:
            self._connection.execute("ROLLBACK TO batch")
            for record in batch:
                try:
                    if how is row_mapping.UPSERT:
                        self._forget_findings([record])
                    self._connection.execute(statement, row_mapping.to_row(record))
                except _REFUSALS as error:
                    self._refuse(type(record), of or getattr(record, "recording_id", None), _reason(error))
        self._connection.execute("RELEASE batch")

    def _put_rows(self, statement: str, found: list[row_mapping.Row]) -> None:
        at = 0
        for slab in _SLABS:
            if not found or slab * len(found[0]) > self._most_values:
                continue
            many = row_mapping.of_many(statement, slab)
            while len(found) - at >= slab:
                self._connection.execute(many, [*chain.from_iterable(found[at : at + slab])])
                at += slab
        self._connection.executemany(statement, found[at:])

    def _forget_findings(self, batch: list[records.AnyRecord]) -> None:
        found: dict[str, dict[row_mapping.Value, list[records.Finding]]] = {}
        for record in batch:
            if isinstance(record, records.Finding):
                subject = row_mapping.subject_of(record)
                of_subject = found.setdefault(subject, {})
                of_subject.setdefault(row_mapping.to_db(getattr(record, subject)), []).append(record)
        for subject, by_id in found.items():
            # Nearly always none is there yet, and one question tells that of all.
            asked = json.dumps(list(by_id))
            for (known,) in self._connection.execute(row_mapping.WITH_FINDINGS[subject], (asked,)).fetchall():
                self._connection.executemany(row_mapping.FORGET_FINDING[subject], map(row_mapping.to_row, by_id[known]))

    def _merge(self, merged: records.Merged) -> None:
        event, into = row_mapping.to_db(merged.event_id), row_mapping.to_db(merged.into_id)
        if event == into:
            return
        found = self._connection.execute("SELECT recording_id FROM events WHERE id IN (?, ?)", (event, into)).fetchall()
        if self._connection.execute("SELECT 1 FROM events WHERE id = ?", (into,)).fetchone() is None:
            # What hangs on the event keeps it rather than go with it.
            self._refuse(type(merged), found[0][0] if found else None, "its into_id is not stored")
            return
        for statement in row_mapping.MERGE:
            self._connection.execute(statement, {"event": event, "into": into})

    def _refuse(self, kind: type[records.Record], recording_id: object, reason: str) -> None:
        """Count a record that cannot be stored, in words of ours: what it holds was captured."""
        self.refused += 1
        self._connection.execute(
            "INSERT INTO rejected_records (recording_id, record, reason) VALUES (?, ?, ?)",
            (row_mapping.to_db(recording_id), kind.__name__, reason),
        )


_REASONS = {
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "its key is taken",
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "its key is taken",
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: "a value is missing",
    3091: "a value has the wrong type",  # SQLITE_CONSTRAINT_DATATYPE, to which Python gives no name
}


def _reason(error: Exception) -> str:
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0), type(error).__name__)
