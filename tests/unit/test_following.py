"""Reading anew what other processes have changed."""

import asyncio
from collections.abc import AsyncIterator
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
        self.go_on = asyncio.Event()

    async def reload(self) -> None:
        self.begun += 1
        await self.go_on.wait()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def slow(anyio_backend: str) -> Slow:
    _ = anyio_backend
    return Slow()


@pytest.fixture
async def following(slow: Slow) -> AsyncIterator[Following]:
    here = Following(slow.reload, lambda: slow.changes, SystemClock())
    running = asyncio.create_task(here.run())
    yield here
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_who_has_heard_of_nothing_waits_for_nothing(following: Following) -> None:
    await asyncio.wait_for(following.caught_up(), 1)


async def test_what_was_heard_of_is_waited_for_until_it_is_read(following: Following, slow: Slow) -> None:
    following.hear()
    waiting = asyncio.create_task(following.caught_up())
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

    await asyncio.wait_for(following.caught_up(), 2)

    assert slow.begun == 2
