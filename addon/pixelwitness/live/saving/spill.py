"""The spill: finished records in a file beside the database, for when the database cannot take them.

Owns the format of that file and that what was written to it is found again: frames
of ``<u32 length><u32 CRC-32><MessagePack>``, one for each batch, after a first one
that names the key and the schema.  Knows records; no queue, no SQLite.
"""

import contextlib
import errno
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path

import msgspec

from pixelwitness.core.exposure import records
from pixelwitness.store import row_mapping, schema
from pixelwitness.store.errors import StoreError, refused_by_system
from pixelwitness.store.migrations import added_to

MOST_BYTES = 1 << 30
"""Beyond this a spill takes nothing more."""

_FRAME = struct.Struct("<II")
_WINDOW = 1 << 20
_AT_A_TIME = 256
"""Batches that are made into bytes at a time."""
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

type Batch = tuple[records.AnyRecord, ...]


class _Head(msgspec.Struct, frozen=True):
    """The first frame: whose records these are."""

    program: str
    schema: int
    key_fingerprint: str


_encode = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(_Head).decode
_decode_batch = msgspec.msgpack.Decoder(tuple[records.AnyRecord, ...]).decode
_decode_dicts = msgspec.msgpack.Decoder(list[dict[str, object]]).decode
_PROGRAM = "pixelwitness spill"


def spill_file(database: Path) -> Path:
    """Return where the spill of a database lies.

    >>> spill_file(Path("pixelwitness.sqlite")).name
    'pixelwitness.sqlite.spill'
    """
    return database.with_name(f"{database.name}.spill")


class Spill:
    """The spill of one database: batches go in at its end and are taken from its front, in order.

    For one thread at a time.  The file is there only while it holds something.  What another
    process left behind is taken up where it ends; a frame that was cut by its death, and so
    never confirmed, is left out.
    """

    def __init__(self, database: Path, key_fingerprint: str, most_bytes: int = MOST_BYTES) -> None:
        """Take up the spill of a database, where there is one.

        Errors: `StoreError` when the file belongs to another study or a newer pixelwitness; it is left as it is.
        """
        self.path = spill_file(database)
        self.damaged = 0
        """Batches that could not be read again."""
        self.was_cut = False
        """The file that was found ended inside a frame."""
        self._head = _framed(_encode(_Head(_PROGRAM, schema.VERSION, key_fingerprint)))
        self._fingerprint = key_fingerprint
        self._most = most_bytes
        self._file: int | None = None
        self._end = self._taken = 0
        try:
            self._take_up()
        except BaseException:
            self.close()
            raise

    @property
    def is_pending(self) -> bool:
        """Say whether it holds what was not taken yet."""
        return self._taken < self._end

    @property
    def end(self) -> int:
        """Where the next batch will lie, in bytes from the start of the file."""
        return self._end

    def append(self, batches: Sequence[Batch]) -> None:
        """Write batches and have the disk confirm them: all or none.

        Errors: `StoreError` when there is no room or nothing can be written.
        """
        try:
            if self._file is None:
                self._make()
            before = self._end
            try:
                for part in batched(batches, _AT_A_TIME):
                    self._write(b"".join(map(_framed, map(_packed, part))))
                os.fsync(self._opened())
            except (OSError, StoreError):
                self._cut(before)
                if not self.is_pending:
                    self._clear()
                raise
        except OSError as error:
            raise StoreError(self.path, error.strerror or type(error).__name__, "make room beside it") from error

    def read(self, most_records: int) -> tuple[list[Batch], int]:
        """Return the batches at the front, about so many records, and the place behind them for `release`."""
        group: list[Batch] = []
        at, found = self._taken, 0
        try:
            for payload, end in self._frames(self._taken):
                at = end
                batch = None if payload is None else _batch(payload)
                if batch is None:
                    self.damaged += 1
                    continue
                group.append(batch)
                found += len(batch)
                if found >= most_records:
                    break
        except OSError as error:
            raise refused_by_system(error, self.path) from error
        return group, at

    def release(self, place: int) -> None:
        """Note that what lies before a place is in the database; when that is all, remove the file."""
        self._taken = max(self._taken, min(place, self._end))
        if not self.is_pending:
            self._clear()

    def move(self, database: Path) -> None:
        """Go on beside another database, with what was not taken yet.

        Errors: `StoreError`; then everything stays as it was.
        """
        if self._file is None:
            self.path = spill_file(database)
            return
        new = Spill(database, self._fingerprint, self._most)
        try:
            if new._file is None:
                new._make()
            at = self._taken
            while piece := os.pread(self._file, min(_WINDOW, self._end - at), at):
                new._write(piece)
                at += len(piece)
            os.fsync(new._opened())
        except OSError as error:
            new.close()
            raise refused_by_system(error, new.path) from error
        self._clear()
        self.path, self._file, self._end, self._taken = new.path, new._file, new._end, new._taken

    def close(self) -> None:
        """Let go of the file; what it holds waits for the next start."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    # The file ----------------------------------------------------------------

    def _take_up(self) -> None:
        try:
            self._file = os.open(self.path, _FLAGS)
            self._end = os.fstat(self._file).st_size
        except FileNotFoundError:
            return
        except OSError as error:
            raise refused_by_system(error, self.path) from error
        place = 0
        for payload, end in self._frames(0):
            if place == 0:
                self._check(payload)
                self._taken = end
            place = end
        if place == 0 and not self._head.startswith(os.pread(self._file, len(self._head), 0)):
            raise self._foreign()
        if place < self._end:
            # Written while its process died; behind it nothing can be told from chance.
            self.was_cut = True
            os.ftruncate(self._file, place)
            self._end = place
        if not self.is_pending:
            self._clear()

    def _check(self, payload: bytes | None) -> None:
        try:
            head = None if payload is None else _decode_head(payload)
        except (msgspec.DecodeError, ValueError):
            head = None
        if head is None or head.program != _PROGRAM:
            raise self._foreign()
        if head.schema > schema.VERSION:
            raise StoreError(self.path, "a newer pixelwitness made it", "start that version once, it takes it in")
        if head.key_fingerprint != self._fingerprint:
            right = "name the key file that belongs to it, or move it away"
            raise StoreError(self.path, "its tokens were made under another key than those of the database", right)

    def _foreign(self) -> StoreError:
        return StoreError(self.path, "it is no spill of pixelwitness, or damaged", "move it away")

    def _make(self) -> None:
        self._file = os.open(self.path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
        self._end = self._taken = 0
        try:
            self._write(self._head)
        except OSError:
            self._clear()
            raise
        self._taken = self._end
        # Without its name on the disk, too, the file would not outlive a power cut.
        with contextlib.suppress(OSError):
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _write(self, data: bytes) -> None:
        if self._end + len(data) > self._most:
            raise StoreError(self.path, f"it holds {self._end:,} bytes", "free the database: more is not kept here")
        remaining = memoryview(data)
        while remaining:
            written = os.write(self._opened(), remaining)
            self._end += written
            remaining = remaining[written:]

    def _cut(self, place: int) -> None:
        with contextlib.suppress(OSError):
            os.ftruncate(self._opened(), place)
            self._end = place

    def _clear(self) -> None:
        # Emptied before it is removed: records of now must never be followed by those of before.
        with contextlib.suppress(OSError):
            os.ftruncate(self._opened(), 0)
            os.fsync(self._opened())
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(self._opened()), self.path.stat()):
                self.path.unlink()
        self.close()
        self._end = self._taken = 0

    def _frames(self, at: int) -> Iterator[tuple[bytes | None, int]]:
        """Yield each whole frame from a place on, None for one that is damaged, and the place behind it."""
        file = self._opened()
        while at + _FRAME.size <= self._end:
            length, checksum = _FRAME.unpack(os.pread(file, _FRAME.size, at))
            start, at = at + _FRAME.size, at + _FRAME.size + length
            if at > self._end:
                return
            payload = os.pread(file, length, start)
            yield (payload if zlib.crc32(payload) == checksum else None), at

    def _opened(self) -> int:
        if self._file is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._file


def _framed(payload: bytes) -> bytes:
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def _packed(batch: Batch) -> bytes:
    try:
        return _encode(batch)
    except UnicodeEncodeError:
        # Text that no UTF-8 can hold: in the form in which the database would take it.
        return _encode(tuple(map(_storable, batch)))


def _storable(record: records.AnyRecord) -> records.AnyRecord:
    values: dict[str, object] = {
        name: row_mapping.to_db(value)
        for name, value in msgspec.structs.asdict(record).items()
        if isinstance(value, str)
    }
    if isinstance(record, records.Amendment):
        values["values"] = {name: row_mapping.to_db(value) for name, value in record.values.items()}
    return msgspec.structs.replace(record, **values)


def _batch(payload: bytes) -> Batch | None:
    try:
        return _decode_batch(payload)
    except (msgspec.DecodeError, ValueError):
        return _older_batch(payload)


def _older_batch(payload: bytes) -> Batch | None:
    """Return a batch that an older program spilled, each record with the columns that it did not know yet."""
    try:
        found = _decode_dicts(payload)
        whole = [{**added_to(str(record.get("type"))), **record} for record in found]
        batch: Batch = msgspec.convert(whole, tuple[records.AnyRecord, ...])
    except (msgspec.DecodeError, ValueError):
        return None
    return batch
