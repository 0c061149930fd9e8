"""Files that only their owner may read: made so whatever the umask, put in place whole or not at all.

Owns the rights of the files of the store and how a finished one gets its name.  It must
not know what is in them.
"""

import contextlib
import os
import stat
from pathlib import Path

from pixelwitness.store.errors import refused_by_system


def make_private(path: Path) -> bool:
    """Create an empty file that only its owner may read, whatever the umask; False when there is one already."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise refused_by_system(error, path) from error
    return True


def wide_mode(path: Path) -> str | None:
    """Return a notice when others than the owner may open a file, else None; Windows has no such modes."""
    if os.name == "nt":
        return None
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & 0o077:
        return None
    return f"{path}: other users of this machine may open it (mode {mode:04o}); chmod 600 would stop that"


def write_private(path: Path, content: bytes) -> bool:
    """Write a small file, confirmed by the disk; False, and nothing changed, when there is one of that name already."""
    draft = path.with_name(f"{path.name}.{os.urandom(4).hex()}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return place(draft, path)
    except OSError as error:
        raise refused_by_system(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def place(draft: Path, path: Path) -> bool:
    """Give a finished file its name at once; False, and nothing changed, when there is one of that name already."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:
        # A file system without links: less sure against being killed in between, but there is no other way.
        if not make_private(path):
            return False
        try:
            draft.replace(path)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise refused_by_system(error, path) from error
    return True
