"""The database as a file: made private, recognised, opened for the one writer, opened for reading.

Owns everything between a path and an SQLite connection.  It must not know what the
rows mean, nor how an older schema becomes the newest (``upgrade``).
"""

import contextlib
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from pixelwitness.store import schema, upgrade
from pixelwitness.store.errors import FAULTS, StoreError, damaged, explain, refused_by_system
from pixelwitness.store.file_permissions import make_private, wide_mode

BUSY_SECONDS = 10.0
"""How long a connection waits for another program's lock."""

_CHECKED_WHOLE = 64 << 20
"""Bytes up to which a file is checked before it is read, some 1.5 ms for each MB."""

_HEADER = 100
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID = slice(68, 72)


def _recognise(path: Path) -> bool:
    """Refuse by its first bytes what can only be another program's file; True for an empty one."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(path, "it is not a regular file", "name a file")
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError as error:
        raise StoreError(path, "there is no such file", "scan a recording into it first") from error
    except OSError as error:
        raise refused_by_system(error, path) from error
    if not header:
        return True
    if not header.startswith(_MAGIC) or len(header) < _HEADER:
        raise StoreError(path, "it is not an SQLite database", "name a database that pixelwitness made, or a new file")
    if int.from_bytes(header[_APPLICATION_ID]) not in (0, schema.APPLICATION_ID):
        raise _foreign(path)
    return False


def _foreign(path: Path) -> StoreError:
    return StoreError(path, "another program made this database", "name one that pixelwitness made, or a new file")


def _number(connection: sqlite3.Connection, statement: str) -> int:
    (number,) = connection.execute(statement).fetchone()
    return int(number)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of our schema in a database, 0 for an empty one; refuse a foreign or newer one."""
    objects = _number(connection, "SELECT count(*) FROM sqlite_schema")
    ours = _number(connection, "PRAGMA application_id") == schema.APPLICATION_ID
    version = _number(connection, "PRAGMA user_version")
    if not ours and objects:
        raise _foreign(path)
    if ours and objects and version < 1:
        raise StoreError(
            path, f"it says that its schema is {version}, which none is", "restore a copy, or name a new file"
        )
    if version > schema.VERSION:
        raise StoreError(
            path,
            f"a newer pixelwitness made it (schema {version}, this one knows {schema.VERSION})",
            "use that version, or name a new file",
        )
    return version if ours else 0


def _check_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database whose tables are not tables: a view in their place would run another's SQL."""
    tables = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
    }
    for table in schema.TABLES:
        if table not in tables:
            raise StoreError(path, f"its table {table} is missing", "restore a copy, or scan into a new file")


def _connect(path: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    # The caller keeps to one thread at a time; a live session opens in one and writes in another.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        # A file may come from a stranger: its SQL gets no dangerous function, its pages no trust.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def wal_works(path: Path) -> bool:
    """Whether the folder of a database can hold one in WAL mode, found out with a throw-away one beside it.

    Asking SQLite is not enough: on some network file systems the switch succeeds and the first write fails.
    """
    trial = path.with_name(f"{path.name}-probe")
    leftovers = [trial, *(trial.with_name(f"{trial.name}{end}") for end in ("-wal", "-shm", "-journal"))]
    try:
        # A killed process may have left one; the writer's lock makes sure that it is nobody's now.
        for file in leftovers:
            file.unlink(missing_ok=True)
        make_private(trial)
        with (
            contextlib.closing(_connect(trial, "mode=rw", 1.0)) as writer,
            contextlib.closing(_connect(trial, "mode=rw", 1.0)) as reader,
        ):
            writer.execute("PRAGMA synchronous = OFF")
            if writer.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
                return False
            writer.execute("CREATE TABLE probe (number)")
            writer.execute("INSERT INTO probe VALUES (1)")
            return _number(reader, "SELECT count(*) FROM probe") == 1
    except (sqlite3.Error, OSError, StoreError):
        return False
    finally:
        for file in leftovers:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


def _choose_journal(connection: sqlite3.Connection, wal: bool) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if wal and mode != "wal":
        # A reader may stand in the way; the mode it has is slower, not wrong.
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
    elif mode == "wal" and not wal:
        # Moved here from another file system: an exclusive lock needs no shared memory to leave WAL.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA locking_mode = NORMAL")


def open_for_writing(
    path: Path, *, durable: bool, busy_seconds: float = BUSY_SECONDS
) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    """Return a connection in autocommit to a new or existing database, its schema up to date, and notices.

    The caller holds the writer's lock.  With `durable` a commit outlives a power cut; without, it outlives the
    death of the process only.  Errors: `StoreError`; a file that is not ours is left as it is.
    """
    is_new = make_private(path)
    notices = [notice for notice in (None if is_new else wide_mode(path),) if notice]
    _recognise(path)
    with contextlib.ExitStack() as undo:
        try:
            connection = _connect(path, "mode=rw", busy_seconds)
            undo.callback(connection.close)
            version = _version(connection, path)
            notices += _bring_up_to_date(connection, path, version)
            _check_tables(connection, path)
            # Deletes nothing, but finds out now and not after an hour of scanning that the file is read-only.
            connection.execute("DELETE FROM study WHERE 0")
            wal = wal_works(path)
            if not wal:
                notices.append(f"{path}: this file system does not carry SQLite's write-ahead log; writing is slower")
            _choose_journal(connection, wal)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA synchronous = {('FULL' if wal else 'EXTRA') if durable else 'NORMAL'}")
        except FAULTS as error:
            raise explain(error, path) from None
        undo.pop_all()
    return connection, tuple(notices)


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, version: int) -> list[str]:
    """Give a database the newest schema, and return what to tell of it.

    The schema and our mark are one transaction: a process killed here leaves an empty file, or one of before.
    """
    connection.execute("BEGIN IMMEDIATE")
    if version == schema.VERSION:
        connection.execute("COMMIT")
        return []
    if version == 0:
        schema.create(connection)
        connection.execute("COMMIT")
        return []
    with upgrade.upgrading(connection, path, version) as notice:
        connection.execute("COMMIT")
    return [notice]


@contextlib.contextmanager
def reading(path: Path, *, older_too: bool = False, busy_seconds: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
    """Yield a connection that cannot write; what SQLite raises in the block comes out as `StoreError`.

    The view `exposure` is ours and not the file's, which could hold another; with `older_too`,
    for who reads tables that every version has, there is none.
    """
    path = path.resolve()
    if _recognise(path):
        raise StoreError(path, "it is empty", "scan a recording into it first")
    log = path.with_name(f"{path.name}-wal")
    had_log = log.exists()
    try:
        with contextlib.closing(_read_only(path, busy_seconds)) as connection:
            version = _version(connection, path)
            if older_too:
                connection.execute("PRAGMA query_only = ON")
                yield connection
                return
            _check_readable(connection, path, version)
            with _newest(connection, path, version) as readable:
                _check_tables(readable, path)
                readable.execute("PRAGMA temp_store = MEMORY")
                readable.execute(f"CREATE TEMP VIEW exposure AS {schema.EXPOSURE}")
                readable.execute("PRAGMA query_only = ON")
                yield readable
    except FAULTS as error:
        raise explain(error, path) from None
    finally:
        if not had_log and log.exists():
            _tidy(path)


def _check_readable(connection: sqlite3.Connection, path: Path, version: int) -> None:
    if version == 0:
        raise StoreError(path, "it is empty", "scan a recording into it first")
    # A flipped bit can make bytes of a text, which no reader expects; of a large file it would take too long to see.
    if path.stat().st_size <= _CHECKED_WHOLE and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise damaged(path)


def _newest(
    connection: sqlite3.Connection, path: Path, version: int
) -> contextlib.AbstractContextManager[sqlite3.Connection]:
    """Return a database in the newest schema, to be closed: itself, or where it is older a copy of it."""
    if version == schema.VERSION:
        return contextlib.nullcontext(connection)
    return contextlib.closing(upgrade.upgraded_copy(connection, path, version))


def _tidy(path: Path) -> None:
    """Let SQLite remove the empty log that it makes to read in WAL mode, which a reader may not."""
    with (
        contextlib.suppress(*FAULTS),
        contextlib.closing(_connect(path, "mode=rw", 0.0)) as connection,
    ):
        _number(connection, "SELECT count(*) FROM sqlite_schema")


def _read_only(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = _connect(path, "mode=ro", busy_seconds)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        # In WAL mode even reading needs a file beside; in a folder that cannot be written and
        # without a log there is nobody who could be writing.
        code = error.sqlite_errorcode & 0xFF
        without_writing = code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if not without_writing or path.with_name(f"{path.name}-wal").exists():
            raise
        return _connect(path, "mode=ro&immutable=1", busy_seconds)
    except BaseException:
        connection.close()
        raise
    return connection
