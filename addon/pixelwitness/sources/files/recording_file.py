"""A recording opened for reading: its plain bytes, and the body files that belong to it.

Owns which files a recording may name: only those beside it, in its own archive or
its own folder, by a plain relative path.  Must not know what the bytes mean.
"""

import io
import posixpath
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from pixelwitness.core.wire.request import BODY_LIMIT
from pixelwitness.sources.files.archives import open_compressed, open_zip
from pixelwitness.sources.files.inputs import Input


@dataclass
class OpenRecording:
    """Use it as a context manager.  ``faults`` fills while the stream is read: what stopped it early."""

    stream: io.BufferedReader
    faults: list[str]
    attachment: Callable[[str], bytes | None]
    """Bytes of a body file by the name the recording gives, at most ``BODY_LIMIT`` + 1; None if refused or missing."""
    _closing: ExitStack

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()


def open_recording(source: Input) -> OpenRecording:
    """Open a recording; raise OSError or `ArchiveError` when that is not possible."""
    with ExitStack() as closing:
        if source.compression != "zip":
            stream, faults = open_compressed(source.file, source.compression)
            closing.enter_context(stream)
            folder = None if source.path == "-" else source.file.parent
            return OpenRecording(stream, faults, lambda name: _beside(folder, name), closing.pop_all())
        file: BinaryIO = closing.enter_context(source.file.open("rb"))
        archive = open_zip(file)
        member = source.member or ""
        expanded = archive.open(member)
        stream = closing.enter_context(io.BufferedReader(expanded, 1 << 18))
        base = posixpath.dirname(member)
        return OpenRecording(
            stream,
            expanded.faults,
            lambda name: archive.read(posixpath.join(base, name), BODY_LIMIT) if _is_plain(name) else None,
            closing.pop_all(),
        )


def _is_plain(name: str) -> bool:
    r"""Say whether a name leads straight down from where it is used.

    >>> [_is_plain(n) for n in ("9f86.bin", "b/9f.json", "../x", "/etc/passwd", "C:x", "a\\b", "")]
    [True, True, False, False, False, False, False]
    """
    odd = not name or len(name) > 1_000 or any(sign in name for sign in ":\\\0")
    return not odd and not name.startswith("/") and ".." not in name.split("/")


def _beside(folder: Path | None, name: str) -> bytes | None:
    if folder is None or not _is_plain(name):
        return None
    try:
        base = folder.resolve(strict=True)
        path = (base / name).resolve(strict=True)
        # A symbolic link anywhere on the way makes the two differ.
        if path != base / Path(name) or not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(BODY_LIMIT + 1)
    except (OSError, ValueError, RuntimeError):
        return None
