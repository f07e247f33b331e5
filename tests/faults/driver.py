"""A server in miniature over a real store: what is killed in the fork-kill runs.

It does the steps of the flows in their order (accept, take, settle, statuses, deliveries), many messages at once,
and on each start goes on with what the database says is unfinished. What it was told is durable it notes in a ledger.
"""

import asyncio
from itertools import count

from tests.faults.ledger import Ledger
from tests.support.store_rows import (
    attempt,
    carried,
    failed_send,
    inbound_row,
    outbound,
    status_row,
    waiting_deliveries,
    waiting_messages,
)

from waypost.model import Delivery, Event, MessageKey, Outbound, Status
from waypost.ports import Carried, FullStore, StatusRow

LANES = 6
_MANY = 1_000_000


class Driver:
    """One life of the server, from start to kill."""

    def __init__(self, store: FullStore, ledger: Ledger, first_key: int) -> None:
        self._store = store
        self._ledger = ledger
        self._first_key = first_key
        self._keys = count(first_key)

    async def finish_old(self) -> None:
        """Go on with everything earlier lives left unfinished."""
        messages = await waiting_messages(self._store)
        taken = await self._store.unfinished(MessageKey(0), _MANY)
        deliveries = await waiting_deliveries(self._store)
        waiting = {message.key for message in messages}
        await asyncio.gather(
            *(self._deliver(message) for message in messages if message.key < self._first_key),
            *(self._tell(one) for one in taken if one.token < self._first_key and one.token not in waiting),
            *(self._notify(one) for one in deliveries if one.event.key < self._first_key),
        )

    async def work(self) -> None:
        """Accept and deliver for ever, in several lanes."""
        async with asyncio.TaskGroup() as group:
            for _ in range(LANES):
                group.create_task(self._lane())

    async def _lane(self) -> None:
        while True:
            message = outbound(next(self._keys))
            self._ledger.note("intent", "accept", message.key)
            await self._store.accept(message)
            self._ledger.note("ack", "accept", message.key)
            await self._deliver(message)
            if message.key % 3 == 0:
                await self._receive(next(self._keys))

    async def _receive(self, key: int) -> None:
        row = inbound_row(next(self._keys), key)
        if await self._store.record_inbound(row):
            self._ledger.note("ack", "inbound", key, row.event.key)
        await self._notify(Delivery(row.event, row.event.at_ms))

    async def _deliver(self, message: Outbound) -> None:
        """Bring a message to the network; one in 5 is put off first, one in 7 fails."""
        if message.key % 5 == 0 and not message.attempt:
            message.attempt = 1
            await self._store.begin(message)
            await self._store.settle_later(message, failed_send(1))
        if message.key % 7 == 0:
            await self._fail(message)
            return
        mine = carried(message.key)
        if await self._store.take(mine):
            self._ledger.note("seen", "shown", message.key)
        await self._store.settle_sent(message, str(message.key))
        self._ledger.note("ack", "sent", message.key)
        await self._tell(mine)

    async def _fail(self, message: Outbound) -> None:
        row = status_row(next(self._keys), message.key, Status.FAILED)
        if await self._store.settle_failed(message, row):
            await self._recorded([row])

    async def _tell(self, mine: Carried) -> None:
        """Report the statuses: in order, early, or twice, by turns."""
        orders = (
            [[Status.SENT], [Status.DELIVERED], [Status.READ]],
            [[Status.SENT, Status.DELIVERED, Status.READ]],
            [[Status.DELIVERED], [Status.SENT, Status.READ], [Status.READ]],
        )
        for statuses in orders[mine.token % 3]:
            rows = [status_row(next(self._keys), mine.token, status) for status in statuses]
            fresh = await self._store.record_statuses(rows)
            await self._recorded([row for row, is_new in zip(rows, fresh, strict=True) if is_new])
            await self._store.progressed([(mine.token, statuses[-1], 0)])

    async def _recorded(self, rows: list[StatusRow]) -> None:
        for row in rows:
            self._ledger.note("ack", "status", row.event.message_key, row.event.key)
        for row in rows:
            await self._notify(Delivery(row.event, row.event.at_ms))

    async def _notify(self, delivery: Delivery) -> None:
        """Bring an event to the subscriber; one in 4 succeeds at the second attempt."""
        event: Event = delivery.event
        if event.key % 4 == 0 and not delivery.attempt:
            delivery.attempt = 1
            await self._store.delivery_retry(delivery, attempt(1, 500))
        self._ledger.note("seen", "posted", event.key)
        await self._store.delivery_done(delivery, attempt(delivery.attempt + 1))
        self._ledger.note("ack", "done", event.key)
