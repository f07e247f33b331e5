"""The limits of 360dialog's proxy on media: uploads per second, and look-ups that fail.

Pure: the caller says what time it is.

# spec: cloud-api.md#6.5
"""

from waypost.rules.rates import Rate

UPLOADS = Rate(interval_us=40_000, burst=25)
"""25 uploads per second for one number."""
MAX_FAILURES = 20
FAILURES_MS = 60 * 60_000
BLOCK_MS = 30 * 60_000


def block_ms(failed: list[int], now_ms: int) -> int:
    """Return how much longer look-ups are blocked for those that failed; 0: they are not."""
    if not _is_block(failed) or not 0 <= now_ms - failed[-1] < BLOCK_MS:  # the clock may go back
        return 0
    return failed[-1] + BLOCK_MS - now_ms


def fail(failed: list[int], now_ms: int) -> None:
    """Count a look-up that failed; the twentieth within an hour blocks the key."""
    if block_ms(failed, now_ms):  # it began before the block
        return
    if _is_block(failed):  # it is over
        failed.clear()
    failed.append(now_ms)
    del failed[:-MAX_FAILURES]


def _is_block(failed: list[int]) -> bool:
    return len(failed) == MAX_FAILURES and 0 <= failed[-1] - failed[0] < FAILURES_MS
