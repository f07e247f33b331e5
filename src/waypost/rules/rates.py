"""Rates: how many messages a number may send per second, and how many to one user.

A rate is kept as one number per subject, the *theoretical arrival time*: the moment at which everything that was let
through would have come had it come evenly. A message is let through while that moment is not further ahead than the
burst allows. Pure: the caller keeps the moments.

# spec: cloud-api.md#12.4, on-premises-api.md#14.1
"""

from collections import deque
from typing import Any

from msgspec import Struct


class Rate(Struct, frozen=True):
    """One message per `interval_us` in the long run, and up to `burst` at once."""

    interval_us: int
    burst: int

    def next(self, arrival_us: int, now_us: int) -> int | None:
        """Return the new arrival time of one more message at `now_us`, or None if it comes too early.

        An arrival further ahead than the burst reaches was kept before the clock was set back, and counts no more.
        """
        if arrival_us - now_us > self.burst * self.interval_us:
            arrival_us = now_us
        start = max(arrival_us, now_us)
        if start - now_us > (self.burst - 1) * self.interval_us:
            return None
        return start + self.interval_us

    def wait_us(self, arrival_us: int, now_us: int) -> int:
        """Return how long a message that was held back must wait."""
        return arrival_us - now_us - (self.burst - 1) * self.interval_us


_SECOND_MS = 1_000
UPGRADE_MS = 60_000
"""How long a number cannot send while it is moved to a higher throughput; the reference says about a minute."""

PAIR = Rate(interval_us=6_000_000, burst=45)
"""One message per 6 seconds from one number to one user, after a burst of up to 45 that is borrowed."""
ONPREM_MESSAGES = Rate(interval_us=20_000, burst=150)
"""50 requests per second to `/v1/messages`, 150 at once."""
ONPREM_OTHERS = Rate(interval_us=50_000, burst=60)
"""20 requests per second to every other On-Premises path, 60 at once."""


def throughput(per_second: int) -> Rate:
    """Return the rate of a number that may send so many messages a second, all of them at once."""
    return Rate(interval_us=1_000_000 // per_second, burst=per_second)


def upgrade_ms(until_ms: int | None, now_ms: int) -> int:
    """Return how much longer an upgrade that ends at a moment (None: there is none) keeps a number from sending."""
    return 0 if until_ms is None else left_ms(until_ms, now_ms, UPGRADE_MS)


def left_ms(until_ms: int, now_ms: int, whole_ms: int) -> int:
    """Return how much is left of a time; one with more left than it lasts began before the clock was set back."""
    left = until_ms - now_ms
    return left if 0 < left <= whole_ms else 0


class Meter:
    """The arrival times of many subjects; forgets those that have had nothing to wait for.

    Given `arrivals` that are kept elsewhere it changes those.
    """

    # Any: whatever is counted by
    def __init__(self, rate: Rate, *, max_subjects: int = 100_000, arrivals: dict[Any, int] | None = None) -> None:
        self._rate = rate
        self._arrivals: dict[Any, int] = {} if arrivals is None else arrivals
        self._max_subjects = max_subjects

    def admit(self, subject: Any, now_ms: int) -> int:  # Any: as above
        """Count one message; return 0 if it may go, else the milliseconds to wait, and count nothing."""
        now_us = now_ms * 1000
        arrival = self._arrivals.get(subject, 0)
        following = self._rate.next(arrival, now_us)
        if following is None:
            return max(1, self._rate.wait_us(arrival, now_us) // 1000)
        if len(self._arrivals) >= self._max_subjects:
            self._arrivals = {name: moment for name, moment in self._arrivals.items() if moment > now_us}
        self._arrivals[subject] = following
        return 0

    def forget(self) -> None:
        """Let every subject begin anew."""
        self._arrivals.clear()


class Window:
    """At most so many in any second, whatever the rate in the long run lets through."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._moments: dict[object, deque[int]] = {}

    def admit(self, subject: object, now_ms: int) -> int:
        """Count one; return 0 if it may go, else the milliseconds to wait, and count nothing."""
        moments = self._moments.setdefault(subject, deque(maxlen=self._most))
        if len(moments) == self._most and now_ms - moments[0] < _SECOND_MS:
            return moments[0] + _SECOND_MS - now_ms
        moments.append(now_ms)
        return 0

    def forget(self) -> None:
        """Let every subject begin anew."""
        self._moments.clear()
