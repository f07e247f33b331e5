"""The port of what is thrown away when its time is over."""

from collections.abc import Sequence
from typing import Protocol

from waypost.model import MediaKey, Medium, MessageKey, NumberId


class Housekeeping(Protocol):
    """Finds and drops old rows, at most `limit` in one call, so that nobody waits long behind it."""

    async def drop_expired_tokens(self, now_ms: int, limit: int) -> list[bytes]:
        """Forget tokens whose time is over, fsynced on return; returns their hashes."""
        ...

    async def drop_old_keys(self, before_ms: int, limit: int) -> int:
        """Forget the keys of requests stored before this moment, fsynced on return; returns how many."""
        ...

    async def expired_media(self, before_ms: int, limit: int) -> list[Medium]:
        """Return media whose time was over before this moment, the oldest first."""
        ...

    async def renew_medium(self, key: MediaKey, expires_ms: int) -> None:
        """Let a medium live until this moment, fsynced on return; one that is not there is let be."""
        ...

    async def blobs_without_rows(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Return those of the hashes that no medium has, in the order given."""
        ...

    async def old_messages(
        self, number_id: NumberId, before_ms: int, after: MessageKey, limit: int
    ) -> list[tuple[MessageKey, str]]:
        """Return a number's messages from before this moment, above a key and in order, each with its user."""
        ...

    async def drop_messages(self, keys: Sequence[MessageKey]) -> list[MessageKey]:
        """Delete messages with all that is known of them, fsynced on return; returns which.

        One that has not reached its phone stays, and one of whose deliveries one waits.
        """
        ...
