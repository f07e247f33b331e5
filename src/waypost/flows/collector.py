"""Collector: throw away the old messages of a number, because its program wants that.

# spec: on-premises-api.md#9.6, on-premises-api.md#14.2 (P11)
"""

from datetime import timedelta

from msgspec import Struct

from waypost.flows.receive import Recent
from waypost.lib.clock import Clock
from waypost.model import MessageKey, NumberId
from waypost.ports import Housekeeping

OLD = timedelta(days=30)
"""From what age on a message is old: when it would not be delivered any more. The platform's age is (unconfirmed)."""
MAX_MESSAGES = 20_000
"""How many are thrown away in one run; more need several."""

_BATCH = 500
_PAUSE_SECONDS = 0.005  # between two steps, so that requests never wait behind more than one


class Collector(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Housekeeping
    recent: Recent
    clock: Clock

    async def __call__(self, number_id: NumberId) -> list[str]:
        """Throw away old messages with all that is known of them; return whose they were, one entry for each.

        What is under way stays: a message that has not reached its phone, and one whose webhook still waits.
        """
        before_ms = self.clock.now_ms() - OLD // timedelta(milliseconds=1)
        users: list[str] = []
        after = MessageKey(0)
        while len(users) < MAX_MESSAGES and (
            page := await self.store.old_messages(number_id, before_ms, after, _BATCH)
        ):
            dropped = set(await self.store.drop_messages([key for key, _ in page]))
            for key in dropped:
                self.recent.forget(key)
            users += [wa_id for key, wa_id in page if key in dropped]
            after = page[-1][0]
            await self.clock.pause(_PAUSE_SECONDS)
        return users
