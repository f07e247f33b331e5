"""What may be reacted to: a message of the same thread that is young enough, not deleted, and no reaction itself.

# spec: cloud-api.md#3.5
"""

from waypost.errors import Fault
from waypost.errors.outcomes import BAD_REACTION

MAX_AGE_MS = 30 * 86_400_000


def fault(message_id: str, *, found_kind: str | None, age_ms: int, is_deleted: bool = False) -> Fault | None:
    """Return why a reaction to this message fails; `found_kind` is its type, None if the thread has no such message.

    `is_deleted`: its user has deleted it.
    """
    if found_kind is None:
        return Fault(BAD_REACTION, f"reaction.message_id: {message_id[:200]} is no message of this thread.")
    if is_deleted:
        return Fault(BAD_REACTION, f"reaction.message_id: {message_id[:200]} was deleted by the user.")
    if found_kind == "reaction":
        return Fault(BAD_REACTION, f"reaction.message_id: {message_id[:200]} is itself a reaction.")
    if age_ms > MAX_AGE_MS:
        return Fault(BAD_REACTION, f"reaction.message_id: {message_id[:200]} is over 30 days old.")
    return None
