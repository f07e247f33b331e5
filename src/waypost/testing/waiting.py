"""Waiting in a test: look again soon until something is so, or the time is up."""

from collections.abc import Callable
from threading import Event
from typing import TypeVar

from waypost.lib.clock import SystemClock

Found = TypeVar("Found")
_FIRST_SECONDS = 0.002
_LONGEST_SECONDS = 0.03


def look_until(look: Callable[[], Found | None], within: float) -> Found | None:
    """Return what `look` finds as soon as it finds something; None if it has not `within` real seconds.

    It looks once at least, and once more when the time is up. Only the calling thread waits.
    """
    clock, nobody = SystemClock(), Event()
    deadline, pause = clock.monotonic() + within, _FIRST_SECONDS
    while True:
        left = deadline - clock.monotonic()
        found = look()
        if found is not None or left <= 0:
            return found
        nobody.wait(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_SECONDS)
