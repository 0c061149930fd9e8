"""Writing records as rows: in batches, and one by one where a batch holds what cannot be stored.

Owns what happens to a record that SQLite refuses: it is counted with the reason, the
others are stored, and every reference holds when the transaction ends.  Works inside
the transaction of the ledger, which alone begins and ends one.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, groupby, islice
from pathlib import Path

from pixelwitness.core.exposure import records
from pixelwitness.store import row_mapping, schema
from pixelwitness.store.errors import StoreError

_BATCH = 2000
"""Rows written at a time: enough to make the cost of each statement vanish, few enough to hold."""
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


class RowWriter:
    """Writes records through one connection."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.refused = 0
        """How many records could not be stored; each is counted in `rejected_records`."""
        self._connection = connection
        self._path = path
        self._most_values = connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)

    def settle_references(self, recording_id: str | None) -> None:
        """Make every reference hold: an event outlives a visit that was refused, a datum not its transmission.

        `recording_id` is that of all records of the transaction, where they are of one.
        """
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
                owner = recording_id
                if recording_id is None and table != "fields":
                    statement = f"SELECT recording_id FROM {table} WHERE rowid = ?"
                    (owner,) = self._connection.execute(statement, (rowid,)).fetchone() or (None,)
                # A row that is named twice, for two references, goes once.
                if self._connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,)).rowcount:
                    self._refuse(schema.RECORDS[table], owner, f"its {column} is not stored")

    def write_recording(self, recording: records.Recording) -> None:
        """Store the row of a recording, or raise `StoreError`."""
        try:
            self._connection.execute(row_mapping.UPSERT["recordings"], row_mapping.to_row(recording))
        except _REFUSALS as error:
            # Without it there is nothing that its rows, or the count of those refused, could belong to.
            raise StoreError(self._path, f"a recording cannot be stored ({_reason(error)})", "report this") from None

    def write_all(
        self, found: Iterable[records.AnyRecord], statements: Mapping[str, str], recording_id: str | None
    ) -> None:
        """Store records by a statement for each table; an `Amendment` takes effect behind the records before it."""
        waiting: dict[type[records.Record], list[records.AnyRecord]] = {kind: [] for kind in row_mapping.TABLE_OF}
        amendments: list[records.Amendment] = []
        amended: set[tuple[str, str]] = set()
        number = 0

        def write_waiting() -> None:
            self._write_waiting(waiting, statements, recording_id)
            for amendment in amendments:
                self.amend(amendment, recording_id)
            amendments.clear()
            amended.clear()

        # Records of a kind come in runs.
        for kind, run in groupby(found, type):
            if kind is records.Amendment:
                for amendment in run:
                    amendments.append(amendment)  # type: ignore[arg-type]  # as its type says
                    amended.add((amendment.table, amendment.id))  # type: ignore[union-attr]
                continue
            while some := [*islice(run, _BATCH - number)]:
                # All amendments may wait till the end, but for those of a row that comes again.
                if amended and any(
                    (row_mapping.TABLE_OF[kind], getattr(record, "id", "")) in amended for record in some
                ):
                    write_waiting()
                    number = 0
                waiting[kind] += some
                number += len(some)
                if number >= _BATCH:
                    write_waiting()
                    number = 0
        write_waiting()

    def amend(self, amendment: records.Amendment, recording_id: str | None = None) -> None:
        """Change columns of a row that is stored; what cannot be is counted."""
        try:
            statement = row_mapping.format_update(amendment.table, tuple(amendment.values))
            values = [*map(row_mapping.to_db, amendment.values.values()), row_mapping.to_db(amendment.id)]
            if self._connection.execute(statement, values).rowcount:
                return
            reason = "its row is not stored"
        except _REFUSALS as error:
            reason = _reason(error)
        self._refuse(type(amendment), recording_id, reason)

    def _write_waiting(
        self,
        waiting: Mapping[type[records.Record], list[records.AnyRecord]],
        statements: Mapping[str, str],
        recording_id: str | None,
    ) -> None:
        for kind, batch in waiting.items():
            if not batch:
                continue
            if kind is records.Recording:
                for recording in batch:
                    self.write_recording(recording)  # type: ignore[arg-type]  # as its type says
            else:
                self._write_batch(batch, statements, recording_id)
            batch.clear()

    def _write_batch(
        self, batch: list[records.AnyRecord], statements: Mapping[str, str], recording_id: str | None
    ) -> None:
        statement = statements[row_mapping.TABLE_OF[type(batch[0])]]
        self._connection.execute("SAVEPOINT batch")
        try:
            if statements is row_mapping.UPSERT and type(batch[0]) is records.Finding:
                # A finding has no key but all of it: the same twice in one batch is one.
                batch = list(dict.fromkeys(batch))
                self._forget_findings(batch)
            self._write_rows(statement, row_mapping.to_rows(batch))
        except _REFUSALS:
            self._connection.execute("ROLLBACK TO batch")
            for record in batch:
                try:
                    if statements is row_mapping.UPSERT:
                        self._forget_findings([record])
                    self._connection.execute(statement, row_mapping.to_row(record))
                except _REFUSALS as error:
                    owner = recording_id or getattr(record, "recording_id", None)
                    self._refuse(type(record), owner, _reason(error))
        self._connection.execute("RELEASE batch")

    def _write_rows(self, statement: str, found: list[row_mapping.Row]) -> None:
        at = 0
        for slab in _SLABS:
            if not found or slab * len(found[0]) > self._most_values:
                continue
            many = row_mapping.repeat_insert(statement, slab)
            while len(found) - at >= slab:
                self._connection.execute(many, [*chain.from_iterable(found[at : at + slab])])
                at += slab
        self._connection.executemany(statement, found[at:])

    def _forget_findings(self, batch: Sequence[records.AnyRecord]) -> None:
        by_subject: dict[str, dict[row_mapping.Value, list[records.Finding]]] = {}
        for record in batch:
            if isinstance(record, records.Finding):
                subject = row_mapping.find_subject(record)
                by_id = by_subject.setdefault(subject, {})
                by_id.setdefault(row_mapping.to_db(getattr(record, subject)), []).append(record)
        for subject, by_id in by_subject.items():
            # Nearly always none is there yet, and one question tells that of all.
            ids = json.dumps(list(by_id))
            for (known,) in self._connection.execute(row_mapping.WITH_FINDINGS[subject], (ids,)).fetchall():
                self._connection.executemany(row_mapping.FORGET_FINDING[subject], map(row_mapping.to_row, by_id[known]))

    def _refuse(self, kind: type[records.Record], recording_id: object, reason: str) -> None:
        """Count a record that cannot be stored, in words of ours: what it holds was captured."""
        self.refused += 1
        self._connection.execute(
            row_mapping.INSERT["rejected_records"],
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
