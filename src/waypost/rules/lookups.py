"""The limits of 360dialog's proxy on media: uploads per second, and look-ups that fail.

Pure: the caller says what time it is.

# spec: cloud-api.md#6.5
"""

from collections import deque

from waypost.rules.rates import Rate

UPLOADS = Rate(interval_us=40_000, burst=25)
"""25 uploads per second for one number."""
MAX_FAILURES = 20
FAILURES_MS = 60 * 60_000
BLOCK_MS = 30 * 60_000


class Lookups:
    """The look-ups of one key that failed, and whether it is blocked for them."""

    def __init__(self) -> None:
        self._failed_ms: deque[int] = deque(maxlen=MAX_FAILURES)
        self._blocked_ms: int | None = None

    def wait_ms(self, now_ms: int) -> int:
        """Return how long the key is blocked yet; 0: it is not."""
        if self._blocked_ms is None or not 0 <= now_ms - self._blocked_ms < BLOCK_MS:  # the clock may go back
            return 0
        return self._blocked_ms + BLOCK_MS - now_ms

    def fail(self, now_ms: int) -> None:
        """Count a look-up that failed; the twentieth within an hour blocks the key."""
        self._failed_ms.append(now_ms)
        if len(self._failed_ms) == MAX_FAILURES and 0 <= now_ms - self._failed_ms[0] < FAILURES_MS:
            self._failed_ms.clear()
            self._blocked_ms = now_ms
