"""The one writer: every row of the database comes through here, whole transactions at a time.

Owns what a recording's rows being stored means: all or none, the same twice as once,
and nothing lost in silence.  It must not know where records come from.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import msgspec

from pixelwitness.core import records
from pixelwitness.store import files, lock, rows, schema
from pixelwitness.store.files import StoreError, explain
from pixelwitness.store.key import KeyCheck

_BATCH = 2000
"""Rows put in at a time: enough to make the cost of each statement vanish, few enough to hold."""

# What SQLite or Python says of one record, as opposed to what it says of the disk.
_REFUSALS = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    ValueError,
    OverflowError,
)

type Outcome = Literal["added", "unchanged", "replaced"]


@dataclass(frozen=True, slots=True)
class RecordingState:
    """What is stored of a recording, as far as it decides whether to scan it again."""

    rules_sha256: str
    knowledge_sha256: str
    options: str
    complete: bool
    tool_version: str
    sources: tuple[str, ...]

    def gives_the_rows_of(self, recording: records.Recording) -> bool:
        """Whether scanning the same bytes as `recording` would could add nothing."""
        return (self.rules_sha256, self.knowledge_sha256, self.options) == (
            recording.rules_sha256,
            recording.knowledge_sha256,
            recording.options,
        )


class Ledger:
    """The open store, for one process and one thread at a time.

        with Ledger.open(Path("pixelwitness.sqlite"), key_check=key_check(database)) as ledger:
            ledger.replace(recording, rows)

    Every method raises `StoreError` when the database cannot take what it is given; the rows of
    before are then untouched and the next call starts afresh.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, notices: tuple[str, ...]) -> None:
        self.path = path
        self.notices = notices
        """What the user should know of the file; to be printed once."""
        self.refused = 0
        """How many records this ledger could not store; each is counted in `rejected_records`."""
        self._connection = connection
        self._cleanup = contextlib.ExitStack()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key_check: KeyCheck | None = None,
        durable: bool = False,
        busy_seconds: float = files.BUSY_SECONDS,
    ) -> Self:
        """Open or make a database and keep other writers out until it is closed.

        `durable`, for live traffic that cannot be read again: a commit outlives a power cut.
        """
        path = path.resolve()
        with contextlib.ExitStack() as undo:
            unlocked = undo.enter_context(lock.writer_lock(path))
            connection, notices = files.open_for_writing(path, durable=durable, busy_seconds=busy_seconds)
            undo.callback(connection.close)
            key_notice = files.wide_mode(key_check.file) if key_check and key_check.file.exists() else None
            ledger = cls(path, connection, tuple(one for one in (unlocked, *notices, key_notice) if one))
            if key_check is not None:
                ledger._check_key(key_check)
            ledger._cleanup = undo.pop_all()
        return ledger

    def close(self) -> None:
        """Let go of the database; what was committed stays."""
        try:
            self._cleanup.close()
        except sqlite3.Error as error:
            raise explain(error, self.path) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def recording_state(self, recording_id: str) -> RecordingState | None:
        """Return what is stored of a recording, None when nothing is."""
        statement = (
            "SELECT rules_sha256, knowledge_sha256, options, complete, tool_version, sources"
            " FROM recordings WHERE id = ?"
        )
        try:
            row = self._connection.execute(statement, (rows.to_db(recording_id),)).fetchone()
        except sqlite3.Error as error:
            raise explain(error, self.path) from None
        if row is None:
            return None
        rules, knowledge, options, complete, version, sources = row
        return RecordingState(rules, knowledge, options, bool(complete), version, tuple(json.loads(sources)))

    def recordings_under(self, rules_sha256: str, knowledge_sha256: str, options: str) -> frozenset[str]:
        """Return the ids of recordings whose rows were made under these rules, knowledge and options."""
        statement = "SELECT id FROM recordings WHERE rules_sha256 = ? AND knowledge_sha256 = ? AND options = ?"
        try:
            found = self._connection.execute(statement, (rules_sha256, knowledge_sha256, options)).fetchall()
        except sqlite3.Error as error:
            raise explain(error, self.path) from None
        return frozenset(row[0] for row in found)

    def note_source(self, recording_id: str, source: str) -> None:
        """Note one more place where a stored recording's bytes were found; nothing where it is known."""
        state = self.recording_state(recording_id)
        if state is None or source in state.sources:
            return
        sources = tuple(sorted({*state.sources, source}))
        with self._transaction():
            statement = "UPDATE recordings SET sources = ? WHERE id = ?"
            self._connection.execute(statement, (rows.to_db(sources), rows.to_db(recording_id)))

    def replace(self, recording: records.Recording, found: Iterable[records.AnyRecord]) -> Outcome:
        """Store a scanned recording and all its rows in one transaction, or what it was before stays.

        The same recording under the same rules, knowledge and options is left alone, `found` unread; only a
        source of it that is new is noted.  Under others its rows are replaced.
        """
        before = self.recording_state(recording.id)
        if before is not None and before.gives_the_rows_of(recording):
            for source in recording.sources:
                self.note_source(recording.id, source)
            return "unchanged"
        sources = tuple(sorted({*recording.sources, *(before.sources if before else ())}))
        with self._transaction(recording.id):
            if before is not None:
                for statement in rows.FORGET_RECORDING:
                    self._connection.execute(statement, (rows.to_db(recording.id),))
            self._put_recording(msgspec.structs.replace(recording, sources=sources))
            self._put_all(found, rows.INSERT, recording.id)
        return "added" if before is None else "replaced"

    def append(self, group: Sequence[records.AnyRecord]) -> None:
        """Store a group of live records in one transaction; the same group again changes nothing.

        A record whose id is stored takes that row's place: a recording with newer counts, an event for which a
        better transmission arrived.  `Merged` takes effect at its place in the group.
        """
        with self._transaction():
            self._put_all(group, rows.UPSERT, None)

    def state_owners(self, owners: Mapping[str, str]) -> None:
        """Make `site_owners` say whose the sites of Meta are: site to owner, as the knowledge has it."""
        stated = sorted((rows.to_db(site), rows.to_db(owner)) for site, owner in owners.items())
        try:
            present = self._connection.execute("SELECT site, owner FROM site_owners ORDER BY site, owner").fetchall()
        except sqlite3.Error as error:
            raise explain(error, self.path) from None
        if present == stated:
            return
        with self._transaction():
            self._connection.execute("DELETE FROM site_owners")
            self._connection.executemany("INSERT INTO site_owners (site, owner) VALUES (?, ?)", stated)

    def _check_key(self, check: KeyCheck) -> None:
        try:
            row = self._connection.execute("SELECT key_fingerprint FROM study").fetchone()
        except sqlite3.Error as error:
            raise explain(error, self.path) from None
        if row is None:
            with self._transaction():
                self._connection.execute("INSERT INTO study (key_fingerprint) VALUES (?)", (check.fingerprint,))
        elif row != (check.fingerprint,):
            right = "name its own key file with --key, or another database"
            raise StoreError(self.path, f"its tokens were not made under the key in {check.file}", right)

    @contextlib.contextmanager
    def _transaction(self, of: str | None = None) -> Iterator[None]:
        """Commit the block's work or none of it; `of` is the recording whose records it stores, where it is one."""
        refused = self.refused
        try:
            if self._connection.in_transaction:
                # A rollback that failed, on a full disk say, is made up for here.
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            # Checked at the end, so that records may come in any order.
            self._connection.execute("PRAGMA defer_foreign_keys = ON")
            yield
            self._commit(of)
        except BaseException as error:
            self.refused = refused
            with contextlib.suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise explain(error, self.path) from None
            raise

    def _commit(self, of: str | None) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            self._settle_references(of)
            self._connection.execute("COMMIT")

    def _settle_references(self, of: str | None) -> None:
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

    def _put_recording(self, recording: records.Recording) -> None:
        try:
            self._connection.execute(rows.UPSERT["recordings"], rows.to_row(recording))
        except _REFUSALS as error:
            # Without it there is nothing that its rows, or the count of those refused, could belong to.
            raise StoreError(self.path, f"a recording cannot be stored ({_reason(error)})", "report this") from None

    def _put_all(self, found: Iterable[records.AnyRecord], how: Mapping[str, str], recording_id: str | None) -> None:
        waiting: dict[type[records.Record], list[records.AnyRecord]] = {kind: [] for kind in rows.TABLE_OF}
        n = 0
        for record in found:
            if type(record) is records.Merged:
                self._put_waiting(waiting, how, recording_id)
                self._merge(record)
                continue
            waiting[type(record)].append(record)
            n += 1
            if n % _BATCH == 0:
                self._put_waiting(waiting, how, recording_id)
        self._put_waiting(waiting, how, recording_id)

    def _put_waiting(
        self, waiting: Mapping[type[records.Record], list[records.AnyRecord]], how: Mapping[str, str], of: str | None
    ) -> None:
        for kind, batch in waiting.items():
            if not batch:
                continue
            for recording in batch if kind is records.Recording else ():
                self._put_recording(recording)  # type: ignore[arg-type]
            if kind is not records.Recording:
                self._put_batch(batch, how, of)
            batch.clear()

    def _put_batch(self, batch: list[records.AnyRecord], how: Mapping[str, str], of: str | None) -> None:
        statement = how[rows.TABLE_OF[type(batch[0])]]
        self._connection.execute("SAVEPOINT batch")
        try:
            if how is rows.UPSERT:
                self._forget_findings(batch)
            self._connection.executemany(statement, [rows.to_row(record) for record in batch])
        except _REFUSALS:
            self._connection.execute("ROLLBACK TO batch")
            for record in batch:
                try:
                    if how is rows.UPSERT:
                        self._forget_findings([record])
                    self._connection.execute(statement, rows.to_row(record))
                except _REFUSALS as error:
                    self._refuse(type(record), of or getattr(record, "recording_id", None), _reason(error))
        self._connection.execute("RELEASE batch")

    def _forget_findings(self, batch: list[records.AnyRecord]) -> None:
        for record in batch:
            if isinstance(record, records.Finding):
                self._connection.execute(rows.FORGET_FINDING[rows.subject_of(record)], rows.to_row(record))

    def _merge(self, merged: records.Merged) -> None:
        event, into = rows.to_db(merged.event_id), rows.to_db(merged.into_id)
        if event == into:
            return
        found = self._connection.execute("SELECT recording_id FROM events WHERE id IN (?, ?)", (event, into)).fetchall()
        if self._connection.execute("SELECT 1 FROM events WHERE id = ?", (into,)).fetchone() is None:
            # What hangs on the event keeps it rather than go with it.
            self._refuse(type(merged), found[0][0] if found else None, "its into_id is not stored")
            return
        for statement in rows.MERGE:
            self._connection.execute(statement, {"event": event, "into": into})

    def _refuse(self, kind: type[records.Record], recording_id: object, reason: str) -> None:
        """Count a record that cannot be stored, in words of ours: what it holds was captured."""
        self.refused += 1
        self._connection.execute(
            "INSERT INTO rejected_records (recording_id, record, reason) VALUES (?, ?, ?)",
            (rows.to_db(recording_id), kind.__name__, reason),
        )


_REASONS = {
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "its key is taken",
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "its key is taken",
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: "a value is missing",
    3091: "a value has the wrong type",  # SQLITE_CONSTRAINT_DATATYPE, to which Python gives no name
}


def _reason(error: Exception) -> str:
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0), type(error).__name__)
