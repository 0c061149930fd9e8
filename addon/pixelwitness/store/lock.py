"""One writer per database: a locked file beside it that names the process that holds it.

Owns that file.  The operating system drops the lock with its process, so that a
file left behind by a killed one is in nobody's way.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pixelwitness.store.errors import StoreError


class InUseError(StoreError):
    """Another process is writing to the database."""


_NOT_SUPPORTED = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}

if sys.platform == "win32":
    import msvcrt

    # Windows hides what is locked from readers: a byte behind the pid, so that the pid can be read.
    _PLACE = 1 << 20

    def _acquire(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, error.strerror) from error

    def _release(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    pid = os.read(descriptor, 20).decode("ascii", "replace").strip()
    return f"the process {pid}" if pid.isdecimal() else "another process"


def _close(descriptor: int) -> None:
    # It is closed whatever the system says, and nothing of worth was written to it.
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _is_still_there(descriptor: int, file: Path) -> bool:
    """Whether an open file is the one that has the name now, and not one that its last holder removed."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def writer_lock(database: Path) -> Iterator[str | None]:
    """Hold the right to write a database; yield a notice where the file system has no locks, else None.

    Errors: `StoreError`, at once, naming the process that holds it.
    """
    file = database.with_name(f"{database.name}-lock")
    notice = None
    while True:
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            right = "name a database in a folder that exists and can be written"
            raise StoreError(file, error.strerror or type(error).__name__, right) from error
        try:
            _acquire(descriptor)
        except BlockingIOError as error:
            holder = _holder(descriptor)
            _close(descriptor)
            right = "wait for it to end, or name another database and merge them later"
            raise InUseError(database, f"{holder} is writing to it", right) from error
        except OSError as error:
            if error.errno not in _NOT_SUPPORTED:
                _close(descriptor)
                raise StoreError(file, error.strerror or type(error).__name__, "check the disk") from error
            notice = f"{database}: this file system has no locks; make sure that only one process writes to it"
        if notice or _is_still_there(descriptor, file):
            break
        _close(descriptor)
    try:
        # Only a courtesy to the next in line: a full disk is not a reason to stop here.
        with contextlib.suppress(OSError):
            os.truncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        yield notice
    finally:
        # Removed while held, and checked after taking: two can never hold two files of one name.
        with contextlib.suppress(OSError):
            if _is_still_there(descriptor, file):
                file.unlink()
        with contextlib.suppress(OSError):
            _release(descriptor)
        _close(descriptor)
