"""Collector: throw away old messages that have ended, a few at a time: all of them, or those of one number.

From then on they are as unknown as if they had never been.
"""

from datetime import timedelta

from msgspec import Struct

from waypost.flows.recent import Recent
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.model import EventKey, MessageKey, NumberId
from waypost.ports import Housekeeping

OLD = timedelta(days=30)
"""From what age on a message is old for a number's program: when it would not be delivered any more.

# spec: on-premises-api.md#9.6 - the platform's own age is (unconfirmed)
"""
MAX_MESSAGES = 20_000
"""About how many go when a program asks for it; more need several runs.

# spec: on-premises-api.md#14.2 (P11)
"""

_BATCH = 200  # about 3 ms
_PAUSE_SECONDS = 0.01  # between two steps, so that requests never wait behind more than one


class Collector(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Housekeeping
    recent: Recent
    clock: Clock

    async def all(self, age_ms: int) -> None:
        """Throw away the messages of at least an age, and the events that are about no message."""
        step: MessageKey | None = MessageKey(0)
        while step is not None:
            step, _ = await self._step(step, age_ms)
        notice: EventKey | None = EventKey(0)
        while notice is not None:
            notice = await self.store.drop_notices(notice, self.clock.now_ms() - age_ms, _BATCH)
            await self.clock.pause(_PAUSE_SECONDS)

    async def of_number(self, number_id: NumberId) -> list[str]:
        """Throw away the old messages of a number; return whose they were, one entry for each."""
        users: list[str] = []
        step: MessageKey | None = MessageKey(0)
        while step is not None and len(users) < MAX_MESSAGES:
            step, gone = await self._step(step, to_ms(OLD), number_id)
            users += gone
        return users

    async def _step(
        self, after: MessageKey, age_ms: int, number_id: NumberId | None = None
    ) -> tuple[MessageKey | None, list[str]]:
        """Take one step; return where the next one begins, and whose messages are gone."""
        sweep = await self.store.drop_messages(after, self.clock.now_ms() - age_ms, _BATCH, number_id=number_id)
        for key, _ in sweep.dropped:
            self.recent.forget(key)
        await self.clock.pause(_PAUSE_SECONDS)
        return sweep.next_after, [wa_id for _, wa_id in sweep.dropped]
