"""How many calls an account has made in the last hour. Pure: the caller says what time it is.

# spec: cloud-api.md#12.4
"""

from collections import defaultdict, deque

HOUR_MS = 3_600_000
ACTIVE_CALLS = 5_000
"""For an account with a registered number."""
NEW_CALLS = 200


class Hours:
    """The moments of the last hour's calls, by account."""

    def __init__(self) -> None:
        self._calls: defaultdict[int, deque[int]] = defaultdict(deque)

    def count(self, subject: int, limit: int, now_ms: int) -> int:
        """Count one call; return how many there are with it. One above the limit is not counted, but returned."""
        calls = self._calls[subject]
        while calls and not now_ms - HOUR_MS < calls[0] <= now_ms:  # the clock may have been set back, too
            calls.popleft()
        if len(calls) >= limit:
            return limit + 1
        calls.append(now_ms)
        return len(calls)

    def wait_ms(self, subject: int, now_ms: int) -> int:
        """Return how long it is until the oldest call counts no longer."""
        calls = self._calls[subject]
        return calls[0] + HOUR_MS - now_ms if calls else 0
