"""The one writer: every row of the database comes through here, whole transactions at a time.

Owns what a recording's rows being stored means: all or none, the same twice as once,
and nothing lost in silence.  It must not know where records come from.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from pixelwitness.core.exposure import records
from pixelwitness.store import database, lock, row_mapping
from pixelwitness.store.errors import StoreError, explain
from pixelwitness.store.file_permissions import make_private, wide_mode
from pixelwitness.store.key import KeyCheck
from pixelwitness.store.row_writer import RowWriter

type Outcome = Literal["added", "unchanged", "replaced"]


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
        self._connection = connection
        self._file = path.stat()
        self._writer = RowWriter(connection, path)
        self._cleanup = contextlib.ExitStack()

    @property
    def refused(self) -> int:
        """How many records this ledger could not store; each is counted in `rejected_records`."""
        return self._writer.refused

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key_check: KeyCheck | None = None,
        durable: bool = False,
        busy_seconds: float = database.BUSY_SECONDS,
    ) -> Self:
        """Open or make a database and keep other writers out until it is closed.

        `durable`, for live traffic that cannot be read again: a commit outlives a power cut.
        """
        path = path.resolve()
        with contextlib.ExitStack() as undo:
            unlocked = undo.enter_context(lock.writer_lock(path))
            connection, notices = database.open_for_writing(path, durable=durable, busy_seconds=busy_seconds)
            undo.callback(connection.close)
            key_notice = wide_mode(key_check.file) if key_check and key_check.file.exists() else None
            ledger = cls(path, connection, tuple(filter(None, (unlocked, *notices, key_notice))))
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

    def is_in_place(self) -> bool:
        """Say whether the open database still has its name; removed, it would take records that nobody can find."""
        try:
            return os.path.samestat(self._file, self.path.stat())
        except OSError:
            return False

    def copy_to(self, path: Path) -> None:
        """Write all that is committed, even of a database that was removed, into a new file."""
        if not make_private(path):
            raise StoreError(path, "it is there already", "name a new file")
        try:
            with contextlib.closing(sqlite3.connect(path)) as target:
                self._connection.backup(target)
        except sqlite3.Error as error:
            path.unlink(missing_ok=True)
            raise explain(error, path) from None

    @contextlib.contextmanager
    def joining(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for one transaction to what joins databases, beside this module."""
        with self._transaction():
            yield self._connection

    def recordings_under(self, rules_sha256: str, knowledge_sha256: str, options: str) -> frozenset[str]:
        """Return the ids of recordings whose rows were made under these rules, knowledge and options."""
        conditions = " AND ".join(f"{name} = ?" for name in records.MADE_UNDER)
        statement = f"SELECT id FROM recordings WHERE {conditions}"
        return frozenset(str(row[0]) for row in self._query(statement, rules_sha256, knowledge_sha256, options))

    def note_source(self, recording_id: str, source: str) -> None:
        """Note one more place where a stored recording's bytes were found; nothing where it is known."""
        stored = self._stored(recording_id)
        if stored is None or source in stored[1]:
            return
        with self._transaction(recording_id):
            self._writer.amend(_sources_of(recording_id, {*stored[1], source}))

    def replace(self, recording: records.Recording, found: Iterable[records.AnyRecord]) -> Outcome:
        """Store a scanned recording and all its rows in one transaction, or what it was before stays.

        The same recording under the same rules, knowledge and options is left alone, `found` unread; only a
        source of it that is new is noted.  Under others its rows are replaced.  `found` may be made while it is
        stored: where it ends in the recording's own row again, that one has the counts that hold.
        """
        stored = self._stored(recording.id)
        if stored is not None and stored[0] == tuple(getattr(recording, name) for name in records.MADE_UNDER):
            for source in recording.sources:
                self.note_source(recording.id, source)
            return "unchanged"
        with self._transaction(recording.id):
            if stored is not None:
                for statement in row_mapping.FORGET_RECORDING:
                    self._connection.execute(statement, (row_mapping.to_db(recording.id),))
            self._writer.write_recording(recording)
            self._writer.write_all(found, row_mapping.INSERT, recording.id)
            if stored is not None:
                self._writer.amend(_sources_of(recording.id, {*stored[1], *recording.sources}))
        return "added" if stored is None else "replaced"

    def append(self, group: Sequence[records.AnyRecord]) -> None:
        """Store a group of live records in one transaction; the same group again changes nothing.

        A record whose id is stored takes that row's place: a recording with newer counts, an event for which a
        better transmission arrived.  An `Amendment` changes single columns of one.
        """
        with self._transaction():
            self._writer.write_all(group, row_mapping.UPSERT, None)

    def state_owners(self, owners: Mapping[str, str]) -> None:
        """Make `site_owners` say whose the sites of Meta are: site to owner, as the knowledge has it."""
        stated = sorted((row_mapping.to_db(site), row_mapping.to_db(owner)) for site, owner in owners.items())
        if self._query("SELECT site, owner FROM site_owners ORDER BY site, owner") == stated:
            return
        with self._transaction():
            self._connection.execute("DELETE FROM site_owners")
            self._connection.executemany(row_mapping.INSERT["site_owners"], stated)

    def _check_key(self, check: KeyCheck) -> None:
        known = self._query("SELECT key_fingerprint FROM study")
        if not known:
            with self._transaction():
                self._connection.execute(row_mapping.INSERT["study"], (check.fingerprint,))
        elif known[0] != (check.fingerprint,):
            right = "name its own key file with --key, or another database"
            raise StoreError(self.path, f"its tokens were not made under the key in {check.file}", right)

    def _stored(self, recording_id: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Return under what a stored recording was made, and its sources; None where it is not stored."""
        statement = f"SELECT sources, {', '.join(records.MADE_UNDER)} FROM recordings WHERE id = ?"
        for sources, *made_under in self._query(statement, row_mapping.to_db(recording_id)):
            return tuple(made_under), tuple(json.loads(sources))
        return None

    def _query(self, statement: str, *values: row_mapping.Value) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise explain(error, self.path) from None

    @contextlib.contextmanager
    def _transaction(self, recording_id: str | None = None) -> Iterator[None]:
        """Commit the block's work or none of it; the id is that of all its records, where they are of one recording."""
        refused = self._writer.refused
        try:
            if self._connection.in_transaction:
                # A rollback that failed, on a full disk say, is made up for here.
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            # Checked at the end, so that records may come in any order.
            self._connection.execute("PRAGMA defer_foreign_keys = ON")
            yield
            self._commit(recording_id)
        except BaseException as error:
            self._writer.refused = refused
            with contextlib.suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise explain(error, self.path) from None
            raise

    def _commit(self, recording_id: str | None) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            self._writer.settle_references(recording_id)
            self._connection.execute("COMMIT")


def _sources_of(recording_id: str, sources: set[str]) -> records.Amendment:
    return records.Amendment(table="recordings", id=recording_id, values={"sources": tuple(sorted(sources))})
