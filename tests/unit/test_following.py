"""Reading anew what other processes have changed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from waypost.app.following import Following
from waypost.lib.clock import SystemClock

pytestmark = pytest.mark.anyio


class Slow:
    """A reading that takes until it is let go on."""

    def __init__(self) -> None:
        self.begun = 0
        self.changes = 0
        self.says: list[Callable[[], None]] = []
        self.go_on = asyncio.Event()

    async def reload(self) -> None:
        self.begun += 1
        await self.go_on.wait()

    async def told(self) -> None:
        """Have heard everything already, unless there is something to say."""
        for hear in self.says:
            hear()
        self.says.clear()


@pytest.fixture
async def slow(anyio_backend: str) -> Slow:
    _ = anyio_backend
    return Slow()


@pytest.fixture
async def following(slow: Slow) -> AsyncIterator[Following]:
    here = Following(slow.told, lambda: slow.changes, SystemClock())
    running = asyncio.create_task(here.run(slow.reload))
    yield here
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_who_has_heard_of_nothing_waits_for_nothing(following: Following) -> None:
    await asyncio.wait_for(following.in_step(), 1)


async def test_what_was_heard_of_is_waited_for_until_it_is_read(following: Following, slow: Slow) -> None:
    following.hear()
    waiting = asyncio.create_task(following.in_step())
    await asyncio.sleep(0)
    before = waiting.done()

    slow.go_on.set()
    await asyncio.wait_for(waiting, 1)

    assert (before, slow.begun) == (False, 1)


async def test_what_is_heard_of_while_all_is_read_is_read_once_more(following: Following, slow: Slow) -> None:
    following.hear()
    await asyncio.sleep(0)
    following.hear()
    slow.go_on.set()

    await asyncio.wait_for(following.in_step(), 2)

    assert slow.begun == 2


async def test_what_was_said_and_not_heard_yet_is_waited_for_too(following: Following, slow: Slow) -> None:
    slow.says.append(following.hear)

    waiting = asyncio.create_task(following.in_step())
    await asyncio.sleep(0)
    before = waiting.done()
    slow.go_on.set()
    await asyncio.wait_for(waiting, 1)

    assert (before, slow.begun) == (False, 1)


async def test_what_nobody_has_told_of_is_read_all_the_same(slow: Slow) -> None:
    slow.go_on.set()
    running = asyncio.create_task(
        Following(slow.told, lambda: slow.changes, SystemClock(), look_seconds=0.01).run(slow.reload)
    )

    async with asyncio.timeout(5):
        while slow.begun == 0:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
