"""Compressed recordings as plain, bounded streams; zip archives as a list of safe members.

Owns the limits of compressed input: what it may expand to, how steeply, one level
deep.  Nothing is ever extracted to disk.  Must not know HAR or flows: it tells
compressions by their first bytes, not what is inside.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

MAX_EXPANDED = 1 << 30
MAX_RATIO = 100
RATIO_FLOOR = 10_000_000
"""Bytes of output up to which the ratio does not count: small files repeat themselves."""
MAX_MEMBERS = 20_000
MAX_DIRECTORY = 8 << 20
"""Bytes of a zip's central directory: a list that fills memory is an attack, too."""

_PIECE = 256 * 1024
_INPUT = 16 * 1024
_SLICE = 256
_ZSTD_WINDOW = 128 << 20  # `zstd --long`, the most that its own tool accepts unasked
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
_NESTED = (".gz", ".zst", ".zip", ".zhar", ".7z", ".tar", ".tgz", ".bz2", ".xz")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveError(Exception):
    """A compressed file cannot be used or read further; the message says what was found."""


def compression_of(head: bytes) -> str | None:
    r"""Tell the compression by the first bytes of a file: ``gzip``, ``zstd``, ``zip``, ``zlib`` or None.

    >>> compression_of(b"\x1f\x8b\x08"), compression_of(b'{"log":')
    ('gzip', None)
    """
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_ZSTD_FRAME) or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if len(head) > 2 and head[0] == 0x78 and (head[0] * 256 + head[1]) % 31 == 0:
        return "zlib"
    return None


class ExpandedStream(io.RawIOBase):
    """Pieces of expanded bytes as a file; what stops it early is kept in ``faults``, never raised."""

    def __init__(self, file: BinaryIO, pieces: Iterator[bytes], consumed: Callable[[], int]) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._file = file
        self._pieces = pieces
        self._consumed = consumed
        self._expanded = 0
        self._rest = b""

    def readable(self) -> bool:
        """Say yes: `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub wants any buffer
        """Fill the buffer with what comes next; 0 at the end or at the first fault."""
        if not self._rest:
            self._rest = self._next_piece()
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        """Close the compressed file as well."""
        self._file.close()
        super().close()

    def _next_piece(self) -> bytes:
        if self.faults:
            return b""
        try:
            piece = next(self._pieces, b"")
        except EOFError:
            self.faults.append("the compressed data ends early")
            return b""
        except Exception:
            # zlib, zipfile and zstandard share no class of error, and a damaged zip was seen to raise others.
            self.faults.append("the compressed data is damaged")
            return b""
        self._expanded += len(piece)
        if self._expanded > MAX_EXPANDED:
            self.faults.append(f"the compressed data expands to more than {MAX_EXPANDED} bytes")
        elif self._expanded > RATIO_FLOOR and self._expanded > MAX_RATIO * self._consumed():
            self.faults.append(f"the compressed data expands more than {MAX_RATIO} to 1")
        return b"" if self.faults else piece


def _zlib_pieces(file: BinaryIO, compression: str) -> Iterator[bytes]:
    window = zlib.MAX_WBITS | 16 if compression == "gzip" else zlib.MAX_WBITS
    decoder = zlib.decompressobj(window)
    data = b""
    while data or (data := file.read(_INPUT)):
        if decoder.eof:  # a further member of a gzip file; anything else behind the end is padding
            data += file.read(2)
            if compression != "gzip" or not data.startswith(b"\x1f\x8b"):
                return
            decoder = zlib.decompressobj(window)
        if piece := decoder.decompress(data, _PIECE):
            yield piece
        data = decoder.unconsumed_tail or decoder.unused_data
    while not decoder.eof and (piece := decoder.decompress(b"", _PIECE)):
        yield piece
    if not decoder.eof:
        raise EOFError


def _zstd_pieces(file: BinaryIO) -> Iterator[bytes]:
    # Imported here: few recordings are packed this way, and every start would pay for it.
    import zstandard

    # A decoder that says where a frame ends: `stream_reader` takes a file that was cut for a whole one.
    # It gets few bytes at a time: a block of four bytes may stand for 128 KiB.
    decoder = None
    data = b""
    while data or (data := file.read(_SLICE)):
        if decoder is None:
            data += file.read(8) if len(data) < 8 else b""
            if data[1:4] == b"\x2a\x4d\x18" and 0x50 <= data[0] <= 0x5F:
                data = _after_skippable(file, data)
                continue
            decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        if piece := decoder.decompress(data):
            yield piece
        data = decoder.unused_data if decoder.eof else b""
        decoder = None if decoder.eof else decoder
    if decoder is not None:
        raise EOFError


def _after_skippable(file: BinaryIO, data: bytes) -> bytes:
    size = 8 + int.from_bytes(data[4:8], "little")
    while len(data) < size:
        block = file.read(min(_PIECE, size - len(data)))
        if not block:
            raise EOFError
        size -= len(data)
        data = block
    return data[size:]


@dataclass
class ZipArchive:
    """A zip archive whose members can be read safely; ``refused`` says in words what cannot."""

    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def open(self, name: str) -> ExpandedStream:
        """Open a member as a bounded stream; raise `ArchiveError` when that is not possible."""
        try:
            file = self.archive.open(self.members[name])
        except Exception as problem:
            # Damaged headers raise BadZipFile, NotImplementedError, struct.error, RuntimeError …
            raise ArchiveError("the member of the archive cannot be opened") from problem
        # The directory's own claim: a lie makes the ratio too kind, the absolute limit still holds.
        compressed = max(1, self.members[name].compress_size)
        return ExpandedStream(cast(BinaryIO, file), iter(lambda: file.read(_PIECE), b""), lambda: compressed)

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a member's bytes, at most ``limit`` + 1; None when there is none or it is damaged."""
        if name not in self.members:
            return None
        try:
            with io.BufferedReader(stream := self.open(name)) as file:
                data = file.read(limit + 1)
        except ArchiveError:
            return None
        return None if stream.faults else data

    def read_head(self, name: str, size: int) -> bytes:
        """Return up to ``size`` first bytes of a member, empty when it is damaged."""
        try:
            with io.BufferedReader(self.open(name), size) as file:
                return file.read(size)
        except ArchiveError:
            return b""

    def close(self) -> None:
        """Close the archive."""
        self.archive.close()


def open_zip(file: BinaryIO) -> ZipArchive:
    """List the members of a zip archive; raise `ArchiveError` when it cannot be used at all."""
    if _directory_size(file) > MAX_DIRECTORY:
        raise ArchiveError(f"the zip archive lists more than {MAX_DIRECTORY} bytes of members")
    try:
        archive = zipfile.ZipFile(file)
    except Exception as problem:
        # zipfile raises BadZipFile, struct.error, NotImplementedError, UnicodeDecodeError … on hostile input.
        raise ArchiveError("the zip archive is damaged") from problem
    found = ZipArchive(archive)
    folded: set[str] = set()
    for info in archive.infolist()[:MAX_MEMBERS]:
        reason = None if info.is_dir() else _refusal(info, folded)
        if reason:
            found.refused.append(reason)
        elif not info.is_dir():
            folded.add(info.filename.casefold())
            found.members[info.filename] = info
    if len(archive.infolist()) > MAX_MEMBERS:
        found.refused.append(f"members after the first {MAX_MEMBERS}")
    return found


def is_nested(name: str) -> bool:
    """Say whether a member's name is that of an archive.

    >>> is_nested("a/b.har.gz"), is_nested("a/b.har")
    (True, False)
    """
    return name.lower().endswith(_NESTED)


def _refusal(info: zipfile.ZipInfo, folded: set[str]) -> str | None:
    # `orig_filename` is the name before zipfile cut it at a NUL.
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\0" in name:
        return "a member whose name leads out of the archive"
    if info.external_attr >> 16 & 0o170000 == 0o120000:
        return "a member that is a symbolic link"
    if info.flag_bits & 0x1:
        return "an encrypted member"
    if info.compress_type not in _METHODS:
        return "a member with a compression other than deflate"
    if info.filename.casefold() in folded:
        return "a second member of the same name"
    return None


def _directory_size(file: BinaryIO) -> int:
    """Return the size of the central directory as the end of the archive states it, before anything reads it."""
    file.seek(0, io.SEEK_END)
    start = max(0, file.tell() - 66_000)
    file.seek(start)
    tail = file.read(66_000)
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    big = tail.rfind(b"PK\x06\x07", 0, max(end, 0))
    if end >= 20 and big == end - 20:
        at = int.from_bytes(tail[big + 8 : big + 16], "little")
        file.seek(min(at, start + len(tail)))
        record = file.read(56)
        file.seek(0)
        size = max(size if size != 0xFFFFFFFF else 0, int.from_bytes(record[40:48], "little"))
    return size


def open_compressed(path: Path, compression: str | None) -> tuple[io.BufferedReader, list[str]]:
    """Open a file that may be compressed (not as zip): its plain bytes, and the list that faults go to."""
    file = path.open("rb")
    if compression is None:
        return file, []
    pieces = _zstd_pieces(file) if compression == "zstd" else _zlib_pieces(file, compression)
    stream = ExpandedStream(file, pieces, file.tell)
    return io.BufferedReader(stream, _PIECE), stream.faults
