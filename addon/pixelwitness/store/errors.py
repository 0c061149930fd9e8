"""What is wrong with the store, in words: what, what was found, what would be right.

Owns the one error of the store and the words for what SQLite and the system say.  It
must not know what was being done.
"""

import sqlite3
from pathlib import Path


class StoreError(Exception):
    """The store cannot be used: what, what was found, what would be right.

    >>> str(StoreError("a.sqlite", "it is damaged", "restore a copy"))
    'a.sqlite: it is damaged; restore a copy'
    """

    def __init__(self, subject: Path | str, found: str, right: str) -> None:
        super().__init__(subject, found, right)
        self.subject = str(subject)
        self.found = found
        self.right = right

    def __str__(self) -> str:
        return f"{self.subject}: {self.found}; {self.right}"


_EXPLAINED = {
    sqlite3.SQLITE_FULL: ("no room is left to write to", "make room and run it again: nothing half-written was kept"),
    sqlite3.SQLITE_BUSY: ("another program keeps it locked", "close that program and run it again"),
    sqlite3.SQLITE_LOCKED: ("another program keeps it locked", "close that program and run it again"),
    sqlite3.SQLITE_READONLY: ("it cannot be written", "allow writing to the file and its folder, or name another"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "check the rights of the file and of its folder"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "restore a copy, or scan the recordings into a new file"),
    sqlite3.SQLITE_NOTADB: ("it is not an SQLite database, or damaged", "name a database that pixelwitness made"),
    sqlite3.SQLITE_IOERR: ("reading or writing it failed", "check the disk and its free room, then run it again"),
}

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What Python's module raises; the second when a message of SQLite quotes damaged text."""


def is_explained(error: Exception) -> bool:
    """Say whether it is the disk, the file or another program that is to blame, and not what was asked of SQLite."""
    return isinstance(error, UnicodeDecodeError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _EXPLAINED


def damaged(subject: Path) -> StoreError:
    """Return the error for a file whose pages do not hold together."""
    return StoreError(subject, *_EXPLAINED[sqlite3.SQLITE_CORRUPT])


def explain(error: sqlite3.Error | UnicodeDecodeError, subject: Path) -> StoreError:
    """Return what SQLite said as an error of ours, without its text, which can hold stored values."""
    code = getattr(error, "sqlite_errorcode", None)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code is None:
        # Raised by Python's module itself: text that is no UTF-8, a wrong number of columns.
        found, right = _EXPLAINED[sqlite3.SQLITE_CORRUPT]
    else:
        found, right = _EXPLAINED.get(code & 0xFF, ("SQLite refused it", "restore a copy, or scan into a new file"))
    return StoreError(subject, f"{found} ({name})", right)


def refused_by_system(error: OSError, subject: Path) -> StoreError:
    """Return an error of the operating system as one of ours."""
    return StoreError(subject, error.strerror or type(error).__name__, "name a file in a folder that can be written")
