"""The port of what changes rarely, and of what is only looked at."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from waypost.model import (
    Attempt,
    Dialect,
    Event,
    EventKey,
    FailedSend,
    Finding,
    MediaKey,
    Medium,
    MessageKey,
    Number,
    NumberId,
    Provider,
    Status,
    Template,
    Token,
)
from waypost.ports.documents import Replacement
from waypost.ports.load import Backlog


class StoredMessage(Struct, frozen=True):
    """A message of either direction as the inspector shows it."""

    key: MessageKey
    tag: int
    number_id: NumberId
    wa_id: str
    received: bool
    kind: str
    status: Status | None
    body: bytes
    raw: bytes
    at_ms: int
    problem: str | None
    problem_details: str | None
    media_key: MediaKey | None
    more_media: tuple[MediaKey, ...]
    callback_data: str | None
    user_id: str | None = None
    """The business-scoped id that it was addressed to."""
    dialect: Dialect = "cloud"
    """The dialect of the request."""
    deleted: bool = False
    """Whether the user who wrote it has deleted it."""


STATES = ("waiting", "done", "dead", "cancelled", "dropped")
"""What can become of a delivery. Stores keep the place in this list."""


class StoredDelivery(Struct, frozen=True):
    """A delivery as the inspector shows it."""

    event: Event
    state: str
    """One of `STATES`."""
    first_ms: int
    due_ms: int
    attempts: tuple[Attempt, ...]
    endpoint: str = ""
    further_key: EventKey | None = None

    @property
    def key(self) -> EventKey:
        """Its row, as of a `Delivery`."""
        return self.event.key if self.further_key is None else self.further_key


class Records(Protocol):
    """Everything that changes rarely or is only looked at. Writes are fsynced on return."""

    async def save_medium(self, medium: Medium) -> None:
        """Store the row of a file whose bytes are already safe."""
        ...

    async def medium(self, key: MediaKey) -> Medium | None:
        """Return a medium that is not deleted, expired or not."""
        ...

    async def delete_medium(self, key: MediaKey) -> bool:
        """Delete the row; return whether the blob has no other row and may go."""
        ...

    async def load_numbers(self) -> list[Number]:
        """Return every number."""
        ...

    async def save_number(self, number: Number) -> None:
        """Insert or replace a number."""
        ...

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        """Have `change` make another of a number as it is stored, and return that; nobody else changes it meanwhile.

        A number that is not stored is taken as given. `change` may be called more than once, in any thread.
        """
        ...

    async def load_tokens(self) -> list[Token]:
        """Return every token."""
        ...

    async def save_token(self, token: Token) -> None:
        """Insert or replace a token."""
        ...

    async def delete_token(self, token_hash: bytes) -> None:
        """Forget a token; unknown ones are ignored."""
        ...

    async def load_providers(self, number_id: NumberId) -> list[Provider]:
        """Return the media providers of a number by name."""
        ...

    async def save_provider(self, number_id: NumberId, provider: Provider) -> None:
        """Insert or replace a provider."""
        ...

    async def delete_provider(self, number_id: NumberId, name: str) -> bool:
        """Delete a provider; False if there was none."""
        ...

    async def load_templates(self) -> list[Template]:
        """Return every template."""
        ...

    async def save_template(self, template: Template) -> None:
        """Insert or replace a template."""
        ...

    async def add_template(self, template: Template, ledger: Replacement) -> bool:
        """Insert a template and replace a document, or do neither and return False: the document is another by now."""
        ...

    async def replace_template(self, before: Template, after: Template) -> bool:
        """Replace a template if it is still as it was read; False, and nothing is written, if it is not."""
        ...

    async def delete_template(self, template_id: int) -> None:
        """Delete a template; unknown ones are ignored."""
        ...

    async def message(self, key: MessageKey) -> StoredMessage | None:
        """Return a message of either direction."""
        ...

    async def messages(self, *, number_id: NumberId | None, wa_id: str | None, limit: int) -> list[StoredMessage]:
        """Return the newest messages first."""
        ...

    async def mark_read(self, number_id: NumberId, wa_id: str, up_to: MessageKey) -> None:
        """Note that the business has read a user's messages up to this one."""
        ...

    async def events_of(self, key: MessageKey) -> list[Event]:
        """Return the events of a message, oldest first."""
        ...

    async def failed_sends(self, key: MessageKey) -> list[FailedSend]:
        """Return the attempts to hand a message to the upstream that did not succeed, in order."""
        ...

    async def findings_of(self, key: MessageKey) -> list[Finding]:
        """Return what was found out about a message on its way, in order; of most there is nothing."""
        ...

    async def last_inbound_before(self, number_id: NumberId, wa_id: str, key: MessageKey) -> int | None:
        """Return when a user last wrote before a message; None if that is not among the 5,000 messages before it."""
        ...

    async def delivery(self, key: EventKey) -> StoredDelivery | None:
        """Return one delivery with its attempts."""
        ...

    async def told(self, keys: Sequence[EventKey]) -> list[tuple[EventKey, Event]]:
        """Return those of some hundred deliveries that are stored, each with its event, in the order given."""
        ...

    async def backlog(self) -> Backlog:
        """Return what is stored and not done; it may take as long as a count of what waits."""
        ...

    async def get_state(self, name: str) -> bytes | None:
        """Return a small named value (the clock's offset, secrets)."""
        ...

    async def put_state(self, name: str, value: bytes) -> None:
        """Set a small named value."""
        ...

    async def reset(self) -> None:
        """Delete everything but numbers, tokens and named values."""
        ...
