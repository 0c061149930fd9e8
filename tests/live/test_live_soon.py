"""When what hooks leave is done: together, in order, soon, and at once where nobody would come back to it."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from pixelwitness.live.hooks.deferred_queue import DELAY, MOST_AT_ONCE, MOST_WAITING, DeferredQueue

pytestmark = pytest.mark.waits


def done_by(work: Callable[[DeferredQueue[int]], None], *, after: float = 2 * DELAY) -> list[list[int]]:
    """Return what was done together, once the loop has had some time after the work was left."""
    done: list[list[int]] = []

    async def session() -> None:
        work(DeferredQueue(lambda some: done.append(list(some))))
        await asyncio.sleep(after)

    asyncio.run(session())
    return done


def leave(number: int) -> Callable[[DeferredQueue[int]], None]:
    def work(soon: DeferredQueue[int]) -> None:
        for one in range(number):
            soon.add(one)

    return work


def test_what_comes_in_a_burst_is_done_together() -> None:
    assert done_by(leave(5)) == [[0, 1, 2, 3, 4]]


def test_nothing_is_done_within_the_hook() -> None:
    assert done_by(leave(5), after=0) == []


def test_more_than_a_turn_takes_is_done_in_several() -> None:
    number = 2 * MOST_AT_ONCE + 3
    done = done_by(leave(number))
    assert [len(some) for some in done] == [MOST_AT_ONCE, MOST_AT_ONCE, 3]
    assert [one for some in done for one in some] == list(range(number))


def test_no_more_waits_than_may() -> None:
    number = 10 * MOST_WAITING
    done = done_by(leave(number), after=0)
    waiting = number - sum(map(len, done))
    assert 0 < waiting < MOST_WAITING
    assert [one for some in done for one in some] == list(range(number - waiting))


def test_later_work_is_done_as_well() -> None:
    done: list[int] = []

    async def session() -> None:
        soon: DeferredQueue[int] = DeferredQueue(done.extend)
        for one in range(3):
            soon.add(one)
            await asyncio.sleep(2 * DELAY)

    asyncio.run(session())
    assert done == [0, 1, 2]


def test_a_fault_in_one_turn_keeps_no_other_from_being_taken() -> None:
    done: list[int] = []

    def do(some: Sequence[int]) -> None:
        if 0 in some:
            raise RuntimeError
        done.extend(some)

    async def session() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        soon = DeferredQueue(do)
        leave(MOST_AT_ONCE + 2)(soon)
        await asyncio.sleep(2 * DELAY)
        soon.add(99)
        await asyncio.sleep(2 * DELAY)

    asyncio.run(session())
    assert done == [MOST_AT_ONCE, MOST_AT_ONCE + 1, 99]


def test_catching_up_does_all_at_once_and_only_once() -> None:
    done: list[Sequence[int]] = []

    def work(soon: DeferredQueue[int]) -> None:
        leave(MOST_AT_ONCE + 1)(soon)
        soon.catch_up()
        done.append([])

    several = done_by(work)
    assert [len(some) for some in several] == [MOST_AT_ONCE, 1]
    assert done == [[]]


def test_without_an_event_loop_it_is_done_at_once() -> None:
    done: list[int] = []
    soon: DeferredQueue[int] = DeferredQueue(done.extend)
    soon.add(1)
    soon.add(2)
    assert done == [1, 2]
