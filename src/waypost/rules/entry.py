"""Free entry points: 72 hours without a price, which an answer opens to a user whom an advertisement brought.

# spec: cloud-api.md#12.2
"""

import hashlib

from waypost.model import EntryPoint, NumberId, WindowFacts

ANSWER_MS = 24 * 3_600_000
"""How long the business may take to answer."""
ENTRY_MS = 72 * 3_600_000
"""How long the entry point is open, from that answer on."""


def opened_by_answer(facts: WindowFacts, now_ms: int) -> int | None:
    """Return the end of the free entry point that a message of the business opens now; None: it opens none."""
    if facts.ad_ms is None or now_ms - facts.ad_ms >= ANSWER_MS:
        return None
    return now_ms + ENTRY_MS


def open_until(facts: WindowFacts, now_ms: int) -> int | None:
    """Return the end of the free entry point that is open now."""
    until_ms = facts.free_until_ms
    return until_ms if until_ms is not None and now_ms < until_ms else None


def entry_point(number_id: NumberId, wa_id: str, until_ms: int) -> EntryPoint:
    """Return how statuses name a free entry point: the same for all of its messages."""
    name = f"{number_id}/{wa_id}/{until_ms}".encode()
    return EntryPoint(hashlib.blake2b(name, digest_size=16).hexdigest(), until_ms)
