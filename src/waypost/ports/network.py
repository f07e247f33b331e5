"""The port of what the embedded network remembers."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from msgspec import Struct

from waypost.errors import Fault
from waypost.model import (
    MessageKey,
    NumberId,
    Phone,
    Status,
)
from waypost.ports.records import StoredMessage


class Carried(Struct, frozen=True):
    """A message that the embedded network has taken, and how far it has got with it."""

    token: MessageKey
    number_id: NumberId
    wa_id: str
    kind: str
    category: str
    progress: Status
    due_ms: int
    in_window: bool = True
    """Whether the user's window was open when it was taken; decides the price of a template."""
    fault: Fault | None = None
    """What it fails with, whatever its phone does: ordered by a fault rule, or a reaction to an unknown message."""
    free_until_ms: int | None = None
    """End of the free entry point that it was taken in; decides the price of every message."""
    expires_ms: int | None = None
    """When it is thrown away if it has not reached its phone; None: never."""
    tells_expiry: bool = False
    """Whether the business is told that it was thrown away."""


class NetworkStore(Protocol):
    """What the embedded network remembers; it is a world of its own that merely shares the database."""

    async def load_phones(self) -> list[Phone]:
        """Return every phone."""
        ...

    async def save_phone(self, phone: Phone) -> None:
        """Insert or replace a phone; fsynced on return."""
        ...

    async def hide_phone(self, wa_id: str) -> None:
        """Note which numbers have exchanged messages with a phone until now, and when; fsynced on return."""
        ...

    async def known_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        """Return when a number and the phone number of a hidden user last had to do with each other."""
        ...

    async def get_to_know(self, number_id: NumberId, wa_id: str, at_ms: int) -> None:
        """Note that a number and the phone number of a hidden user had to do with each other; fsynced on return."""
        ...

    async def move_windows(self, wa_id: str, new_wa_id: str) -> None:
        """Give a user's windows with every number to their new phone number; fsynced on return."""
        ...

    async def take(self, carried: Carried) -> bool:
        """Take a message by its token, fsynced on return; False if it was taken before: it is not taken twice."""
        ...

    async def has_taken(self, token: MessageKey) -> bool:
        """Say whether a message was taken by this token."""
        ...

    def progressed(self, steps: Sequence[tuple[MessageKey, Status, int]]) -> Awaitable[None]:
        """Note how far messages are: token, progress, due_ms. Lazy; told again after a crash if it was lost."""
        ...

    async def marketed(self, since_ms: int) -> list[tuple[str, MessageKey, int]]:
        """Return the marketing templates outside windows since then that did not fail: whose, which, when accepted."""
        ...

    async def unfinished(self, after: MessageKey, limit: int) -> list[Carried]:
        """Read the messages that have not reached their last status, in order of token."""
        ...

    async def received_by(
        self, wa_id: str, limit: int, *, number_id: NumberId | None = None, before: int | None = None
    ) -> list[tuple[Carried, StoredMessage]]:
        """Return the newest that a phone has received, oldest first, each once; of one number, and below a key."""
        ...
