"""The writer: one thread that brings finished records into the store while the proxy runs.

Owns the queue between the event loop and the database, and the grouping of
commits.  `Writer.put` never waits; what cannot be taken is counted as dropped,
never lost in silence.  Knows records and something that appends them; no traffic.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pixelwitness.core import records
from pixelwitness.store.files import StoreError

MOST_WAITING = 10_000
"""Batches (what one request gave) that may wait for the database."""
MOST_IN_GROUP = 100
LONGEST_WAIT = 0.2
"""Seconds from the first record of a group to its commit; with the commit itself below 250 ms."""
FIRST_RETRY, LONGEST_RETRY = 0.05, 2.0
"""Seconds between attempts when the database takes nothing."""


class Store(Protocol):
    """What the writer needs of a ledger."""

    def append(self, group: Sequence[records.AnyRecord], /) -> None:
        """Store records in one transaction, or raise `StoreError` and store none."""

    def close(self) -> None:
        """Let go of the database."""


type Batch = tuple[records.AnyRecord, ...]


@dataclass(slots=True)
class WriterState:
    """What became of the batches; read by the event loop, written by the thread that owns each counter."""

    dropped: int = 0
    """Batches for which there was no room, or that the database had not taken by the end."""
    committed: int = 0
    failures: int = 0
    """Attempts that the database refused."""
    trouble: StoreError | None = None
    """Why the database takes nothing right now."""


class Writer:
    """Takes batches of records from the event loop and commits them in groups, from a thread of its own.

    ``on_trouble`` is called once for every spell of refusals, from the writer's thread.
    """

    def __init__(self, store: Store, on_trouble: Callable[[StoreError], None]) -> None:
        self.state = WriterState()
        self._store = store
        self._on_trouble = on_trouble
        self._waiting: queue.Queue[Batch | None] = queue.Queue(MOST_WAITING)
        self._deadline: float | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pixelwitness writer", daemon=True)
        self._thread.start()

    def put(self, batch: Sequence[records.AnyRecord]) -> bool:
        """Hand over what one request gave; False when there was no room, and then it is counted."""
        try:
            self._waiting.put_nowait(tuple(batch))
        except queue.Full:
            self.state.dropped += 1
            return False
        return True

    def finish(self, seconds: float) -> bool:
        """Write all that waits, for at most so many seconds, and close the store; True when nothing was left over."""
        self._deadline = time.monotonic() + seconds
        self._ending.set()
        self._thread.join(seconds + 2 * LONGEST_RETRY)
        return not self._thread.is_alive() and not self.state.dropped

    def _run(self) -> None:
        try:
            while True:
                group, ended = self._gather()
                if group and not self._commit(group):
                    self.state.dropped += len(group)
                if ended:
                    break
        finally:
            self.state.dropped += self._waiting.qsize()
            try:
                self._store.close()
            except StoreError as error:
                self._in_trouble(error)

    def _gather(self) -> tuple[list[Batch], bool]:
        """Wait for a batch and what follows it within the time; say whether it was the last of all."""
        group: list[Batch] = []
        first = 0.0
        records_in_group = 0
        while records_in_group < MOST_IN_GROUP:
            wait = LONGEST_WAIT if not group else first + LONGEST_WAIT - time.monotonic()
            if wait <= 0:
                break
            try:
                # While ending, what is there is taken and nothing waited for.
                batch = self._waiting.get_nowait() if self._ending.is_set() else self._waiting.get(timeout=wait)
            except queue.Empty:
                if group or self._ending.is_set():
                    break
                continue
            if batch is None:
                continue
            if not group:
                first = time.monotonic()
            group.append(batch)
            records_in_group += len(batch)
        return group, self._ending.is_set() and self._waiting.empty()

    def _commit(self, group: list[Batch]) -> bool:
        rows = _latest_recording_last(group)
        pause = FIRST_RETRY
        while True:
            try:
                self._store.append(rows)
            except StoreError as error:
                self._in_trouble(error)
            else:
                self.state.committed += len(group)
                self.state.trouble = None
                return True
            if self._deadline is not None and time.monotonic() > self._deadline:
                return False
            self._ending.wait(pause) if self._deadline is None else time.sleep(FIRST_RETRY)
            pause = min(pause * 2, LONGEST_RETRY)

    def _in_trouble(self, error: StoreError) -> None:
        self.state.failures += 1
        if self.state.trouble is None:
            self.state.trouble = error
            self._on_trouble(error)


def _latest_recording_last(group: list[Batch]) -> list[records.AnyRecord]:
    """Return a group's records in order; of the recording's own row only the newest, as it replaces the others."""
    latest: records.Recording | None = None
    rows: list[records.AnyRecord] = []
    for batch in group:
        for row in batch:
            if isinstance(row, records.Recording):
                latest = row
            else:
                rows.append(row)
    return rows if latest is None else [latest, *rows]
