"""Following: what other processes change of numbers, tokens and templates is read anew."""

import asyncio
from collections.abc import Awaitable, Callable

from waypost.lib.clock import Clock
from waypost.lib.racing import no_longer_than

LOOK_SECONDS = 60.0
"""How long a change stays unknown of which word was lost."""
_PAUSE_SECONDS = 0.2


class Following:
    """Reads everything anew a moment after something was changed elsewhere, and now and then without being told.

    Whoever changes something may be gone, or cut off, before it has told the others.
    """

    def __init__(
        self,
        told: Callable[[], Awaitable[None]],
        changes: Callable[[], int],
        clock: Clock,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Take what waits until all that was said is heard, and what tells how often this process changed something."""
        self._told = told
        self._changes = changes
        self._clock = clock
        self._look_seconds = look_seconds
        self._heard = self._read = 0
        self._news = asyncio.Event()
        self._was_read = asyncio.Event()

    def hear(self) -> None:
        """Note that something was changed."""
        self._heard += 1
        self._news.set()

    async def run(self, reload: Callable[[], Awaitable[None]]) -> None:
        """Read for ever; `reload` reads everything."""
        while True:
            await no_longer_than(self._look_seconds, self._news.wait())
            self._news.clear()
            heard, changes = self._heard, self._changes()
            await reload()
            self._read = heard
            was_read, self._was_read = self._was_read, asyncio.Event()
            was_read.set()
            if self._changes() != changes:
                self.hear()  # what we changed meanwhile may have been read as it was
            await self._clock.pause(_PAUSE_SECONDS)

    async def in_step(self) -> None:
        """Wait until whatever was changed elsewhere before this call is read here, unless word of it was lost."""
        await self._told()
        heard = self._heard
        while self._read < heard:
            await self._was_read.wait()
