"""What is done now and then, whatever platform time does meanwhile, and whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from waypost.lib.clock import SystemClock
from waypost.ports import StoreBusy, StoreDown
from waypost.workers.rounds import forgiving, now_and_then

pytestmark = pytest.mark.anyio

NOON_MS = 1_800_000_000_000
HOUR = timedelta(hours=1)


class Work:
    """Counts how often it was done."""

    def __init__(self, *errors: Exception) -> None:
        self.times = 0
        self._errors = list(errors)
        self._done = asyncio.Condition()

    async def __call__(self) -> None:
        async with self._done:
            self.times += 1
            self._done.notify_all()
        if self._errors:
            raise self._errors.pop(0)

    async def done(self, times: int) -> None:
        """Wait until it was done so often."""
        async with asyncio.timeout(5), self._done:
            await self._done.wait_for(lambda: self.times >= times)


@asynccontextmanager
async def repeated(work: Callable[[], Awaitable[None]], clock: SystemClock, every: timedelta) -> AsyncIterator[None]:
    task = asyncio.ensure_future(now_and_then(work, clock, every))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_is_done_at_once_and_after_each_hour_of_platform_time() -> None:
    clock, work = SystemClock(frozen_at_ms=NOON_MS), Work()

    async with repeated(work, clock, HOUR):
        await work.done(1)
        clock.advance(timedelta(minutes=59))
        await asyncio.sleep(0.01)
        before = work.times
        clock.advance(timedelta(minutes=1))
        await work.done(2)

    assert before == 1


async def test_it_is_done_after_a_while_of_real_time_though_platform_time_was_set_back() -> None:
    clock, work = SystemClock(frozen_at_ms=NOON_MS), Work()

    async with repeated(work, clock, timedelta(milliseconds=20)):
        await work.done(1)
        clock.advance(-timedelta(days=30))

        await work.done(3)


@pytest.mark.parametrize("error", [StoreBusy("full"), StoreDown("no disk"), PermissionError("not yours")])
async def test_what_cannot_be_done_now_is_done_the_next_time(error: Exception) -> None:
    clock, work = SystemClock(frozen_at_ms=NOON_MS), Work(error)

    async with repeated(forgiving("upkeep", work), clock, HOUR):
        await work.done(1)
        await asyncio.sleep(0.01)
        clock.advance(HOUR)

        await work.done(2)


async def test_a_bug_is_not_forgiven() -> None:
    with pytest.raises(ZeroDivisionError):
        await forgiving("upkeep", Work(ZeroDivisionError()))()
