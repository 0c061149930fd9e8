"""Older files: brought to the newest schema in place before they are written, in a copy of its own to be read.

Owns the copy that is kept of a file before its schema changes, and that a file is whole afterwards or as
it was.  It must not know the steps (``migrations``) or what the rows mean.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from pixelwitness.store import migrations, schema
from pixelwitness.store.errors import StoreError, damaged, is_explained, refused_by_system
from pixelwitness.store.file_permissions import make_private

COPIED_UP_TO = 1 << 30
"""Bytes of a database of which a copy is kept before its schema changes."""
ROOM_FOR_COPY = 3
"""Times its size that must be free for it: the copy, and what SQLite writes while the tables change."""


@contextlib.contextmanager
def upgrading(connection: sqlite3.Connection, path: Path, version: int) -> Iterator[str]:
    """Bring a database in place from an older version to the newest, and yield what to tell the user.

    Works in the transaction of the caller, who commits it at the end of the block.  When that cannot be, the copy
    goes again: the file is as it was.  Errors: `StoreError`, and those of SQLite.
    """
    copy = _copy_beside(connection, path, version)
    try:
        _migrate(connection, path, version)
        yield _notice(path, version, copy)
    except BaseException:
        # Without a transaction nobody knows whether it was committed.
        if copy is not None and connection.in_transaction:
            copy.unlink(missing_ok=True)
        raise


def upgraded_copy(connection: sqlite3.Connection, path: Path, version: int) -> sqlite3.Connection:
    """Return a copy of an older database in the newest schema, for reading; it has no name and goes when closed.

    Errors: `StoreError`, and those of SQLite.
    """
    # A database without a name: SQLite keeps it in memory, and what is too large for that in a file only it can open.
    copy = sqlite3.connect("", isolation_level=None)
    try:
        # One view of it, and no writer in between, for whose end the copying would wait without an end.
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_schema")
        connection.backup(copy)
        connection.execute("COMMIT")
        copy.execute("PRAGMA trusted_schema = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        copy.execute("BEGIN")
        _migrate(copy, path, version)
        copy.execute("COMMIT")
    except BaseException:
        copy.close()
        raise
    return copy


def _migrate(connection: sqlite3.Connection, path: Path, version: int) -> None:
    try:
        migrations.migrate(connection, version)
        whole = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except Exception as error:
        if is_explained(error):
            raise
        # What the error says can hold stored values.
        raise StoreError(
            path,
            f"its tables are not those of schema {version}, so that they cannot become those of {schema.VERSION}"
            f" ({type(error).__name__})",
            "it was left as it is: restore a copy, or scan its recordings into a new file",
        ) from None
    if not whole:
        raise damaged(path)


def _copy_beside(connection: sqlite3.Connection, path: Path, version: int) -> Path | None:
    """Keep a copy of a database under a name that is free; None where it is too large for that."""
    (pages,), (page_size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    # Imported here: it loads every way of compressing, for which a start that changes no schema would pay.
    import shutil

    size = pages * page_size
    draft = path.with_name(f"{path.name}-copying")
    names = (f"{path.name}.v{version}-backup{'' if number == 1 else f'-{number}'}" for number in count(1))
    try:
        if size > COPIED_UP_TO or shutil.disk_usage(path.parent).free < ROOM_FOR_COPY * size:
            return None
        # A killed process may have left one; the writer's lock makes sure that it is nobody's now.
        draft.unlink(missing_ok=True)
        make_private(draft)
        # Read through a second connection: SQLite copies nothing from one that is about to write.
        source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with contextlib.closing(source), contextlib.closing(sqlite3.connect(draft)) as target:
            source.backup(target)
        copy = next(free for free in map(path.with_name, names) if not free.exists())
        draft.replace(copy)
    except OSError as error:
        raise refused_by_system(error, draft) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return copy


def _notice(path: Path, version: int, copy: Path | None) -> str:
    if copy is None:
        kept = "it was not copied before, for its size or for want of room"
    else:
        kept = f"as it was it is kept in {copy.name}, which you may delete"
    return f"{path}: brought from schema {version} to {schema.VERSION}; {kept}"
