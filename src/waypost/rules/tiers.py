"""The messaging limit: how many users an account may write to outside their windows, in any 24 hours.

Pure: the caller says what time it is, and brings what is known from before.

# spec: cloud-api.md#12.4, on-premises-api.md#14.1
"""

import math
from collections.abc import Iterable

DAY_MS = 86_400_000

_USERS = {
    "TIER_50": 50, "TIER_250": 250, "TIER_1K": 1_000, "TIER_2K": 2_000, "TIER_10K": 10_000, "TIER_100K": 100_000,
}  # fmt: skip


def limit_of(tier: str) -> int | None:
    """Return how many users a tier allows; None: as many as there are."""
    return _USERS.get(tier)


def is_higher(tier: str, other: str) -> bool:
    """Return whether a tier allows more users than another."""
    return _USERS.get(tier, math.inf) > _USERS.get(other, math.inf)


class Reached:
    """The users whom one account has written to outside their windows, each with when last.

    There may be 100,000 of them, so that a message that is refused must not look at each of them again.
    """

    def __init__(self, users: Iterable[tuple[str, int]] = ()) -> None:
        self._last_ms = dict(users)
        self._newest_ms = 0
        self._first_ends_ms = 0
        """From the newest message until then every user counts."""

    def learn(self, users: Iterable[tuple[str, int]]) -> None:
        """Count what other processes have sent, too."""
        for wa_id, at_ms in users:
            self._last_ms[wa_id] = max(at_ms, self._last_ms.get(wa_id, at_ms))
        self._first_ends_ms = 0

    def left(self, limit: int) -> int:
        """Return how many users may be reached at least."""
        return max(0, limit - len(self._last_ms))

    def admit(self, wa_id: str, limit: int, now_ms: int) -> bool:
        """Count a message to a user; False, and nothing counted, if that is one user too many."""
        if not self._counts(wa_id, now_ms) and len(self._last_ms) >= limit:
            if not self._newest_ms <= now_ms < self._first_ends_ms:
                self._forget_past(now_ms)
            if len(self._last_ms) >= limit:
                return False
        self._last_ms[wa_id] = now_ms
        self._newest_ms = max(self._newest_ms, now_ms)
        self._first_ends_ms = min(self._first_ends_ms, now_ms + DAY_MS)
        return True

    def _forget_past(self, now_ms: int) -> None:
        self._last_ms = {user: last_ms for user, last_ms in self._last_ms.items() if self._counts(user, now_ms)}
        self._newest_ms = max(self._last_ms.values(), default=0)
        self._first_ends_ms = min(self._last_ms.values(), default=now_ms) + DAY_MS

    def _counts(self, wa_id: str, now_ms: int) -> bool:
        last_ms = self._last_ms.get(wa_id)
        return last_ms is not None and 0 <= now_ms - last_ms < DAY_MS  # the clock may have been set back
