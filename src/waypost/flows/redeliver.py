"""Redeliver: deliver one event once more, whatever became of it; `flows/replay.py` does so with many."""

from collections.abc import Callable

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.inspect_deliveries import delivery_key
from waypost.flows.parcels import target_of
from waypost.lib.clock import Clock
from waypost.model import Delivery
from waypost.ports import Records, Store


class Redeliver(Struct, frozen=True):
    """The flow, with the ports it uses; `requeue` puts a delivery that waits once more into its lane."""

    records: Records
    store: Store
    directory: Directory
    clock: Clock
    requeue: Callable[[Delivery], None]

    async def __call__(self, delivery_id: str) -> bool:
        """Deliver an event once more, with the same id and the same bytes; return whether there is such a delivery.

        Raises Refusal if it has nowhere to go.
        """
        key = delivery_key(delivery_id)
        found = await self.records.delivery(key) if key is not None else None
        if found is None or key is None:
            return False
        event = found.event
        if target_of(self.directory.number(event.number_id), event.kind, found.endpoint) is None:
            where = f"no endpoint {found.endpoint} any more" if found.endpoint else "no webhook; set one first"
            raise Refusal(INVALID_VALUE, f"The number {event.number_id} has {where}.")
        delivery = await self.store.redeliver(key, self.clock.now_ms())
        if delivery is not None:
            self.requeue(delivery)
        return True
