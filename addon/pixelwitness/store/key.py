"""The study's key, under which values become tokens: kept in a file beside the database, never in it.

Owns the key file and the fingerprint by which a database knows its key.  It must
not know what is made with the key.
"""

import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.store.database import reading
from pixelwitness.store.errors import StoreError, refused_by_system
from pixelwitness.store.file_permissions import write_private

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What the ledger may know of a key: its fingerprint, and its file for the error message."""

    fingerprint: str
    file: Path


def fingerprint(key: bytes) -> str:
    """Return 16 hex digits that tell keys apart and say nothing of them.

    >>> fingerprint(bytes(32))
    'f5a966e4aca9c62b'
    """
    return hmac.digest(key, b"pixelwitness study key", "sha256").hex()[:16]


def key_file(database: Path, named: Path | None = None) -> Path:
    """Return where a database's key lies: the file named, or one beside the database.

    >>> key_file(Path("pixelwitness.sqlite")).name
    'pixelwitness.key'
    """
    if named is not None:
        return named
    database = database.resolve()
    beside = database.with_suffix(".key")
    return beside if beside != database else database.with_name(f"{database.name}.key")


def study_key(database: Path, named: Path | None = None) -> bytes:
    """Return the 32 bytes of the key of a database, made at first use in a file for its owner alone.

    Errors: `StoreError` for a file that holds no key, or none at all where the database already has one.
    """
    folder = database.absolute().parent
    if not folder.is_dir():
        # Else the first complaint would be of the key, which nobody named.
        raise StoreError(folder, "there is no such folder for the database", "make it, or name another with --db")
    file = key_file(database, named)
    key = _read(file)
    if key is not None:
        return key
    if stored_fingerprint(database) is not None:
        if is_redacted_copy(database):
            found = "it is a redacted copy, and the key of its tokens was thrown away"
            raise StoreError(database, found, "name the database that it was made of")
        # A new key would make tokens that equal none of those stored.
        raise StoreError(file, f"the key of {database} is missing", "restore it, name it with --key, or start anew")
    # Another process may make one at the same time: the first one stays, and is the key of both.
    write_private(file, secrets.token_bytes(KEY_BYTES))
    key = _read(file)
    if key is None:
        raise StoreError(file, "the key vanished while it was made", "run it again")
    return key


def require_key(database: Path, named: Path | None = None) -> bytes:
    """Return the key under which an existing database was written; never makes one.

    Errors: `StoreError` for a missing key, and for one that is not this database's.
    """
    stored = stored_fingerprint(database)
    if stored is None:
        raise StoreError(database, "it holds nothing yet", "scan a recording into it first")
    key = study_key(database, named)
    if fingerprint(key) != stored:
        raise StoreError(key_file(database, named), f"this is not the key of {database}", "name its own with --key")
    return key


def key_check(database: Path, named: Path | None = None) -> KeyCheck:
    """Return what `Ledger.open` compares with the database, making the key at first use."""
    return KeyCheck(fingerprint(study_key(database, named)), key_file(database, named))


def stored_fingerprint(database: Path) -> str | None:
    """Return the fingerprint of the key that a database was written under, None for a new database."""
    if not database.exists() or database.stat().st_size == 0:
        return None
    with reading(database, older_too=True) as connection:
        row = connection.execute("SELECT key_fingerprint FROM study").fetchone()
    return None if row is None else str(row[0])


def is_redacted_copy(database: Path) -> bool:
    """Say whether a database is a redacted copy, as the options of its recordings tell."""
    with reading(database, older_too=True) as connection:
        stored = (loads_or_none(str(options)) for (options,) in connection.execute("SELECT options FROM recordings"))
        return any(isinstance(options, dict) and options.get("redacted") is True for options in stored)


def require_same_key(into: Path, other: Path) -> None:
    """Refuse to join two databases whose tokens were made under different keys, and so do not compare."""
    ours, theirs = stored_fingerprint(into), stored_fingerprint(other)
    if ours is not None and theirs is not None and ours != theirs:
        right = f"scan its recordings with --key {key_file(into)}"
        raise StoreError(other, f"its tokens were made under another key than those of {into}", right)


def _read(file: Path) -> bytes | None:
    try:
        with file.open("rb") as opened:
            key = opened.read(KEY_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused_by_system(error, file) from error
    if len(key) != KEY_BYTES:
        found = f"it holds no key of {KEY_BYTES} bytes"
        raise StoreError(file, found, "name the key file that belongs to the database, or restore it")
    return key
