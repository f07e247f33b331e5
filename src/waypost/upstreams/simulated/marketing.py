"""How much marketing each user gets from all businesses together; the platform holds back what is too much.

The reference calls the limit dynamic and names no number, so that there is none until the operator sets one. What
counts are marketing templates outside the user's window that have reached the user, or are on their way, within 24
hours; the reference does not say that either, and the window is the lenient reading.

# spec: cloud-api.md#12.4, error-codes.tsv
"""

from waypost.errors import Cause, Fault
from waypost.errors.outcomes import MARKETING_LIMIT, MARKETING_STOPPED
from waypost.model import MessageKey
from waypost.ports import NetworkStore
from waypost.rules.tiers import DAY_MS


class Marketing:
    """Counts by user; what was taken before the start is read from the store when it first matters."""

    def __init__(self, store: NetworkStore) -> None:
        self.limit: int | None = None
        """How many messages a user gets within 24 hours; None: any number, and none is counted."""
        self._store = store
        self._known: dict[str, dict[MessageKey, int]] | None = None

    def forget(self) -> None:
        """Begin anew, after the store was reset or the limit was lifted."""
        self._known = None

    async def fault(self, token: MessageKey, wa_id: str, now_ms: int) -> Fault | None:
        """Count a message to a user, once, or say that it is too much."""
        if self.limit is None:
            return None
        if self._known is None:
            rows = await self._store.marketed(now_ms - DAY_MS)
            if self._known is None:
                self._known = {}
                for user, earlier, at_ms in rows:
                    self._known.setdefault(user, {})[earlier] = at_ms
        # A moment that lies ahead was counted before the clock was set back.
        known = {key: at_ms for key, at_ms in self._known.get(wa_id, {}).items() if 0 <= now_ms - at_ms < DAY_MS}
        self._known[wa_id] = known
        if token not in known and len(known) >= self.limit:
            details = (
                f"The user has had {len(known)} marketing messages within 24 hours, which is all that is delivered."
            )
            sentence = (
                f"{wa_id} has had {len(known)} marketing messages within 24 hours, and the network allows {self.limit}."
            )
            cause = Cause("limits", sentence, {"had": len(known), "limit": self.limit})
            return Fault(MARKETING_LIMIT, details, cause=cause)
        known[token] = now_ms
        return None


def stopped(wa_id: str) -> Fault:
    """Return why a user gets no marketing who wants none."""
    cause = Cause("recipient", f"{wa_id} takes no marketing of this business.", {"marketing": False})
    return Fault(MARKETING_STOPPED, "The user has stopped marketing messages from this business.", cause=cause)
