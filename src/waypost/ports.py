"""What the flows need from the outside, as Protocols: stores, blobs, the upstream, the poster, the fetcher.

Every method states its promise: what is durable when it returns, what may be repeated, what it raises.
Anything that is written may raise `StoreBusy` (the queue of operations is full; nothing was written) or
`StoreDown` (the database cannot be written; nothing was acknowledged).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from waypost.errors import Fault
from waypost.model import (
    Attempt,
    Delivery,
    Event,
    EventKey,
    InboundMessage,
    MediaKey,
    Medium,
    MessageKey,
    Number,
    NumberId,
    Outbound,
    Outcome,
    Phone,
    Provider,
    Sent,
    Status,
    Template,
    Token,
)


class StoreBusy(Exception):  # noqa: N818 - a condition, answered with 429
    """The queue of operations is at its bound."""


class StoreDown(Exception):  # noqa: N818 - a condition, answered with 503 or 507
    """The database cannot be written; `no_space` tells a full disk from the rest."""

    def __init__(self, why: str, *, no_space: bool = False) -> None:
        super().__init__(why)
        self.no_space = no_space


class StoreRefused(Exception):  # noqa: N818 - told to the operator as it is, who must act
    """The database cannot be opened; the text says why and what to do."""


class StatusRow(Struct, frozen=True):
    """One arriving status with the event that tells it, and whether a subscriber is to be told."""

    event: Event
    status: Status
    notify: bool
    problem_details: str | None = None
    """What was wrong, with the value; kept with a failed message."""


class InboundRow(Struct, frozen=True):
    """One arriving message with its event."""

    message: InboundMessage
    event: Event
    notify: bool
    opens_window: bool


@dataclass(frozen=True, slots=True)
class StoredMessage:
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
    callback_data: str | None


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """A delivery as the inspector shows it. `state` is `waiting`, `done`, `dead` or `cancelled`."""

    event: Event
    state: str
    first_ms: int
    due_ms: int
    attempts: tuple[Attempt, ...]


class Store(Protocol):
    """The durable state of a message's way, one transaction per step."""

    async def accept(self, message: Outbound) -> None:
        """T1: store the message and its job; on return both are fsynced."""
        ...

    async def begin(self, message: Outbound) -> None:
        """T2: note that attempt `message.attempt` is about to reach the upstream; fsynced on return."""
        ...

    async def settle_sent(self, message: Outbound, upstream_id: str) -> None:
        """T3: the upstream has it. Lazy: waits a few milliseconds for company, then fsynced; the job is gone."""
        ...

    async def settle_later(self, message: Outbound) -> None:
        """T3: keep the job, due again at `message.due_ms` as attempt `message.attempt`. Lazy."""
        ...

    async def settle_failed(self, message: Outbound, row: StatusRow) -> bool:
        """T3 and T4 in one: drop the job and record the `failed` status; False if the status had come before."""
        ...

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        """T4: apply each status by the table in `model`, store its event and its delivery.

        True for each that is new; a status that the message has had before stores nothing. A status for a message
        that is not stored is parked durably and applied when it appears; it answers False. Fsynced on return.
        """
        ...

    async def record_inbound(self, row: InboundRow) -> bool:
        """Store the message, its event and delivery, and renew the window; False if its key was there before."""
        ...

    async def delivery_done(self, event: Event, attempt: Attempt | None) -> None:
        """T5: the subscriber has it, or (None) there is nothing to tell in its dialect. Lazy."""
        ...

    async def delivery_retry(self, delivery: Delivery, attempt: Attempt) -> None:
        """T5: note a failed attempt; due again at `delivery.due_ms`. Lazy."""
        ...

    async def delivery_dead(self, event: Event, attempt: Attempt | None) -> None:
        """T5: give up; the delivery stays as a dead letter that can be delivered again."""
        ...

    async def redeliver(self, key: EventKey, now_ms: int) -> Delivery | None:
        """Make a delivery of any state wait again from now; None if there is no such delivery."""
        ...

    async def waiting_messages(self, after: MessageKey, limit: int) -> list[Outbound]:
        """Read jobs above a key, in order, `begun` set where an attempt has no outcome."""
        ...

    async def waiting_deliveries(self, after: EventKey, limit: int) -> list[Delivery]:
        """Read waiting deliveries above a key, in order."""
        ...

    async def last_inbound_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        """Return when the user last wrote to the number; answered from memory when it was seen lately."""
        ...

    async def highest_key(self) -> int:
        """Return the highest key in any table; new ones must be above it."""
        ...


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

    async def delivery(self, key: EventKey) -> StoredDelivery | None:
        """Return one delivery with its attempts."""
        ...

    async def deliveries(
        self, *, message_key: MessageKey | None, state: str | None, limit: int
    ) -> list[StoredDelivery]:
        """Return the newest deliveries first."""
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
    """What it is to end with, whatever its phone does: a fault rule's order, or a reaction to nothing."""


class NetworkStore(Protocol):
    """What the embedded network remembers; it is a world of its own that merely shares the database."""

    async def load_phones(self) -> list[Phone]:
        """Return every phone."""
        ...

    async def save_phone(self, phone: Phone) -> None:
        """Insert or replace a phone; fsynced on return."""
        ...

    async def take(self, carried: Carried) -> bool:
        """Take a message by its token, fsynced on return; False if it was taken before: it is not taken twice."""
        ...

    async def has_taken(self, token: MessageKey) -> bool:
        """Say whether a message was taken by this token."""
        ...

    async def progressed(self, steps: Sequence[tuple[MessageKey, Status, int]]) -> None:
        """Note how far messages are: token, progress, due_ms. Lazy; told again after a crash if it was lost."""
        ...

    async def unfinished(self, after: MessageKey, limit: int) -> list[Carried]:
        """Read the messages that have not reached their last status, in order of token."""
        ...

    async def received_by(self, wa_id: str, limit: int) -> list[tuple[Carried, StoredMessage]]:
        """Return what a phone has received, oldest first, each once."""
        ...


class BlobWriter(Protocol):
    """A file that is being written."""

    @property
    def path(self) -> Path:
        """Where the bytes are for now, to be looked at before they are kept."""
        ...

    @property
    def sha256(self) -> bytes:
        """The hash of what was flushed."""
        ...

    async def write(self, chunk: bytes) -> None:
        """Append; the chunk may be buffered."""
        ...

    async def flush(self) -> None:
        """Hand every byte to the file, so that `path` shows all of it."""
        ...

    async def keep(self) -> "Blob":
        """Fsync and store under the content's hash; on return the bytes survive a power cut."""
        ...


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes."""

    sha256: bytes
    size: int


class BlobStore(Protocol):
    """Files by the hash of their content."""

    def writer(self) -> AbstractAsyncContextManager[BlobWriter]:
        """Open a file for writing; leaving without `keep` leaves nothing behind."""
        ...

    def read(self, sha256: bytes, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Read in chunks; raises FileNotFoundError."""
        ...

    async def delete(self, sha256: bytes) -> None:
        """Delete; an unknown hash is ignored."""
        ...

    async def sweep(self, older_than: datetime) -> int:
        """Remove what crashes left: unfinished files last written before this moment. Returns how many."""
        ...


class Upstream(Protocol):
    """A network that carries messages. It never writes to our store and never retries; it says what happened."""

    askable: bool
    """Whether a message sent twice with one token arrives once."""

    async def send(self, message: Outbound, medium: Medium | None) -> Outcome:
        """Hand over one message; the token is `message.key`."""
        ...

    async def arrived(self, token: MessageKey) -> Sent | None:
        """Return how an attempt with this token ended that arrived; only an `askable` network knows."""
        ...

    async def mark_read(self, number_id: NumberId, key: MessageKey, *, typing: bool) -> None:
        """Tell the user that their message, and every earlier one, was read."""
        ...


Enqueue = Callable[[Outbound], None]
"""Puts an accepted message into its lane; the hint may be lost."""
Announce = Callable[[Sequence[Event]], None]
"""Puts committed events into their webhook lanes."""
