"""Restart: drops the deliveries of numbers that do not keep callbacks over a restart, before anything is delivered.

# spec: on-premises-api.md#7.1, on-premises-api.md#11.2
"""

import asyncio

from waypost.flows.directory import Directory
from waypost.model import EventKey, NumberId
from waypost.ports import Store

_PAGE = 500


async def forget_callbacks(store: Store, directory: Directory) -> int:
    """End the waiting deliveries of numbers that do not persist callbacks; return how many. They can be replayed."""
    if not any(number.forgets_callbacks for number in directory.numbers()):
        return 0
    after, ended = EventKey(0), 0
    while page := await store.queued_deliveries(after, _PAGE):
        # The setting is about the number's own callback, not about its further endpoints.
        unwanted = [key for key, number_id, endpoint in page if not endpoint and _forgets(number_id, directory)]
        deliveries = await store.waiting_deliveries(unwanted)
        await asyncio.gather(*(store.delivery_ended(each, "dropped") for each in deliveries))
        after, ended = page[-1][0], ended + len(deliveries)
    return ended


def _forgets(number_id: NumberId, directory: Directory) -> bool:
    """Return whether a number drops what waits for it."""
    number = directory.number(number_id)
    return number is not None and number.forgets_callbacks
