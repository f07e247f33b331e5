"""How long a message is worth delivering.

# spec: cloud-api.md#2.4, cloud-api.md#13.1, on-premises-api.md#3.1
"""

from waypost.errors import Cause, Fault
from waypost.errors.outcomes import MESSAGE_EXPIRED
from waypost.lib.durations import told_moment
from waypost.model import Dialect

LIFE_MS = 30 * 86_400_000
"""Of a message for which neither the request nor its template says anything else."""
AUTHENTICATION_MS = 10 * 60_000
"""Of a template with a code."""


def end_of_life(
    now_ms: int, category: str, *, asked_ms: int | None = None, template_seconds: int | None = None
) -> int | None:
    """Return when a message accepted now is thrown away; None: as any message, 30 days after the network took it.

    What the request asks for wins over what the template says, and that over the category.
    """
    if asked_ms is not None:
        return now_ms + asked_ms
    if template_seconds is not None and template_seconds > 0:  # a template may say -1: the default
        return now_ms + 1000 * template_seconds
    return now_ms + AUTHENTICATION_MS if category == "authentication" else None


def is_told(dialect: Dialect) -> bool:
    """Return whether the end is reported: the newer dialect is silent, the older one says 410.

    # spec: cloud-api.md#2.4, migration.md#3.1
    """
    return dialect != "cloud"


def expired(expires_ms: int | None, now_ms: int) -> Fault | None:
    """Return why a message that has not reached its phone never will."""
    if expires_ms is None or now_ms < expires_ms:
        return None
    expired_at = told_moment(expires_ms)
    cause = Cause(
        "limits", f"Its life was over at {expired_at}, before it had reached the phone.", {"expired": expired_at}
    )
    return Fault(
        MESSAGE_EXPIRED, "The message did not reach the user within its life and was thrown away.", cause=cause
    )
