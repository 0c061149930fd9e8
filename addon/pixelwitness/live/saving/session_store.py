"""The database of a session while the proxy runs: another one when it is in use, a new one when it is removed.

Owns the choice of the file that a session writes to, and that what was committed
is found under some name at the end.  Knows ledgers, keys and file names; no
traffic, no queue, no mitmproxy.
"""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

from pixelwitness.core.exposure import records
from pixelwitness.store import key as keys
from pixelwitness.store.errors import StoreError
from pixelwitness.store.file_permissions import write_private
from pixelwitness.store.key import KeyCheck
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.lock import InUseError

BUSY_SECONDS = 1.0
"""How long an attempt waits for another program's lock; the writer tries again by itself."""


class SessionStore:
    """A ledger whose file may vanish: then all that it holds goes to a new one.

    One thread at a time.  ``on_moved`` is called with the new path and a notice for the user.
    """

    def __init__(self, ledger: Ledger, check: KeyCheck, key: bytes) -> None:
        self.on_moved: Callable[[Path, str], None] = _ignore_move
        self._ledger = ledger
        self._check = check
        self._key = key

    @property
    def path(self) -> Path:
        """Where the records are now."""
        return self._ledger.path

    @property
    def key_fingerprint(self) -> str:
        """What tells the key of the records from others."""
        return self._check.fingerprint

    def append(self, group: Sequence[records.AnyRecord], /) -> None:
        """Store records in one transaction, in a file that is there afterwards."""
        self.ensure_in_place()
        self._ledger.append(group)
        # Removed just now, it took the group all the same: the copy holds it.
        self.ensure_in_place()

    def ensure_in_place(self) -> None:
        """See whether the database is still there, and save it where it is not; `StoreError` when nothing can be."""
        if not self._ledger.is_in_place():
            self._rescue()

    def close(self) -> None:
        """Let go of the database."""
        self._ledger.close()

    def _rescue(self) -> None:
        lost = self._ledger.path
        target = _free_path(lost)
        self._ledger.copy_to(target)
        try:
            check = KeyCheck(self._check.fingerprint, self._key_beside(target))
            saved = Ledger.open(target, key_check=check, durable=True, busy_seconds=BUSY_SECONDS)
        except StoreError:
            target.unlink(missing_ok=True)
            raise
        old, self._ledger = self._ledger, saved
        old.close()
        self.on_moved(
            saved.path,
            f"{lost} was removed while it was written; all of it, and what follows, is in {saved.path}"
            f" (`pixelwitness merge {lost.name} {saved.path.name}` brings it back under its name)",
        )

    def _key_beside(self, target: Path) -> Path:
        """Return where the key lies, saved as well where it went with the database."""
        if self._check.file.exists():
            return self._check.file
        beside = keys.key_file(target)
        write_private(beside, self._key)
        return beside


def open_session_store(db: Path, key: Path | None, owners: Mapping[str, str]) -> tuple[SessionStore, tuple[str, ...]]:
    """Open the database of a session, or one of its own when another process writes to it; and notices for the user.

    Errors: `StoreError`.
    """
    check = keys.key_check(db, key)
    in_use: tuple[str, ...] = ()
    try:
        ledger = Ledger.open(db, key_check=check, durable=True, busy_seconds=BUSY_SECONDS)
    except InUseError as error:
        own = db.with_name(f"{db.stem}-{os.getpid()}{db.suffix}")
        ledger = Ledger.open(own, key_check=check, durable=True, busy_seconds=BUSY_SECONDS)
        in_use = (
            f"{error.subject}: {error.found}; this session goes to {own}"
            f" (`pixelwitness merge {db.name} {own.name}` joins them)",
        )
    try:
        ledger.state_owners(owners)
    except StoreError:
        ledger.close()
        raise
    return SessionStore(ledger, check, keys.study_key(db, key)), (*ledger.notices, *in_use)


def _free_path(lost: Path) -> Path:
    """Return a path that is not taken, beside the one lost, else where temporary files go."""
    folder = lost.parent if os.access(lost.parent, os.W_OK) else Path(tempfile.gettempdir())
    names = (f"{lost.stem}-rescued{'' if number == 1 else f'-{number}'}{lost.suffix}" for number in count(1))
    return next(path for path in map(folder.joinpath, names) if not path.exists())


def _ignore_move(path: Path, notice: str) -> None:
    """Do nothing, the default of `SessionStore.on_moved`."""
