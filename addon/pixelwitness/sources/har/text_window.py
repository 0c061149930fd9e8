"""The text of a HAR behind a window that slides over it: bytes, line numbers, and where a JSON value ends.

Owns the decoding of UTF-16, the window and its size, the exact end of a value (strings
and brackets respected) and the cutting of a value too large to be kept.  Must not know
what an entry is.
"""

import codecs
import re
from typing import BinaryIO

WINDOW = 128 * 1024
"""Bytes looked at in one go: what stays in the processor's cache is decoded fastest."""
MAX_VALUE = 16 << 20
"""Bytes of one entry that are kept whole; of a larger one the longest strings are cut."""
MAX_NESTING = 50_000
"""Brackets open at once beyond which the end of a value is not looked for."""
MAX_STRING = 13 << 20
"""Bytes of a string kept of such an entry: more than `BODY_LIMIT` however it is escaped."""

# A string; an object or list without another inside, whose brackets cancel; else one bracket.
_TOKEN = re.compile(
    rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
    rb'|\{(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+\}|\[(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+\]|[\[\]{}]',
    re.DOTALL,
)
_SCALAR_END = re.compile(rb"[\s,\]}]")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_MARK = re.compile(rb'["\[\]{}]')
_UNITS = re.compile(rb'(?:[^"\\]++|\\u[0-9a-fA-F]{4}|\\[^u]|\\u(?=.{4}))*+', re.DOTALL)
_BLANK = re.compile(rb"[\s,]*")
_FEW_LINES = 128


class TextWindow:
    """A view that slides over a stream of UTF-8 or UTF-16 text; ``data`` from ``at`` on is unread."""

    def __init__(self, stream: BinaryIO, size: int = WINDOW) -> None:
        self.data = b""
        self.at = 0
        self.line = 1
        """1-based line of ``at``."""
        self.ended = False
        self._stream = stream
        self._size = size
        self._decoder: codecs.IncrementalDecoder | None = None
        self._start()

    def _start(self) -> None:
        head = self._stream.read(4)
        while 0 < len(head) < 4 and (more := self._stream.read(4 - len(head))):
            head += more
        coding = None
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            coding = "utf-16"
        elif head[1:4:2] == b"\0\0":
            coding = "utf-16-le"
        elif head[0:3:2] == b"\0\0":
            coding = "utf-16-be"
        if coding:
            self._decoder = codecs.getincrementaldecoder(coding)("replace")
        self.data = self._text(head).removeprefix(codecs.BOM_UTF8)
        self.fetch()

    def _text(self, data: bytes) -> bytes:
        return data if self._decoder is None else self._decoder.decode(data).encode("utf-8", "replace")

    def fetch(self) -> bool:
        """Drop what is read and fetch as many bytes as are unread, at least a window; False at the end."""
        rest = self.data[self.at :]
        fetched = self._stream.read(max(self._size, len(rest)))
        if not fetched:
            self.ended = True
            if self._decoder is not None:
                fetched, self._decoder = self._decoder.decode(b"", final=True).encode("utf-8", "replace"), None
        else:
            fetched = self._text(fetched)
        self.data = rest + fetched
        self.at = 0
        return not self.ended

    def fill(self) -> None:
        """Have at least a window unread, or all there is."""
        self.reach(self._size)

    def reach(self, size: int) -> None:
        """Have at least ``size`` bytes unread, or all there is."""
        while not self.ended and len(self.data) - self.at < size:
            self.fetch()

    def move(self, at: int) -> None:
        """Go on to an offset of ``data``."""
        self.line += count_newlines(self.data, self.at, at)
        self.at = at

    def abandon(self) -> None:
        """Treat the rest of the text as if it were not there."""
        self.data, self.at, self.ended = b"", 0, True

    def skip_blank(self) -> bytes:
        """Pass white space and commas; return the byte that follows, empty at the end."""
        while True:
            blank = _BLANK.match(self.data, self.at)
            self.move(blank.end() if blank else self.at)
            if self.at < len(self.data) or not self.fetch():
                return self.data[self.at : self.at + 1]

    def find_value_end(self) -> int | None:
        """Return the offset behind the value that starts at ``at``; None when the text or the limit ends first."""
        while True:
            end = find_value_end(self.data, self.at, ended=self.ended)
            if end is not None:
                return end
            if self.ended or len(self.data) - self.at > MAX_VALUE:
                return None
            self.fetch()


def count_newlines(data: bytes, start: int, stop: int) -> int:
    """Count line ends; where they are few, as in most recordings, searching is faster than counting."""
    for count in range(_FEW_LINES):
        start = data.find(b"\n", start, stop) + 1
        if not start:
            return count
    return _FEW_LINES + data.count(b"\n", start, stop)


def find_value_end(data: bytes, start: int, *, ended: bool = True) -> int | None:
    r"""Return the offset behind the JSON value that starts at ``start``; None when it is not all there.

    >>> find_value_end(b'{"a": "}\\""} , 1', 0), find_value_end(b'[1, {"a": "', 0), find_value_end(b'12, "x"', 0)
    (12, None, 2)
    """
    first = data[start : start + 1]
    if first == b'"':
        string = _STRING.match(data, start)
        return string.end() if string else None
    if first not in (b"{", b"["):
        following = _SCALAR_END.search(data, start)
        return following.start() if following else (len(data) if ended else None)
    depth = 0
    for token in _TOKEN.finditer(data, start):
        begin, end = token.span()
        if end - begin == 1 and data[begin] != 0x22:
            depth += 1 if data[begin] in b"[{" else -1
        if depth <= 0:
            return end
        if depth > MAX_NESTING:
            return None
    return None


def read_thinned(window: TextWindow, limit: int = MAX_VALUE, string_limit: int = MAX_STRING) -> bytes | None:
    """Read a value too large to be kept and return it with its longest strings cut.

    The window stands behind the value afterwards; at the end of the text when
    that comes first, or when the value nests too deep to look for its end.  None
    then, and when even the cut value is larger than twice the limit.
    """
    kept = bytearray()
    depth = 0
    length = -1  # bytes seen of the present string, -1 outside of one
    while True:
        data, at = window.data, window.at
        while True:
            if length < 0:
                mark = _MARK.search(data, at)
                end = mark.end() if mark else len(data)
                kept += data[at:end]
                at = end
                if mark is None:
                    break
                if mark[0] == b'"':
                    length = 0
                    continue
                depth += 1 if mark[0] in b"[{" else -1
                if depth <= 0:
                    window.move(at)
                    return bytes(kept) if len(kept) <= 2 * limit else None
                if depth > MAX_NESTING:
                    window.abandon()
                    return None
            else:
                end = _units_end(data, at)
                room = max(0, string_limit - length)
                kept += data[at:end] if end - at <= room else data[at : at + _units_end(data[at : at + room], 0)]
                length += end - at
                at = end
                if data[at : at + 1] != b'"':
                    break
                kept += b'"'
                at += 1
                length = -1
            if len(kept) > 2 * limit:
                del kept[2 * limit + 1 :]  # too large for good: only the end is still looked for
        window.move(at)
        if not window.fetch():
            window.move(len(window.data))
            return None


def _units_end(data: bytes, at: int) -> int:
    """Return where the string's content ends: at its quote, or before an escape that is not all there."""
    units = _UNITS.match(data, at)
    return units.end() if units else at
