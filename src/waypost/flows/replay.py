"""Replay: deliver many events again, the oldest first, some hundred per request.

The order is that of their keys, so that in each lane they go out as they did the first time.
"""

from collections.abc import Callable

from msgspec import Struct

from waypost.flows.directory import Directory
from waypost.flows.parcels import target_of
from waypost.lib.clock import Clock
from waypost.model import Delivery, MessageKey
from waypost.ports import DeliverySearch, EndedDelivery, EndedSearch, Lists, Store, Stretch, Window

_STEP = 500
"""Deliveries that one request makes wait again, in one transaction."""
_MOST = 5_000
"""Rows that one request looks at."""
_OF_MESSAGE = 1_000


class Replayed(Struct, frozen=True):
    """What one request has done, or would do."""

    count: int
    nowhere: int
    """How many deliveries match but have no webhook to go to now."""
    next_after: int | None
    """Where to go on; None: that was all."""


class Replay(Struct, frozen=True):
    """The flow, with the ports it uses; `again` puts a delivery that waits once more into its lane."""

    lists: Lists
    store: Store
    directory: Directory
    clock: Clock
    requeue: Callable[[Delivery], None]

    async def count(self, search: EndedSearch, message: MessageKey | None, after: int) -> Replayed:
        """Count what would be delivered again."""
        going, nowhere, next_after = await self._found(search, message, after, _MOST)
        return Replayed(len(going), nowhere, next_after)

    async def __call__(self, search: EndedSearch, message: MessageKey | None, after: int) -> Replayed:
        """Deliver again what has ended, above a key: all of it, or that of a message."""
        going, nowhere, next_after = await self._found(search, message, after, _STEP)
        keys = [each.key for each in going]
        found = await self.store.redeliver_all(keys, search.state, self.clock.now_ms()) if keys else []
        for delivery in found:
            self.requeue(delivery)
        return Replayed(len(found), nowhere, next_after)

    async def _found(
        self, search: EndedSearch, message: MessageKey | None, after: int, limit: int
    ) -> tuple[list[EndedDelivery], int, int | None]:
        """Return the deliveries that have a webhook to go to, how many have none, and where to go on."""
        if message is None:
            found = await self.lists.ended_deliveries(search, after, limit=limit, most=_MOST)
        else:
            found = await self._of_message(search, message)
        going = [each for each in found.rows if self._has_place(each)]
        return going, len(found.rows) - len(going), found.next_after

    async def _of_message(self, search: EndedSearch, message: MessageKey) -> Stretch[EndedDelivery]:
        """Return the deliveries of a message, which are never many."""
        wanted = DeliverySearch(search.number_id, message, search.state, search.kind)
        page = await self.lists.search_deliveries(wanted, Window(None, _OF_MESSAGE, _OF_MESSAGE))
        fitting = [each for each in reversed(page.rows) if _is_between(each.event.at_ms, search)]
        rows = [EndedDelivery(each.key, each.event.number_id, each.event.kind, each.endpoint) for each in fitting]
        return Stretch(rows, None)

    def _has_place(self, delivery: EndedDelivery) -> bool:
        return target_of(self.directory.number(delivery.number_id), delivery.kind, delivery.endpoint) is not None


def _is_between(at_ms: int, search: EndedSearch) -> bool:
    return (search.from_ms is None or at_ms >= search.from_ms) and (search.to_ms is None or at_ms < search.to_ms)
