"""Waiting in a test: look again soon until something is so, or the time is up."""

from collections.abc import Callable
from typing import TypeVar

from waypost.lib.clock import looks

Found = TypeVar("Found")


def look_until(look: Callable[[], Found | None], within: float) -> Found | None:
    """Return what `look` finds as soon as it finds something; None if it has not `within` real seconds.

    It looks once at least, and once more when the time is up. Only the calling thread waits.
    """
    for _ in looks(within_seconds=within):
        found = look()
        if found is not None:
            return found
    return None
