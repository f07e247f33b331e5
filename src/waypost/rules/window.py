"""The customer service window: who may be sent free-form messages.

# spec: cloud-api.md#12.1, on-premises-api.md#12
"""

from waypost.errors import Cause, Fact, Fault
from waypost.errors.outcomes import WINDOW_CLOSED
from waypost.lib.durations import told_duration, told_moment

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


def told_closed(wa_id: str, last_inbound_ms: int | None, now_ms: int) -> Cause:
    """Return why the window is closed, with the facts."""
    if last_inbound_ms is None:
        sentence = f"{wa_id} has never written to this number, so there is no customer service window."
        return Cause("window", sentence, {"last_inbound": None})
    age = told_duration(now_ms - last_inbound_ms)
    sentence = f"The last message of {wa_id} is {age} old, so the customer service window is closed."
    return Cause("window", sentence, _facts(last_inbound_ms, now_ms))


def told_open(wa_id: str, last_inbound_ms: int, now_ms: int) -> tuple[str, dict[str, Fact]]:
    """Return in one sentence that the window was open at a moment, and the facts."""
    age, until = told_duration(now_ms - last_inbound_ms), told_moment(last_inbound_ms + WINDOW_MS)
    sentence = f"The last message of {wa_id} was {age} old, so the customer service window was open until {until}."
    return sentence, _facts(last_inbound_ms, now_ms)


def _facts(last_inbound_ms: int, now_ms: int) -> dict[str, Fact]:
    return {
        "last_inbound": told_moment(last_inbound_ms),
        "age_seconds": (now_ms - last_inbound_ms) // 1000,
        "closes": told_moment(last_inbound_ms + WINDOW_MS),
    }
