"""The queue of work that hooks put off for a moment, done together and in its order.

Between two requests the event loop does so much else that what an event needs has left
the processor's caches: read by itself it costs half as much again as in a row of them
(``make bench-live``).  What comes in a burst, as from a page that loads, is therefore
read in one go.  Owns when that is; must not know what is done.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

DELAY = 0.08
"""Seconds after the first piece of work at which all that waits is done."""
MOST_AT_ONCE = 16
"""Pieces of work done before the event loop goes on with other things: less than 10 ms."""
MOST_WAITING = 64
"""Pieces of work that wait at most; when so many do, the oldest are done in the hook that brings one more."""


class DeferredQueue[Work]:
    """Keeps work for a moment, then hands it to ``run``; without an event loop it does so at once."""

    def __init__(self, run: Callable[[Sequence[Work]], None]) -> None:
        self._run = run
        self._waiting: deque[Work] = deque()
        self._turn: asyncio.Handle | None = None

    def add(self, work: Work) -> None:
        """Add a piece of work."""
        self._waiting.append(work)
        if self._turn is None:
            try:
                self._turn = asyncio.get_running_loop().call_later(DELAY, self._take_turn)
            except RuntimeError:  # nobody would call back
                self.catch_up()
        elif len(self._waiting) >= MOST_WAITING:
            self._run_some()

    def catch_up(self) -> None:
        """Do now whatever waits."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        while self._waiting:
            self._run_some()

    def _take_turn(self) -> None:
        self._turn = None
        try:
            self._run_some()
        finally:
            if self._waiting:
                self._turn = asyncio.get_running_loop().call_soon(self._take_turn)

    def _run_some(self) -> None:
        self._run([self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))])
