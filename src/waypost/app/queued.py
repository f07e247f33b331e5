"""Queued: how many messages wait for the upstream, in a process that accepts but leaves delivering to workers.

It has no lanes that could tell, so it asks the database every second and counts what it accepts in between.
"""

from collections import Counter
from collections.abc import Awaitable, Callable

from waypost.lib.clock import Clock
from waypost.model import NumberId
from waypost.workers.rounds import patient

MOST_OF_ONE = 20_000
"""How many messages of one number may wait; a worker holds as many of them in memory."""
MOST_OF_ALL = 100_000
_EVERY_SECONDS = 1.0


class Queued:
    """What was seen at the last look, and what this process has accepted since."""

    def __init__(self, waiting_by_number: Callable[[int], Awaitable[dict[NumberId, int]]]) -> None:
        """Take what tells how many messages wait; see `ports.Cluster`."""
        self._waiting_by_number = waiting_by_number
        self._waiting: Counter[NumberId] = Counter()
        self._total = 0

    def accepted(self, number_id: NumberId) -> None:
        """Count a message that was accepted here; the next look at the database includes it."""
        self._waiting[number_id] += 1
        self._total += 1

    def is_full(self, number_id: NumberId) -> bool:
        """Return whether as many messages wait as may, of one number or of all."""
        return self._waiting[number_id] >= MOST_OF_ONE or self._total >= MOST_OF_ALL

    async def look(self) -> None:
        """See what waits now. What is accepted while the look lasts may be missing until the next. Raises StoreDown."""
        self._waiting = Counter(await self._waiting_by_number(MOST_OF_ALL))
        self._total = self._waiting.total()

    async def watch(self, clock: Clock) -> None:
        """Look for ever; while the store is away, what was seen before stands."""
        look = patient(self.look, clock)
        while True:
            await look()
            await clock.pause(_EVERY_SECONDS)
