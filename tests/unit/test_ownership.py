"""What feeds a worker's lanes ends when it is told to, whatever happens in that moment."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from waypost.app.owned_shards import OwnedShards
from waypost.app.ownership import Ownership
from waypost.lib.clock import SystemClock
from waypost.ports.cluster import Topic

pytestmark = pytest.mark.anyio


class Queue:
    """Lanes that have nothing to do."""

    async def scan(self, anew: Collection[int] = ()) -> None:
        """Find nothing."""

    async def drop_lost(self, seconds: float) -> None:
        """Have nothing to let go of."""


async def turns(count: int) -> None:
    """Let the event loop go on for so many turns."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("after", range(6))
async def test_a_feed_that_is_ended_just_as_it_is_woken_ends(after: int) -> None:
    nobody: Any = None
    ownership = Ownership(nobody, OwnedShards(), nobody, messages=Queue(), webhooks=Queue(), clock=SystemClock())
    feeding = asyncio.create_task(ownership.feed(Topic.MESSAGES))
    await turns(5)

    ownership.look()
    await turns(after)
    feeding.cancel()
    await asyncio.wait([feeding], timeout=1)

    assert feeding.done()


class StoppedClock(SystemClock):
    """Its seconds go on only when they are told to, and it notes who pauses for how long."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.Event().wait()


@pytest.mark.parametrize(("scan", "pause"), [(0.0, 0.01), (0.001, 0.01), (0.05, 0.2), (12.0, 1.0)])
async def test_who_has_scanned_a_long_queue_rests_longer(scan: float, pause: float) -> None:
    nobody: Any = None
    clock = StoppedClock()

    class LongQueue(Queue):
        async def scan(self, anew: Collection[int] = ()) -> None:
            _ = anew
            clock.seconds += scan

    ownership = Ownership(nobody, OwnedShards(), nobody, messages=LongQueue(), webhooks=Queue(), clock=clock)
    ownership.look()
    feeding = asyncio.create_task(ownership.feed(Topic.MESSAGES))
    await turns(5)
    feeding.cancel()

    assert clock.pauses == [pause]
