"""Together: what several processes at one database count by.

See docs/decisions/0030-shared-rates.md.
"""

from collections.abc import Callable

from msgspec import Struct

from waypost.ports import Arrivals, Moments


class Together(Struct, frozen=True):
    """What all of them count by, and the time that they count on."""

    arrivals: Arrivals
    moments: Moments
    time_ms: Callable[[int], int]
    """Returns the time to count on, for a moment of the clock that is the same for all."""
