"""Paths of recordings within a repository, to which code scanning and annotations can point.

Owns the root of a repository and the paths below it.  It looks at names alone, and reads
no recording.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pixelwitness.core.exposure.records import Recording
from pixelwitness.report.check.check_result import Located

_MEMBER = re.compile(r"(?<=\.zip)!|(?<=\.zhar)!", re.IGNORECASE)
"""What parts an archive from one of its members."""


def find_root(given: Path | None) -> Path:
    """Return the folder to which paths are relative: as given, else the nearest parent with ``.git``, else this one."""
    if given is not None:
        return given
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def path_below_root(path: str | Path, root: Path) -> str | None:
    """Return a path relative to the root, its parts joined by ``/``; None when it lies elsewhere."""
    for resolved in (os.path.abspath, os.path.realpath):
        try:
            relative = Path(resolved(path)).relative_to(resolved(root))
        except (OSError, ValueError):  # a name with a NUL is a ValueError, too
            continue
        if relative.parts:
            return relative.as_posix()
    return None


def locate(source: str, root: Path) -> Located:
    """Return where an input lies; one that is no file below the root keeps its last name alone."""
    file = _MEMBER.split(source, maxsplit=1)[0]
    path = path_below_root(file, root) if file != "-" else None
    return Located(path) if path is not None else Located(_last_name(file), stands_in=True)


def locate_recordings(recordings: Iterable[Recording], root: Path, database: Located | None) -> Mapping[str, Located]:
    """Return the file of each recording by its id.

    In place of one that is no file below the root (live traffic, standard input, a file elsewhere)
    stands the database, where that lies below the root, else its own last name.
    """
    files = {}
    for recording in recordings:
        known = [locate(source, root) for source in recording.sources] or [Located(recording.kind, stands_in=True)]
        if recording.kind != "live" and (below := next((file for file in known if not file.stands_in), None)):
            files[recording.id] = below
        else:
            path = known[0].path if database is None or database.stands_in else database.path
            files[recording.id] = Located(path, stands_in=True)
    return files


def _last_name(path: str) -> str:
    name = re.split(r"[\\/]", path)[-1]
    return name if name.strip(".- ") else "recording"
