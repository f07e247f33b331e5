"""The port of whatever calls back at a moment of platform time."""

from collections.abc import Callable
from typing import Protocol


class Schedule(Protocol):
    """Calls back when platform time reaches a moment, also when a user of the embedded network moves it there."""

    def at(self, due_ms: int, call: Callable[[], None]) -> None:
        """Call `call` once, on the event loop, when platform time is at `due_ms` or past it; forgotten by a restart."""
        ...
