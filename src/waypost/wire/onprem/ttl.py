"""How long a message may take: `ttl`, as ISO 8601 writes durations, or in seconds.

# spec: on-premises-api.md#3.1
"""

import re

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.complaints import shown

MAX_SECONDS = 30 * 86_400
"""The platform's own limit for a message that nobody fetches."""

_SECONDS = re.compile(r"[0-9]{1,9}")
_DURATION = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?")
_UNITS = (604_800, 86_400, 3_600, 60, 1)


def milliseconds(ttl: str | int) -> int:
    """Return a `ttl` in milliseconds; raises Refusal unless it is from one second to 30 days."""
    seconds = ttl if isinstance(ttl, int) else _read(ttl.strip())
    if not 1 <= seconds <= MAX_SECONDS:
        details = f"Parameter 'ttl' is {shown(ttl)}; give seconds, as 86400, or an ISO 8601 duration, as \"P1D\"."
        raise Refusal(INVALID_VALUE, details)
    return 1000 * seconds


def _read(text: str) -> int:
    """Return the seconds that a text means; 0 if it means none."""
    if _SECONDS.fullmatch(text):
        return int(text)
    found = _DURATION.fullmatch(text.upper())
    if found is None:
        return 0
    return sum(unit * int(count) for unit, count in zip(_UNITS, found.groups(default="0"), strict=True))
