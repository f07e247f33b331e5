"""The customer service window: who may be sent free-form messages.

# spec: cloud-api.md#12.1, on-premises-api.md#12
"""

from waypost.errors import Fault
from waypost.errors.outcomes import WINDOW_CLOSED

WINDOW_MS = 24 * 3_600_000

_DETAILS = (
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
)


def is_open(last_inbound_ms: int | None, now_ms: int) -> bool:
    """Return whether the user wrote less than 24 hours ago."""
    return last_inbound_ms is not None and now_ms - last_inbound_ms < WINDOW_MS


def fault(kind: str, last_inbound_ms: int | None, now_ms: int) -> Fault | None:
    """Return why a message of this type may not go to the user now; templates always may."""
    if kind == "template" or is_open(last_inbound_ms, now_ms):
        return None
    return Fault(WINDOW_CLOSED, _DETAILS)
