"""Restart: what numbers do not want to outlive it is thrown away before anything goes on.

# spec: on-premises-api.md#7.1, on-premises-api.md#11.2
"""

import asyncio

from waypost.flows.directory import Directory
from waypost.model import Delivery, EventKey
from waypost.ports import Store

_PAGE = 500


async def forget_callbacks(store: Store, directory: Directory) -> int:
    """End the deliveries that wait for numbers that do not persist them; return how many. They can be sent again."""
    if not any(number.forgets_callbacks for number in directory.numbers()):
        return 0
    after, ended = EventKey(0), 0
    while page := await store.waiting_deliveries(after, _PAGE):
        forgotten = [each for each in page if _is_forgotten(each, directory)]
        await asyncio.gather(*(store.delivery_ended(each, "dropped") for each in forgotten))
        after, ended = page[-1].key, ended + len(forgotten)
    return ended


def _is_forgotten(delivery: Delivery, directory: Directory) -> bool:
    """Return whether nobody wants it any more; further endpoints are none of the number's settings."""
    number = directory.number(delivery.event.number_id)
    return number is not None and number.forgets_callbacks and not delivery.endpoint
