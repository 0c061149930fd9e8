"""The recordings that given paths name.

Owns the walk through files, folders, globs and standard input, and the recognition of
a recording by its first bytes.  Names only help: content decides.  Must not know how
a recording is read.
"""

import atexit
import codecs
import glob
import hashlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from pixelwitness.core.wire.exchange import Problem
from pixelwitness.sources.files.archives import ArchiveError, compression_of, is_nested, open_compressed, open_zip

type Kind = Literal["har", "flows", "unusable"]

_HEAD = 64 * 1024
_HAR_NAME = re.compile(r"\.(?:har(?:\.(?:gz|zst|zip))?|zhar)$", re.IGNORECASE)
_FLOW_NAME = re.compile(r"\.(?:mitm|flows)$", re.IGNORECASE)
_FLOWS = re.compile(rb"\d{1,12}:")
_SURELY_FLOWS = re.compile(rb"\d{1,12}:\d{1,3}:[a-z_]{1,99}[;,]")
"""A length, a colon and the first key of a flow: many a text begins with a number and a colon."""
_JSON = re.compile(rb"(?:\)\]\}',?)?\s*(?:[\w$.]{1,80}\s*\(\s*)?[\[{]")
_LOOKS_HAR = re.compile(
    rb'\{\s*"log"\s*:\s*\{|"entries"\s*:\s*\[\s*(?:\]|\{)|\A\s*\[\s*\{(?s:.*?)"request"\s*:\s*\{(?s:.*?)"(?:response|method)"'
)
_MAX_RECORDINGS = 10_000
_PACKED_FLOWS = "a compressed mitmproxy flow file: only HAR files are read compressed, expand it first"


@dataclass(frozen=True, slots=True)
class Input:
    """One recording to read: where it lies, and what it is.

    ``kind`` ``unusable`` stands for something a person named that cannot be
    read; ``problem`` says why.
    """

    path: str
    """The path as given, or the given folder joined with the file's place in it; ``-`` for standard input."""
    kind: Kind
    member: str | None = None
    """Name inside a zip archive."""
    compression: str | None = None
    """``gzip``, ``zstd``, ``zlib``, ``zip`` or None."""
    shared: bool = False
    """Whether the archive holds further recordings."""
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()
    """What of the archive around it was refused."""
    file: Path = field(default_factory=Path, repr=False)
    """Where the bytes are; standard input is kept in a private file for the run."""

    @property
    def name(self) -> str:
        """The path, with the member behind ``!`` where an archive holds several recordings."""
        return f"{self.path}!{self.member}" if self.member and self.shared else self.path


def find_inputs(paths: Iterable[str | os.PathLike[str]]) -> list[Input]:
    """Return the recordings that files, folders (with all below), globs and ``-`` name; sorted, each file once.

    Files of a folder that are no recordings are passed over; anything named
    itself that is none comes back as ``unusable`` with its problem.
    """
    found: dict[tuple[str, str], Input] = {}
    for given in paths:
        for source in _find_inputs_at(os.fspath(given)):
            key = (os.path.realpath(source.file) if source.file.name else source.path, source.member or "")
            found.setdefault(key, source)
    return sorted(found.values(), key=lambda source: (source.path, source.member or ""))


def sha256_of(source: Input) -> str:
    """Return the SHA-256 of a recording's bytes as they lie on disk; raise OSError when they cannot be read.

    One of several members of an archive has its name mixed in: they share the bytes.
    """
    with source.file.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    if source.shared and source.member is not None:
        digest.update(b"\0" + source.member.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _find_inputs_at(given: str) -> Iterator[Input]:
    path = Path(given)
    try:
        if given == "-":
            yield from _inspect("-", _keep_stream(sys.stdin.buffer), named=True)
        elif path.is_dir():
            yield from _walk_folder(given, path)
        elif path.is_file():
            yield from _inspect(given, path, named=True)
        elif path.exists():  # a pipe, as of `<(zcat x.har.gz)`: it can be read only once
            with path.open("rb") as file:
                yield from _inspect(given, _keep_stream(file), named=True)
        elif glob.has_magic(given) and (matches := sorted(glob.glob(given, recursive=True))):  # noqa: PTH207  keeps the path as given
            for match in matches:
                yield from _walk_folder(match, Path(match)) if Path(match).is_dir() else _inspect(match, Path(match))
        else:
            yield _unusable(given, "there is no such file or folder, nor does the pattern match any")
    except (OSError, ValueError):  # a path with a NUL is a ValueError
        yield _unusable(given, "it cannot be opened")


def _walk_folder(given: str, folder: Path) -> Iterator[Input]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            file = Path(root, name)
            if not file.is_file():  # pipes and sockets would block
                continue
            shown = Path(given, file.relative_to(folder)).as_posix()
            try:
                yield from _inspect(shown, file)
            except OSError:
                yield _unusable(shown, "it cannot be opened")


def _inspect(shown: str, file: Path, *, named: bool = False) -> Iterator[Input]:
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
        compression = compression_of(head)
        if compression == "zip":
            yield from _find_members(shown, file, opened, named=named)
            return
    if compression:
        with open_compressed(file, compression)[0] as stream:
            head = stream.read(_HEAD)
    kind = _detect_kind(head, shown, named=named)
    if kind == "flows" and compression:
        yield _unusable(shown, _PACKED_FLOWS)
    elif kind is not None:
        yield Input(shown, kind, compression=compression, file=file)
    elif named:
        reason = "the file is empty" if not head else "neither a HAR nor a mitmproxy flow file was found in it"
        yield _unusable(shown, reason)


def _detect_kind(head: bytes, name: str, *, named: bool) -> Literal["har", "flows"] | None:
    if (_FLOWS if named else _SURELY_FLOWS).match(head):
        return "flows"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head[:4:2] == b"\0\0" or head[1:4:2] == b"\0\0":
        head = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    head = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if _HAR_NAME.search(name):
        return "har"
    if _JSON.match(head) and (named or _LOOKS_HAR.search(head)):
        return "har"
    # A file that is called a flow file and begins like none is damaged: the reader says so.
    return "flows" if _FLOW_NAME.search(name) else None


def _find_members(shown: str, file: Path, opened: io.BufferedReader, *, named: bool) -> Iterator[Input]:
    called_har = named or _HAR_NAME.search(shown) is not None
    try:
        archive = open_zip(opened)
    except ArchiveError as problem:
        if called_har:
            yield _unusable(shown, str(problem))
        return
    kinds: dict[str, Literal["har", "flows"]] = {}
    for name in sorted(archive.members):
        # A Playwright archive holds bodies as files: what is called a recording wins over what looks like one.
        if _HAR_NAME.search(name) and not is_nested(name):
            kinds[name] = "har"
        elif _FLOW_NAME.search(name):
            kinds[name] = "flows"
    if not kinds:
        for name in sorted(archive.members):
            head = archive.read_head(name, _HEAD)
            kind = _detect_kind(head, name, named=False) if not is_nested(name) else None
            if kind:
                kinds[name] = kind
    nested = [name for name in archive.members if is_nested(name) and (not kinds or _HAR_NAME.search(name))]
    reasons = [*archive.refused, *("an archive inside the archive" for _ in nested)]
    notes = tuple(Problem("archive", f"{reason} was refused") for reason in sorted(set(reasons)))
    if not kinds:
        if called_har or notes:
            why = f": {notes[0].what}" if notes else ""
            yield _unusable(shown, f"no recording was found in the zip archive{why}")
        return
    shared = len(kinds) > 1
    for name, kind in list(kinds.items())[:_MAX_RECORDINGS]:
        if kind == "flows":
            yield _unusable(f"{shown}!{name}", _PACKED_FLOWS)
            continue
        yield Input(shown, kind, member=name, compression="zip", shared=shared, notes=notes, file=file)
        notes = ()


def _unusable(shown: str, reason: str) -> Input:
    return Input(shown, "unusable", problem=Problem("input", reason))


def _keep_stream(stream: BinaryIO) -> Path:
    """Keep what can be read only once in a private file until the program ends."""
    folder = Path(tempfile.mkdtemp(prefix="pixelwitness-"))  # mode 0700
    atexit.register(_remove, folder, os.getpid())
    kept = folder / "input"
    with kept.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    return kept


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked worker that ends must not take the file from the others
        shutil.rmtree(folder, ignore_errors=True)
