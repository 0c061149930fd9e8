"""The writer: brings finished records into the store while the proxy runs.

Owns the queue between the event loop and the database, the grouping of commits,
and that what waits is on a disk soon, whatever the database does: one thread
commits, another one spills what has waited too long.  `Writer.put` never waits;
what cannot be taken is counted as dropped, never lost in silence.  Knows records,
something that stores them and the spill; no traffic.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pixelwitness.core.exposure import records
from pixelwitness.live.saving.spill import Batch, Spill
from pixelwitness.store.errors import StoreError

MOST_WAITING = 10_000
"""Batches (what one request gave) that may wait in memory."""
ENOUGH = 100
"""Batches whose arrival ends the wait for more; a transaction costs as much as the rows of several."""
MOST_IN_GROUP = 5_000
"""Records of one transaction, when more have come while the one before was under way."""
LONGEST_WAIT = 0.06
"""Seconds from the first record of a group to its commit."""
SPILL_AFTER = 0.16
"""Seconds in memory after which a batch goes to the spill; with the disk's answer below 250 ms."""
FIRST_RETRY, LONGEST_RETRY = 0.05, 2.0
"""Seconds between attempts when the database or the spill takes nothing."""
LONGEST_END_WAIT = 2.0
"""Seconds for which the end waits for a database that takes nothing, when the spill has everything."""
_IDLE = 0.5
"""Seconds between checks of the database while nothing passes."""


class Store(Protocol):
    """What the writer needs of a database."""

    def append(self, group: Sequence[records.AnyRecord], /) -> None:
        """Store records in one transaction, or raise `StoreError` and store none."""

    def ensure_in_place(self) -> None:
        """See to it that the database is still there; `StoreError` when it is not and nothing can be done."""

    def close(self) -> None:
        """Let go of the database."""


@dataclass(slots=True)
class WriterState:
    """What became of the batches; each counter is written by one thread and read by any."""

    dropped: int = 0
    """Batches with rows for which there was no room, or that neither database nor spill had taken by the end."""
    committed: int = 0
    spilled: int = 0
    """Batches that went to the spill, whether or not the database has them by now."""
    damaged: int = 0
    """Batches in the spill that could not be read again."""
    spill_pending: bool = False
    """At the end the spill still held something, for the next start."""
    failures: int = 0
    """Attempts that the database or the spill refused."""
    trouble: StoreError | None = None
    """Why the database takes nothing right now."""


class Writer:
    """Takes batches of records from the event loop and commits them in groups, from threads of its own.

    What waits is in three places, in this order: the spill, the group under way, memory.
    ``on_trouble`` is called once for every spell of refusals, from one of the threads.
    """

    def __init__(self, store: Store, on_trouble: Callable[[StoreError], None], spill: Spill | None = None) -> None:
        self.state = WriterState()
        self._store = store
        self._spill = spill
        self._on_trouble = on_trouble
        self._waiting: deque[tuple[float, Batch]] = deque()
        self._under_way: list[tuple[float, Batch]] = []
        self._is_spilled = False
        """The group under way is in the spill, too."""
        self._place = 0
        """Where the group under way ends in the spill, if it came from there or went to it."""
        self._lock = threading.Lock()
        """Held while batches change places; never while the database works, and never by `put`."""
        self._reported: set[str] = set()
        """What was reported in this spell of refusals, by the subject of the error."""
        self._deadline: float | None = None
        self._safe_deadline = 0.0  # ends the wait once the spill has everything
        self._ending, self._ended = threading.Event(), threading.Event()
        self._arrived, self._group_ready = threading.Event(), threading.Event()
        self._spill_wake, self._half_full = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name="pixelwitness writer", daemon=True),
            threading.Thread(target=self._spill_late, name="pixelwitness spill", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    # For the event loop ------------------------------------------------------

    def put(self, batch: Sequence[records.AnyRecord]) -> bool:
        """Hand over what one request gave, some microseconds; False when there was no room: rows are counted then."""
        if (waiting := len(self._waiting)) >= MOST_WAITING:
            self.state.dropped += records.holds_rows(batch)
            return False
        self._waiting.append((time.monotonic(), tuple(batch)))
        if not self._arrived.is_set():
            self._arrived.set()
        if not self._spill_wake.is_set():
            self._spill_wake.set()
        if waiting + 1 >= ENOUGH and not self._group_ready.is_set():
            self._group_ready.set()
        if waiting * 2 >= MOST_WAITING and not self._half_full.is_set():
            self._half_full.set()
        return True

    def finish(self, seconds: float, last: Sequence[records.AnyRecord] = ()) -> bool:
        """Write all that waits, for at most so many seconds, and close the store; True when the database has it all.

        What the database does not take goes to the spill.  For ``last``, the final counts, there is room always.
        """
        if last:
            self._waiting.append((time.monotonic(), tuple(last)))
        self._safe_deadline = time.monotonic() + min(seconds, LONGEST_END_WAIT)
        self._deadline = time.monotonic() + seconds
        self._ending.set()
        for event in (self._arrived, self._group_ready, self._spill_wake, self._half_full):
            event.set()
        self._threads[0].join(seconds + LONGEST_RETRY)
        if self._threads[0].is_alive():
            # Stuck in the database: what it holds is made safe from here, and its lock goes with the process.
            self._spill_all()
        self._ended.set()
        self._spill_wake.set()
        self._threads[1].join(LONGEST_RETRY)
        with self._lock:
            self.state.spill_pending |= self._spill is not None and self._spill.is_pending
            unsaved = [*self._waiting, *(() if self._is_spilled else self._under_way)]
            self.state.dropped += sum(records.holds_rows(batch) for _, batch in unsaved)
        return not (unsaved or self.state.dropped or self.state.spill_pending or self.state.damaged)

    def move_spill(self, database: Path) -> None:
        """Spill beside another database from now on; for the store, when it moves."""
        with self._lock:
            if self._spill is not None:
                self._spill.move(database)

    # The thread that commits -------------------------------------------------

    def _run(self) -> None:
        try:
            while True:
                group = self._next_group()
                if group:
                    if not self._commit(group):
                        break
                elif self._ending.is_set():
                    break
                else:
                    self._attempt(self._store.ensure_in_place)
        finally:
            self._ended.set()
            # Before the database is let go of: whoever takes it next takes the spill, too.
            with self._lock:
                spill, self._spill = self._spill, None
                if spill is not None:
                    self.state.spill_pending = spill.is_pending
                    spill.close()
            self._attempt(self._store.close)

    def _next_group(self) -> list[Batch]:
        """Wait for batches and what follows them within the time; the empty list when none came for a while."""
        spilled = self._from_spill()
        if spilled:
            return spilled
        if not self._waiting:
            self._arrived.clear()
            if not self._waiting and not self._ending.is_set():
                self._arrived.wait(_IDLE)
        oldest = self._oldest()
        if oldest is not None and not self._ending.is_set():
            self._group_ready.clear()
            if len(self._waiting) < ENOUGH and not self._ending.is_set():
                self._group_ready.wait(max(0.0, oldest + LONGEST_WAIT - time.monotonic()))
        # Meanwhile the other thread may have spilled what waited: it must not stay there when this is the end.
        return self._from_memory() or self._from_spill()

    def _from_spill(self) -> list[Batch]:
        with self._lock:
            if self._spill is None or not self._spill.is_pending:
                return []
            try:
                group, self._place = self._spill.read(MOST_IN_GROUP)
            except StoreError as error:
                self._note_trouble(error)
                return []
            self.state.damaged = self._spill.damaged
            if not group:
                self._spill.release(self._place)
            return group

    def _from_memory(self) -> list[Batch]:
        with self._lock:
            if self._spill is not None and self._spill.is_pending:
                return []  # spilled meanwhile: that comes first
            size = 0
            while self._waiting and size < MOST_IN_GROUP:
                arrival = self._waiting.popleft()
                self._under_way.append(arrival)
                size += len(arrival[1])
            self._is_spilled = False
            return [batch for _, batch in self._under_way]

    def _commit(self, group: list[Batch]) -> bool:
        """Store a group, however often it takes; False when the end came first, and then it is safe or counted."""
        rows = _newest_recordings_first(group)
        pause = FIRST_RETRY
        while not self._attempt(lambda: self._store.append(rows)):
            if self._deadline is None:
                self._ending.wait(pause)
                pause = min(pause * 2, LONGEST_RETRY)
            elif time.monotonic() > (self._safe_deadline if self._spill_all() else self._deadline):
                return False
            else:
                time.sleep(FIRST_RETRY)
        with self._lock:
            if self._spill is not None and (self._is_spilled or not self._under_way):
                self._spill.release(self._place)
            self._under_way.clear()
            self._is_spilled = False
        self.state.committed += len(group)
        self.state.trouble = None
        self._reported.clear()
        return True

    def _attempt(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except StoreError as error:
            self._note_trouble(error)
            return False
        return True

    # The thread that spills --------------------------------------------------

    def _spill_late(self) -> None:
        pause = FIRST_RETRY
        while not self._ended.is_set():
            oldest = self._oldest()
            if oldest is None:
                self._spill_wake.clear()
                if self._oldest() is None:
                    self._spill_wake.wait(_IDLE)
                continue
            remaining = oldest + SPILL_AFTER - time.monotonic()
            if remaining > 0 and len(self._waiting) * 2 < MOST_WAITING:
                self._half_full.clear()
                self._half_full.wait(min(remaining, SPILL_AFTER))
                continue
            if self._spill_all():
                pause = FIRST_RETRY
            else:
                self._ended.wait(pause)
                pause = min(pause * 2, LONGEST_RETRY)

    def _oldest(self) -> float | None:
        """Return since when something waits in memory alone."""
        with self._lock:
            if self._under_way and not self._is_spilled:
                return self._under_way[0][0]
            return self._waiting[0][0] if self._waiting else None

    def _spill_all(self) -> bool:
        """Bring all that is in memory alone to the spill; False when that fails, and then it stays in memory."""
        with self._lock:
            if self._spill is None:
                return False
            under_way = [] if self._is_spilled else self._under_way
            # `put` may add to what waits meanwhile, at its other end.
            waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                if under_way:
                    self._spill.append([batch for _, batch in under_way])
                    self._is_spilled = True
                    self._place = self._spill.end
                if waiting:
                    self._spill.append([batch for _, batch in waiting])
            except StoreError as error:
                self._waiting.extendleft(reversed(waiting))
                self._note_trouble(error)
                return False
            self.state.spilled += len(under_way) + len(waiting)
            return True

    def _note_trouble(self, error: StoreError) -> None:
        self.state.failures += 1
        self.state.trouble = error
        if error.subject not in self._reported:
            self._reported.add(error.subject)
            self._on_trouble(error)


def _newest_recordings_first(group: list[Batch]) -> list[records.AnyRecord]:
    """Return a group's records in order; of a recording's own row, the last of its batch, only the newest."""
    newest: dict[str, records.AnyRecord] = {}
    rows: list[records.AnyRecord] = []
    for *others, last in filter(None, group):
        rows += others
        if isinstance(last, records.Recording):
            newest[last.id] = last
        else:
            rows.append(last)
    return [*newest.values(), *rows]
