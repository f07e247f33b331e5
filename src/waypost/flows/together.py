"""Together: how several processes at one database count things together.

See docs/decisions/0030-shared-rates.md.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec import Struct

Subject = tuple[int, str]
"""Who is counted, and what; of a number's messages one of its users or, with an empty text, the number itself."""


class Arrivals(Protocol):
    """The arrival times of subjects, kept for several processes."""

    async def count(self, subjects: Iterable[Subject], count: Callable[[dict[Subject, int], int], Any]) -> Any:
        """Return what `count` makes of the arrival times of subjects, which no other process changes meanwhile.

        It is given the time in milliseconds since 1970 by a clock that is the same for all. Raises StoreDown; then it
        may have been counted.
        """
        ...


class Moments(Protocol):
    """When something happened lately, by subject; forgotten when nothing of a subject has changed for an hour."""

    async def read(self, subject: Subject) -> tuple[list[int], int]:
        """Return the moments of a subject, and the time by a clock that is the same for all. Raises StoreDown."""
        ...

    async def count(self, subject: Subject, count: Callable[[list[int], int], Any]) -> Any:
        """Return what `count` makes of the moments and that time, all in milliseconds; it may change the moments.

        No other process changes them meanwhile. Raises StoreDown; then it may have been counted.
        """
        ...


class Together(Struct, frozen=True):
    """What several processes count by."""

    arrivals: Arrivals
    moments: Moments
    time_ms: Callable[[int], int]
    """Returns the time to count on, for a moment of the clock that is the same for all."""
