"""How many calls an account has made in the last hour. Pure: the caller says what time it is.

# spec: cloud-api.md#12.4
"""

HOUR_MS = 3_600_000
ACTIVE_CALLS = 5_000
"""For an account with a registered number."""
NEW_CALLS = 200


def count(calls: list[int], limit: int, now_ms: int) -> int:
    """Count one call among earlier ones; return how many there are with it.

    One above the limit is not counted, but returned.
    """
    past = next((place for place, at_ms in enumerate(calls) if now_ms - HOUR_MS < at_ms <= now_ms), len(calls))
    del calls[:past]  # the clock may have been set back, too
    if len(calls) >= limit:
        return limit + 1
    calls.append(now_ms)
    return len(calls)


def wait_ms(calls: list[int], now_ms: int) -> int:
    """Return how long it is until the oldest call counts no longer."""
    return calls[0] + HOUR_MS - now_ms if calls else 0
