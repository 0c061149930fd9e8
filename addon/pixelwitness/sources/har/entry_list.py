"""The list of entries of a HAR, read in runs of many entries where the file allows it, one by one where not.

Owns the fast path, the tolerant path and the change between them.  A run is decoded
from a known boundary to a guessed one: if it decodes as a list, the guess was right,
for no JSON list ends inside a string or a bracket.  After the decoding both paths are
the same.  Must not know the keys around the list.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec

from pixelwitness.core.wire.exchange import Exchange, Reading
from pixelwitness.sources.har.entry_decoding import Entry, decode_entry, decode_run, split_entries
from pixelwitness.sources.har.entry_filter import EntryFilter, ProblemList
from pixelwitness.sources.har.text_window import MAX_VALUE, TextWindow, find_value_end, read_thinned

MAX_ENTRIES = 2_000_000
_GUESSES = 3
_GOES_ON = re.compile(rb"\s*(?:,\s*\{|\]|\Z)")
"""What follows an entry that ended where it should."""
_MAX_PATIENCE = 1024
_AHEAD = 1_000
_RECOVERY = 1 << 20
"""Bytes in which a whole entry is looked for behind a broken one.

Fixed, as all that decides how a broken file is read: the size of the window must not show.
"""
_MAX_RECOVERIES = 1_000
_SEPARATOR = re.compile(rb'\}\s{0,200},\s{0,200}\{\s{0,200}"[^"\\]{1,60}"')
_MAX_SEPARATORS = 8
_MAX_RESTARTS = 64
_FIRST_KEYS = (
    rb"startedDateTime",
    rb"pageref",
    rb"request",
    rb"_initiator",
    rb"_connectionId",
    rb"_fromCache",
    rb"cache",
)


class EntryBoundaries:
    """Guesses where runs of entries end, from the text that separated earlier entries."""

    def __init__(self) -> None:
        self._separators: list[bytes] = []

    def learn(self, data: bytes, end: int) -> None:
        """Note what separates the entry that ends at ``end`` from the next."""
        separator = _SEPARATOR.match(data, end - 1)
        if separator and separator[0] not in self._separators and len(self._separators) < _MAX_SEPARATORS:
            self._separators.append(separator[0])

    def before(self, data: bytes, start: int, stop: int) -> int | None:
        """Return the last offset between the two behind which an entry may end, None when none is seen."""
        best = -1
        for separator in self._separators:
            # No candidate before the best one helps.
            best = max(best, data.rfind(separator, max(start, best), stop))
        return best + 1 if best >= start else None

    def restarts(self, data: bytes) -> Iterator[int]:
        """Yield offsets where an entry may begin again behind a broken one, the first few."""
        # Only the first separator: the others depend on how much was read in runs.
        known = [re.escape(separator.split(b'"')[1]) for separator in self._separators[:1]]
        pattern = re.compile(rb',\s*(?=\{\s*"(?:' + b"|".join([*_FIRST_KEYS, *known]) + rb')"\s*:)')
        return (start.end() for start in islice(pattern.finditer(data, 1), _MAX_RESTARTS))


class EntryList:
    """Reads one list of entries; the window stands behind its bracket before, and behind its end after."""

    def __init__(
        self,
        window: TextWindow,
        entry_filter: EntryFilter,
        reading: Reading,
        problems: ProblemList,
        *,
        fast: bool = True,
    ) -> None:
        self._window = window
        self._filter = entry_filter
        self._reading = reading
        self._problems = problems
        self._fast = fast
        self._boundaries = EntryBoundaries()
        self._patience = 1
        """Entries to be read one by one before the next guess; doubled by every failure."""
        self._recoveries = 0
        self.position = 0
        """0-based position of the next entry."""

    def read(self) -> Iterator[Exchange]:
        """Yield the exchanges of all entries up to the end of the list or of the text."""
        window = self._window
        alone = 1
        while True:
            following = window.skip_blank()
            if not following:
                self._stop(f"the file ends behind entry {self.position - 1}" if self.position else "no entry is whole")
                return
            if following == b"]":
                window.move(window.at + 1)
                return
            if following in b"})":
                if self._step_over_bracket():
                    continue
                return  # the bracket is missing: the brace ends what is around the list
            if self.position >= MAX_ENTRIES:
                self._stop(f"only the first {MAX_ENTRIES} entries were read")
                return
            if self._fast and alone == 0:
                run = self._next_run()
                if run is not None:
                    yield from run
                    self._patience = 1
                    continue
                self._patience = min(2 * self._patience, _MAX_PATIENCE)
                alone = self._patience
            alone = max(0, alone - 1)
            entry = self._next_entry()
            if entry is not None:
                yield from entry
            elif not self._reading.complete:
                return

    def _next_run(self) -> Iterable[Exchange] | None:
        """Decode as many entries as the window holds; None when no guess was right."""
        window = self._window
        window.fill()
        start, stop = window.at, len(window.data)
        for _ in range(_GUESSES):
            end = self._boundaries.before(window.data, start, stop)
            if end is None:
                return None
            text = b"".join((b"[", memoryview(window.data)[start:end], b"]"))
            entries = decode_run(text)
            if entries is not None:
                if self.position + len(entries) > MAX_ENTRIES:
                    return None  # one by one up to the limit
                return self._pass_run(entries, text, end)
            stop = end - 1
        return None

    def _pass_run(self, entries: list[Entry], text: bytes, end: int) -> Iterator[Exchange]:
        line, first = self._window.line, self.position
        # Moved on before anything is yielded: whoever stops iterating leaves a sound state.
        self._window.move(end)
        self.position += len(entries)
        self._filter.look_for_cookies(text)
        yield from self._filter.exchanges(entries, first, _line_finder(text, line))

    def _next_entry(self) -> Iterable[Exchange] | None:
        """Read one entry by itself; None when it was left out, or when the list ends here."""
        window = self._window
        end = window.find_value_end()
        if end is None:
            return self._unfinished()
        size = max(1, end - window.at)
        window.reach(size + _AHEAD)
        start, line = window.at, window.line
        end = start + size
        text = window.data[start:end]
        entry = decode_entry(text, strict=self._fast)
        if entry is None:
            # Not JSON: a stray quote may have swallowed its neighbours, a stray bracket have ended it too early.
            whole = _GOES_ON.match(window.data[end : end + _AHEAD]) is not None
            self._skip_broken(self._restart(size if whole else size + _RECOVERY), size)
            return None
        self._boundaries.learn(window.data, end)
        return self._pass_entry(entry, text, end, line)

    def _pass_entry(self, entry: Entry, text: bytes, end: int, line: int) -> Iterable[Exchange]:
        position = self.position
        self.position += 1
        self._window.move(max(end, self._window.at + 1))
        self._filter.look_for_cookies(text)
        return self._filter.exchanges([entry], position, lambda _: line)

    def _unfinished(self) -> Iterable[Exchange] | None:
        """Read an entry whose end is not in the window: it is broken, cut off, or too large to be kept whole."""
        window = self._window
        line = window.line
        restart = self._restart(MAX_VALUE)
        if restart is not None:
            self._skip_broken(restart, 0)
            return None
        if window.ended:
            self._stop(f"the file ends inside entry {self.position}")
            window.move(len(window.data))
            return None
        text = read_thinned(window)
        if text is None and window.ended and window.at >= len(window.data):
            self._stop(f"the end of entry {self.position} was not found", line)
            return None
        entry = decode_entry(text) if text is not None else None
        if text is None or entry is None:
            self._problems.add(f"line {line}", f"entry {self.position} is too large to be read")
            self._reading.tally.rejected += 1
            self.position += 1
            return None
        position = self.position
        self.position += 1
        return self._filter.exchanges([entry], position, lambda _: line)

    def _step_over_bracket(self) -> bool:
        """Step over a stray bracket when a whole entry follows it."""
        restart = self._restart(_RECOVERY)
        if restart is not None:
            self._window.move(self._window.at + restart)
        return restart is not None

    def _restart(self, reach: int) -> int | None:
        """Return how many bytes ahead a whole entry begins again behind a broken one, both within reach."""
        window = self._window
        if self._recoveries >= _MAX_RECOVERIES:
            return None
        self._recoveries += 1
        window.reach(reach)
        data = window.data[window.at : window.at + reach]
        for at in self._boundaries.restarts(data):
            end = find_value_end(data, at)
            entry = decode_entry(data[at:end]) if end is not None else None
            if entry is not None and entry.request is not None and isinstance(entry.request.url, str):
                return at
        return None

    def _skip_broken(self, restart: int | None, size: int) -> None:
        """Count a broken entry as lost and step behind it: to where an entry begins again, else behind its bytes."""
        window = self._window
        stop = window.at + (restart or size)
        self._problems.add(f"line {window.line}", f"entry {self.position} is not JSON and was left out")
        if window.data.find(b'"request"', window.at, stop) >= 0:
            self._reading.tally.rejected += 1
        else:
            self._reading.tally.not_requests += 1
        self.position += 1
        window.move(stop)

    def _stop(self, reason: str, line: int | None = None) -> None:
        self._problems.add(f"line {line or self._window.line}", reason, always=True)
        self._reading.complete = False


def _line_finder(text: bytes, line: int) -> Callable[[int], int]:
    """Return a function from the index of an entry in a run to its 1-based line, for a run that starts on ``line``.

    Without a line end inside there is nothing to find; else the run is split
    once, when the first line is asked for.
    """
    if b"\n" not in text:
        return lambda _: line
    starts: list[int] = []

    def line_of(index: int) -> int:
        if not starts:
            starts.extend(_find_starts(text, split_entries(text)))
        return line + text.count(b"\n", 0, starts[index])

    return line_of


def _find_starts(text: bytes, spans: list[msgspec.Raw]) -> Iterator[int]:
    at = 0
    for span in spans:
        at = text.index(b"{", at)  # between entries stand white space and commas alone
        yield at
        at += len(span)
