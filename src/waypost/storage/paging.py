"""Pages of lists: where a search goes on; the same for every store."""

from collections.abc import Sequence
from typing import TypeVar

from waypost.model import Medium
from waypost.ports import DeliverySearch, EndedDelivery, Page, StoredDelivery, StoredMessage, Stretch, Window
from waypost.ports.records import STATES

Row = TypeVar("Row", StoredMessage, StoredDelivery, EndedDelivery, Medium)

NEWEST = (1 << 62) - 1
"""Above every key."""
_INDEXED = ("waiting", "dead")  # the states of deliveries that have an index of their own


def by_state(text: str, *, only_indexed: bool = False) -> dict[str | None, str]:
    """Return a statement for the deliveries of each state, and under None one for those of any: `{where}` is filled in.

    Each state has a text of its own, so that the database can use that state's index. With `only_indexed` a state
    without one is not asked for: walking over all rows is cheaper than looking for the few that have it.
    """

    def where(state: str | None) -> str:
        if state is None or (only_indexed and state not in _INDEXED):
            return ""
        return f"state = {STATES.index(state)} AND"

    return {state: text.replace("{where}", where(state)) for state in (None, *STATES)}


def page(found: Sequence[Row], window: Window, end: int | None) -> Page[Row]:
    """Return a page of what was found, one row more than it may hold; `end` is the lowest key that was looked at."""
    rows = list(found[: window.limit])
    return Page(rows, rows[-1].key if len(found) > len(rows) else end)


def of_message(found: Sequence[StoredDelivery], search: DeliverySearch, window: Window) -> Page[StoredDelivery]:
    """Return the page of a message's deliveries that fit, out of all of them."""
    before = NEWEST if window.before is None else window.before
    fitting = [each for each in found if each.key < before and _fits(each, search)]
    fitting.sort(key=lambda each: -each.key)
    return page(fitting, window, None)


def stretch(found: Sequence[Row], limit: int, end: int | None) -> Stretch[Row]:
    """Return the beginning of what was found, one row more than it may hold; `end` is the last key looked at."""
    rows = list(found[:limit])
    return Stretch(rows, rows[-1].key if len(found) > len(rows) else end)


def _fits(delivery: StoredDelivery, search: DeliverySearch) -> bool:
    return (
        search.state in (None, delivery.state)
        and search.number_id in (None, delivery.event.number_id)
        and search.kind in (None, delivery.event.kind)
    )
