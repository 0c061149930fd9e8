"""The reader of HAR files: from a file to a `Reading`.

Owns what stands around the entries: the wrappers of a HAR (JSONP, a byte order
mark, no ``log``, a bare list), the keys before and behind the entries, and what
the whole of a recording says about its exporter and cookies.  Reads front to
back in one pass with flat memory and raises nothing on hostile input.
"""

import re
from collections.abc import Iterator
from typing import Any

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.exchange import Exchange, Reading
from pixelwitness.core.wire.json_text import Json, NotJsonError
from pixelwitness.sources.files.archives import ArchiveError
from pixelwitness.sources.files.inputs import Input
from pixelwitness.sources.files.recording_file import OpenRecording, open_recording
from pixelwitness.sources.har.entry_decoding import decode_leniently
from pixelwitness.sources.har.entry_exchange import network_url, reference
from pixelwitness.sources.har.entry_filter import EntryFilter, ProblemList
from pixelwitness.sources.har.entry_list import EntryList
from pixelwitness.sources.har.text_window import WINDOW, TextWindow

_MAX_GARBAGE = 64 * 1024
_RECOVERY = 1 << 20
_MAX_NAME = 200
_MAX_PAGES = 100_000
_CALLBACK = re.compile(rb"[\w$.]{1,80}\s*\(\s*")
_DOCUMENT_START = re.compile(rb"[\[{](?=\s*[\"{])")
_ENTRIES = re.compile(rb'"entries"\s*:\s*\[')
_KEYS_KEPT = frozenset({"creator", "browser", "pages"})


def read_har(source: Input, screen: Screen, *, fast: bool = True, window: int = WINDOW) -> Reading:
    """Read one HAR; what the screen wants comes out of ``exchanges``, all else is counted while they are iterated.

    ``fast`` False reads every entry by itself, leniently; ``window`` is the
    number of bytes looked at in one go.  Neither changes what comes out.
    """
    reading = Reading(exchanges=iter(()), kind="har")
    reading.exchanges = _exchanges(source, screen, reading, fast=fast, window=window)
    return reading


def _exchanges(source: Input, screen: Screen, reading: Reading, *, fast: bool, window: int) -> Iterator[Exchange]:
    if source.problem is not None:
        reading.problems.append(source.problem)
        reading.complete = False
        return
    problems = ProblemList(reading)
    try:
        with open_recording(source) as opened:
            yield from _DocumentReader(opened, screen, reading, problems, fast=fast, window=window).read()
            for fault in opened.faults:
                problems.add("file", fault, always=True)
                reading.complete = False
    except ArchiveError as problem:
        problems.add("file", str(problem), always=True)
        reading.complete = False
    except OSError:
        problems.add("file", "it cannot be opened or read to its end", always=True)
        reading.complete = False
    problems.finish()


class _DocumentReader:
    """Walks through the keys around the entries."""

    def __init__(
        self, opened: OpenRecording, screen: Screen, reading: Reading, problems: ProblemList, *, fast: bool, window: int
    ) -> None:
        self._reading = reading
        self._problems = problems
        self._window = TextWindow(opened.stream, window)
        self._filter = EntryFilter(screen, reading, problems, opened.attachment)
        self._entries = EntryList(self._window, self._filter, reading, problems, fast=fast)
        self._lists = 0
        self._wrapped = False
        self._has_pages = False
        self._creator = ""

    def read(self) -> Iterator[Exchange]:
        """Yield the exchanges of the document and fill in the rest of the reading."""
        start = self._find_start()
        if start == b"[":
            self._lists = 1
            yield from self._entries.read()
        elif start == b"{":
            yield from self._read_object(in_log=False)
        if not self._lists and self._reading.complete:
            self._problems.add(f"line {self._window.line}", "no list of entries was found (log.entries)")
            # A whole document that holds no requests is read whole; what is no document is not.
            self._reading.complete = start == b"{"
        if not start:
            self._reading.complete = False
        elif self._reading.complete:
            self._check_tail()
        self._reading.cookies_recorded = self._cookies_recorded()

    def _find_start(self) -> bytes:
        """Pass what may stand before the document: white space, a JSONP callback, a guard against inclusion."""
        window = self._window
        first = window.skip_blank()
        if first not in (b"{", b"["):
            window.reach(_MAX_GARBAGE)
            if callback := _CALLBACK.match(window.data, window.at):
                self._wrapped = True
                window.move(callback.end())
            elif start := _DOCUMENT_START.search(window.data, window.at, window.at + _MAX_GARBAGE):
                self._problems.add("line 1", "text before the JSON document was passed over")
                window.move(start.start())
            first = window.skip_blank()
        if first in (b"{", b"["):
            window.move(window.at + 1)
            return first
        return b""

    def _read_object(self, *, in_log: bool) -> Iterator[Exchange]:
        """Walk through an object's keys up to its end; the window stands behind its brace."""
        window = self._window
        while self._reading.complete:
            following = window.skip_blank()
            if following == b"}":
                window.move(window.at + 1)
                return
            key = self._read_key()
            if key is None:
                if not self._lists and self._skip_to_entries():
                    yield from self._entries.read()
                    continue
                self._incomplete("the file ends early" if not following else "the JSON around the entries is broken")
                return
            value = window.skip_blank()
            if key == "entries" and value == b"[":
                # Of a key that comes twice the last one would win, but evidence has been read by then: both count.
                self._lists += 1
                window.move(window.at + 1)
                yield from self._entries.read()
            elif key == "log" and value == b"{" and not in_log:
                window.move(window.at + 1)
                yield from self._read_object(in_log=True)
            else:
                self._read_value(key)

    def _read_key(self) -> str | None:
        """Read a key and its colon; None when there is none."""
        window = self._window
        if window.skip_blank() != b'"' or (end := window.find_value_end()) is None:
            return None
        text = window.data[window.at : end]
        window.move(end)
        if window.skip_blank() != b":":
            return None
        window.move(window.at + 1)
        try:
            return str(decode_leniently(text))
        except NotJsonError:
            return ""

    def _skip_to_entries(self) -> bool:
        """Go to a list of entries farther on in the window, over JSON that is broken before it."""
        window = self._window
        window.reach(_RECOVERY)
        entries = _ENTRIES.search(window.data, window.at, window.at + _RECOVERY)
        if entries is None:
            return False
        self._problems.add(f"line {window.line}", "the JSON before the entries is broken")
        window.move(entries.end())
        self._lists += 1
        return True

    def _read_value(self, key: str) -> None:
        """Pass over the value of a key; keep what it states about the recording."""
        window = self._window
        end = window.find_value_end()
        if end is None or end == window.at:
            cut = window.ended or not window.data[window.at :]
            self._incomplete("the file ends early" if cut else "a value beside the entries is too large")
            return
        text = window.data[window.at : end] if key in _KEYS_KEPT else b""
        window.move(end)
        if text:
            try:
                self._note_value(key, decode_leniently(text))
            except NotJsonError:
                self._problems.add(f"line {window.line}", f"{key} is not JSON")

    def _note_value(self, key: str, value: Json) -> None:
        if key == "pages":
            self._has_pages = True
            for page in value[:_MAX_PAGES] if isinstance(value, list) else ():
                self._note_page(page)
        elif isinstance(value, dict):
            parts = [part[:_MAX_NAME] for name in ("name", "version") if isinstance(part := value.get(name), str)]
            program = " ".join(part.strip() for part in parts if part.strip())
            if key == "creator":
                self._creator = program
            if program:
                known = self._reading.exporter
                self._reading.exporter = f"{known}, {program}" if known and known != program else program

    def _note_page(self, page: Json) -> None:
        if not isinstance(page, dict) or (name := reference(page.get("id"))) is None:
            return
        for key in ("_url", "_URL", "url", "title"):
            url = page.get(key)
            if _is_web(url):
                self._reading.pages[name] = str(url).strip()
                return

    def _cookies_recorded(self) -> bool:
        """Say whether a missing cookie means that none was sent."""
        if self._filter.cookie_seen or not self._entries.position:
            return True
        if self._creator.startswith("WebInspector"):
            return False  # DevTools leave out every cookie unless told otherwise
        # Playwright's minimal mode lists no pages, and no cookies either.
        return not (self._creator.startswith("Playwright") and not self._has_pages)

    def _check_tail(self) -> None:
        window = self._window
        following = window.skip_blank()
        while following and following in b");\0":
            window.move(window.at + 1)
            following = window.skip_blank()
        if not following:
            return
        rest = "another JSON document" if following in b"{[" else "text"
        self._problems.add(f"line {window.line}", f"{rest} behind the end of the HAR was not read")
        if following in b"{[":
            self._reading.complete = False

    def _incomplete(self, reason: str) -> None:
        self._problems.add(f"line {self._window.line}", reason, always=True)
        self._reading.complete = False


def _is_web(url: Any) -> bool:
    return isinstance(url, str) and url.strip()[:4].lower() == "http" and bool(network_url(url))
