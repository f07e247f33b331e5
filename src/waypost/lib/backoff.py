"""When to try again: the retry ladders as pure functions, and the only randomness that spreads them.

A policy is data; `next_attempt` turns it, with what has happened so far, into the moment of the next attempt or into
None, which means: give up, this is a dead letter.
"""

import random
from collections.abc import Callable
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from msgspec import Struct

from waypost.lib.durations import to_ms

Jitter = Callable[[int], int]
"""Takes the most milliseconds that may be added, returns how many are: 0 to that many."""

_SECOND_MS: Final = 1000
_MINUTE_MS: Final = 60 * _SECOND_MS
_HOUR_MS: Final = 60 * _MINUTE_MS
_DAY_MS: Final = 24 * _HOUR_MS
_JITTER_SHARE: Final = 10  # at most one part in ten, and only ever added
_MOST_DOUBLINGS: Final = 62  # beyond this every delay is at its cap, and the power would only grow


def random_jitter(most_ms: int) -> int:
    """Return 0 to `most_ms` milliseconds, evenly spread."""
    return random.randint(0, most_ms)


class Ladder(Struct, frozen=True):
    """Delays that are written down one by one; the last one goes on until the horizon."""

    steps_ms: tuple[int, ...]
    horizon_ms: int
    jitter: Jitter = random_jitter

    def delay_ms(self, attempt: int) -> int:
        """Return the delay after attempt `attempt` (from 1) has failed."""
        return self.steps_ms[min(attempt, len(self.steps_ms)) - 1]


class Linear(Struct, frozen=True):
    """Delays that grow by the same step up to a cap, and stay there until the horizon."""

    step_ms: int
    max_ms: int
    horizon_ms: int
    jitter: Jitter = random_jitter

    def delay_ms(self, attempt: int) -> int:
        """Return the delay after attempt `attempt` (from 1) has failed."""
        return min(attempt * self.step_ms, self.max_ms)


class Exponential(Struct, frozen=True):
    """Delays that grow by a factor up to a cap, and stay there until the horizon."""

    first_ms: int
    factor: int
    max_ms: int
    horizon_ms: int
    jitter: Jitter = random_jitter

    def delay_ms(self, attempt: int) -> int:
        """Return the delay after attempt `attempt` (from 1) has failed."""
        growth: int = self.factor ** min(attempt - 1, _MOST_DOUBLINGS)
        return min(self.first_ms * growth, self.max_ms)


Policy = Ladder | Linear | Exponential

# The platform says "at once, then with falling frequency, up to 7 days" and keeps its steps to itself; these are ours.
# The steps before the cap take 23 hours; with 6 more days of 4 hours each that makes about 55 attempts.
# spec: cloud-api.md#7.2
CLOUD_WEBHOOKS: Final = Ladder(
    steps_ms=(
        0,
        5 * _SECOND_MS,
        15 * _SECOND_MS,
        30 * _SECOND_MS,
        1 * _MINUTE_MS,
        2 * _MINUTE_MS,
        5 * _MINUTE_MS,
        10 * _MINUTE_MS,
        15 * _MINUTE_MS,
        30 * _MINUTE_MS,
        1 * _HOUR_MS,
        2 * _HOUR_MS,
        3 * _HOUR_MS,
        4 * _HOUR_MS,
    ),
    horizon_ms=7 * _DAY_MS,
)


def onprem_webhooks(step_ms: int = 3000, max_ms: int = 900_000) -> Linear:
    """Return the policy of `callback_backoff_delay_ms` and `max_callback_backoff_delay_ms`.

    The original goes on without an end, or for about a day; here it is 7 days, as on the other face.

    # spec: on-premises-api.md#11.2
    """
    return Linear(step_ms=step_ms, max_ms=max_ms, horizon_ms=7 * _DAY_MS)


# Whatever an upstream says to try again.
UPSTREAM: Final = Exponential(first_ms=_SECOND_MS, factor=2, max_ms=5 * _MINUTE_MS, horizon_ms=_DAY_MS)


def next_attempt(
    policy: Policy, attempt: int, *, first_ms: int, now_ms: int, retry_after: timedelta | None = None
) -> int | None:
    """Return when to try again after attempt `attempt` (from 1) failed at `now_ms`; None when it is a dead letter.

    `first_ms` is when the first attempt was due: the horizon counts from there. A `retry_after` of the receiver can
    only lengthen the policy's delay, to a day at most. Jitter is only added, at most a tenth.
    """
    if attempt < 1:
        raise ValueError(f"attempt {attempt} is not 1 or more")
    base_ms = policy.delay_ms(attempt)
    delay_ms = base_ms + policy.jitter(base_ms // _JITTER_SHARE)
    if retry_after is not None:
        asked_ms = max(0, to_ms(retry_after))
        spread_ms = asked_ms + policy.jitter(min(asked_ms, _DAY_MS) // _JITTER_SHARE)
        delay_ms = max(delay_ms, min(spread_ms, _DAY_MS))
    due_ms = now_ms + delay_ms
    return due_ms if due_ms <= first_ms + policy.horizon_ms else None


def parse_retry_after(value: str | None, *, wall_seconds: int) -> timedelta | None:
    """Return what a `Retry-After` header asks for, 0 to 24 hours; None when it is absent or makes no sense.

    A date is measured against the machine's own clock, never against platform time, which a user may have moved.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        # Twelve digits are 30,000 years; more would only cost time to read.
        return _clamped(int(text[:12]))
    return _until_date(text, wall_seconds)


def _until_date(text: str, wall_seconds: int) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(text)
        # "-0000" and no zone at all come back naive; HTTP dates are in UTC.
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _clamped(int(seconds) - wall_seconds)


def _clamped(seconds: int) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0), _DAY_MS // _SECOND_MS))
