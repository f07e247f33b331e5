"""Whose turn it is to fetch a link: no number may have Waypost ask the world for much at once, or often."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from waypost.lib.clock import Clock
from waypost.model import NumberId
from waypost.rules.rates import Meter, Rate

AT_ONCE = 64
"""Links of one number that are fetched at the same time."""
PACE = Rate(interval_us=10_000, burst=100)
"""How often a fetch of one number may begin: 100 a second, more than an ordinary number may send."""


class FetchTurns:
    """Lets the fetches of each number begin at its pace; what is over waits, and holds no other number up.

    It counts in this process only, on real time. Every attempt has a turn of its own; redirects belong to theirs.
    """

    def __init__(self) -> None:
        self._pace = Meter(PACE)
        self._places: WeakValueDictionary[NumberId, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, number_id: NumberId, clock: Clock) -> AsyncIterator[None]:
        """Wait until a number may fetch once more; it may until the end of this."""
        places = self._places.get(number_id)
        if places is None:
            places = self._places[number_id] = asyncio.Semaphore(AT_ONCE)
        async with places:
            while wait_ms := self._pace.admit(number_id, int(1000 * clock.monotonic())):
                await clock.pause(wait_ms / 1000)
            yield
