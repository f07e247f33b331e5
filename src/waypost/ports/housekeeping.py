"""The port of what is thrown away when its time is over."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from waypost.model import EventKey, MediaKey, Medium, MessageKey, NumberId


class Sweep(Struct, frozen=True):
    """What one step along the messages did."""

    dropped: tuple[tuple[MessageKey, str], ...]
    """What is gone, each with its user."""
    next_after: MessageKey | None
    """Where the next step begins; None: all that follows is younger, or there is nothing."""


class Housekeeping(Protocol):
    """Finds and drops old rows, at most `limit` in one call, so that nobody waits long behind it."""

    async def drop_expired_tokens(self, now_ms: int, limit: int) -> list[bytes]:
        """Forget tokens whose time is over, fsynced on return; returns their hashes."""
        ...

    async def drop_old_keys(self, before_ms: int, limit: int) -> int:
        """Forget the keys of requests stored before this moment, fsynced on return; returns how many."""
        ...

    async def drop_messages(
        self, after: MessageKey, before_ms: int, limit: int, *, number_id: NumberId | None = None
    ) -> Sweep:
        """Look at the next messages above a key and drop those of before a moment, with all that hangs on them.

        With a number only those of that number are dropped, of the `limit` that are looked at.

        What hangs on a message are its attempts, its events, their deliveries, and what the network knows of it; its
        media have a life of their own. It goes whole or not at all: it stays while it waits for the upstream or
        for its phone, and while a delivery of it waits or is dead. Fsynced on return.
        """
        ...

    async def drop_notices(self, after: EventKey, before_ms: int, limit: int) -> EventKey | None:
        """Do the same along the events that are about no message; returns where the next step begins, as above."""
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

    async def erase(self, wa_id: str) -> list[bytes]:
        """Delete everything about a user, fsynced on return; returns the hashes of bytes that no medium has any more.

        That is what they wrote and were sent, with attempts, events and deliveries, also waiting and dead ones; files
        that no other user's message has; and what is known of them: windows, phone, identity, block lists. Of a user
        who has moved it is also what is under the numbers they had before. Whoever calls lets nothing else happen.
        """
        ...
