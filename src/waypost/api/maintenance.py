"""Maintenance: while everything that is stored is replaced, requests wait, so that none meets half a state."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from waypost.errors import Refusal
from waypost.errors.rates import UNAVAILABLE
from waypost.lib.racing import no_longer_than

WAIT_SECONDS = 10.0
"""How long a request waits before it is told to come again."""
DRAIN_SECONDS = 5.0
"""How long the requests that are at work may go on; one that still waits for its body then meets the new state."""


class Maintenance:
    """Counts the requests at work, and keeps others out while `alone` is held. What watches the server is let in."""

    def __init__(
        self,
        watchers: Collection[str] = (),
        *,
        wait_seconds: float = WAIT_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
    ) -> None:
        """`watchers` are the paths that are answered at any time."""
        self.watchers = watchers
        self._wait_seconds = wait_seconds
        self._drain_seconds = drain_seconds
        self.is_on = False
        self.inside = 0
        """Requests at work; whoever adds one calls `leave` for it."""
        self._turn = asyncio.Lock()
        self._over = asyncio.Event()
        self._empty = asyncio.Event()

    async def wait(self) -> None:
        """Wait until maintenance is over. Raises Refusal when that takes too long."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                while self.is_on:
                    await self._over.wait()
        except TimeoutError:
            details = "Everything that is stored is being replaced; repeat the request."
            raise Refusal(UNAVAILABLE, details, retry_after_seconds=1) from None

    def leave(self) -> None:
        """Count a request as done."""
        self.inside -= 1
        if self.is_on and self.inside == 0:
            self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep everybody else out: for a request that replaces everything. Those at work end first."""
        self.leave()  # who asks is a request at work, and does not wait for itself
        try:
            async with self._turn:
                self.is_on = True
                self._over.clear()
                try:
                    await self._drained()
                    yield
                finally:
                    self.is_on = False
                    self._over.set()
        finally:
            self.inside += 1

    async def _drained(self) -> None:
        self._empty.clear()
        if self.inside:
            await no_longer_than(self._drain_seconds, self._empty.wait())
