"""The port of what is listed page by page, and of who wants to know that something has changed.

A search looks at a bounded number of rows, so that a rare word in a full store takes several requests and none long.
"""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct, field

from waypost.model import EventKey, MediaKey, Medium, MessageKey, NumberId, Status
from waypost.ports.records import StoredDelivery, StoredMessage
from waypost.wire.control.feed import World

Row = TypeVar("Row")


class Changes(Struct):
    """What something has changed, as far as it is known; looking again does no harm."""

    messages: set[MessageKey] = field(default_factory=set)
    deliveries: set[EventKey] = field(default_factory=set)
    """First deliveries of events, by the event's key."""
    further: set[EventKey] = field(default_factory=set)
    """Further deliveries, by their own."""
    phones: set[str] = field(default_factory=set)
    world: set[World] = field(default_factory=set)


Tell = Callable[[Changes], None]
"""Is told after a commit what it has changed; called on the event loop, and must be quick."""


class Envelope(Struct, frozen=True):
    """Who exchanged a message, what its ids are made of, and what its statuses repeat; all but its content."""

    key: MessageKey
    tag: int
    number_id: NumberId
    wa_id: str
    received: bool
    callback_data: str | None = None
    user_id: str | None = None
    """The business-scoped id that it was addressed to."""


class MessageSearch(Struct, frozen=True):
    """Which messages are looked for; what is None does not matter."""

    number_id: NumberId | None = None
    wa_id: str | None = None
    kind: str | None = None
    received: bool | None = None
    status: Status | None = None
    """Of what a business sent; what a user wrote has none."""
    problems: tuple[str, ...] | None = None
    keys: tuple[MessageKey, ...] | None = None
    """At most some hundreds."""


class DeliverySearch(Struct, frozen=True):
    """Which deliveries are looked for; what is None does not matter."""

    number_id: NumberId | None = None
    message_key: MessageKey | None = None
    state: str | None = None
    kind: str | None = None


class EndedSearch(Struct, frozen=True):
    """Which deliveries that wait no more are looked for; what is None does not matter."""

    state: str
    """`done`, `dead`, `cancelled` or `dropped`."""
    number_id: NumberId | None = None
    kind: str | None = None
    from_ms: int | None = None
    """Events of this moment of platform time and later."""
    to_ms: int | None = None
    """Events before this moment."""


class EndedDelivery(Struct, frozen=True):
    """A delivery that waits no more, and where it belongs."""

    key: EventKey
    number_id: NumberId
    kind: str
    endpoint: str


class Stretch(Struct, Generic[Row], frozen=True):
    """What a search that begins with the oldest has found, in the order of the keys."""

    rows: list[Row]
    next_after: int | None
    """Where to go on; None: there is nothing more."""


class Window(Struct, frozen=True):
    """Which part of a table a search looks at."""

    before: int | None
    """Only rows below this key; None: from the newest on."""
    limit: int
    """Rows that are returned."""
    most: int
    """Rows that are looked at."""


class Page(Struct, Generic[Row], frozen=True):
    """What a search has found, the newest first."""

    rows: list[Row]
    next_before: int | None
    """Where to go on; None: there is nothing more."""


class Lists(Protocol):
    """Lists what is stored, the newest first, and tells of changes. It sees everything that was submitted before."""

    async def search_messages(self, search: MessageSearch, window: Window) -> Page[StoredMessage]:
        """Return messages of either direction; those of `keys` are all looked at, and there is no next page."""
        ...

    async def search_deliveries(self, search: DeliverySearch, window: Window) -> Page[StoredDelivery]:
        """Return deliveries with their attempts; those of a message are all looked at."""
        ...

    async def ended_deliveries(
        self, search: EndedSearch, after: int, *, limit: int, most: int
    ) -> Stretch[EndedDelivery]:
        """Return up to `limit` deliveries above a key, the oldest first, out of the `most` that are looked at."""
        ...

    async def search_media(self, number_id: NumberId | None, window: Window) -> Page[Medium]:
        """Return media that were not deleted."""
        ...

    async def messages_of_medium(
        self, key: MediaKey, after: int | None, *, limit: int, most: int
    ) -> Stretch[StoredMessage]:
        """Return up to `limit` messages above a key that carry a file, the oldest first, out of `most` looked at.

        None: from half as many before the file on, since one that came by a link is younger than its message.
        """
        ...

    async def envelopes(self, keys: Sequence[MessageKey]) -> list[Envelope]:
        """Return those of some hundred keys that are messages, in any order."""
        ...

    async def keys_above(self, key: int, limit: int) -> Changes:
        """Return messages, and events with what they are about, above a key; no more than so many of each."""
        ...

    def watch(self, tell: Tell | None) -> None:
        """Have every change of this process told from now on; None: nobody wants to know, and it costs nothing."""
        ...
