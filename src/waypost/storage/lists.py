"""The port Lists: how its pages are found. The statements are each database's own."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from waypost.model import EventKey, MediaKey, Medium, MessageKey, NumberId
from waypost.ports import (
    Changes,
    DeliverySearch,
    EndedDelivery,
    EndedSearch,
    Envelope,
    MessageSearch,
    Page,
    StoredDelivery,
    StoredMessage,
    Stretch,
    Tell,
    Window,
)
from waypost.storage import columns
from waypost.storage.columns import Values
from waypost.storage.paging import NEWEST, by_state, of_message, page, stretch
from waypost.storage.part import Part

# Find where a look at so many rows ends, below a key or above it. Without an index on purpose: one more for each
# accepted message costs more than a rare search.
_END_BELOW = "SELECT key FROM {table} WHERE {where} key < $1 ORDER BY key DESC LIMIT 1 OFFSET $2 - 1"
_END_ABOVE = "SELECT key FROM {table} WHERE {where} key > $1 ORDER BY key LIMIT 1 OFFSET $2 - 1"
END_OF_MESSAGES = _END_BELOW.replace("{table}", "messages").replace("{where}", "")
END_OF_MEDIA = _END_BELOW.replace("{table}", "media").replace("{where}", "")
END_OF_DELIVERIES = by_state(_END_BELOW.replace("{table}", "deliveries"), only_indexed=True)
END_OF_ENDED = by_state(_END_ABOVE.replace("{table}", "deliveries"), only_indexed=True)
END_OF_CARRIERS = _END_ABOVE.replace("{table}", "messages").replace("{where}", "")
# Find the newest messages, and the newest events with what they are about.
MESSAGE_KEYS = "SELECT key FROM messages WHERE key > $1 ORDER BY key DESC LIMIT $2"
EVENT_KEYS = "SELECT key, message_key FROM events WHERE key > $1 ORDER BY key DESC LIMIT $2"


class Statements(Struct, frozen=True):
    """What a database is asked; for deliveries one text for each state, so that each has its index."""

    messages: str
    """Finds messages of a range, the newest first."""
    messages_of_keys: str
    """Finds messages among those of some keys, in any order."""
    deliveries: Mapping[str | None, str]
    """Finds deliveries of a range in a state, or in any, the newest first."""
    ended: Mapping[str | None, str]
    """The same above a key, the oldest first."""
    media: str
    """Finds files of a range, the newest first."""
    carriers: str
    """Finds messages that carry a file among those above a key, the oldest first."""
    envelopes: str
    """Finds what the ids of messages are made of."""


class SharedLists(Part):
    """See `ports.Lists` for what each operation promises."""

    _statements: Statements

    @abstractmethod
    async def _with_attempts(self, rows: Sequence[Values]) -> list[StoredDelivery]:
        """Return the deliveries of rows, in their order. Raises StoreDown."""

    @abstractmethod
    async def _deliveries_of(self, key: MessageKey) -> list[StoredDelivery]:
        """Return every delivery of a message. Raises StoreDown."""

    def watch(self, tell: Tell | None) -> None:
        """Have every change told."""
        self._watch.have_told(tell)

    async def search_messages(self, search: MessageSearch, window: Window) -> Page[StoredMessage]:
        """Return messages."""
        s = search
        problems = None if s.problems is None else self._array(s.problems)
        fitting = s.number_id, s.wa_id, s.kind, s.received, s.status, problems
        if s.keys is not None:
            found = await self._search(self._statements.messages_of_keys, self._array(s.keys), *fitting)
            return Page(sorted(map(columns.message, found), key=lambda each: -each.key)[: window.limit], None)
        rows, end = await self._look_below(END_OF_MESSAGES, self._statements.messages, window, *fitting)
        return page([columns.message(row) for row in rows], window, end)

    async def search_deliveries(self, search: DeliverySearch, window: Window) -> Page[StoredDelivery]:
        """Return deliveries with their attempts."""
        s = search
        if s.message_key is not None:
            return of_message(await self._deliveries_of(s.message_key), s, window)
        statements = END_OF_DELIVERIES[s.state], self._statements.deliveries[s.state]
        rows, end = await self._look_below(*statements, window, s.number_id, s.kind)
        return page(await self._with_attempts(rows), window, end)

    async def ended_deliveries(
        self, search: EndedSearch, after: int, *, limit: int, most: int
    ) -> Stretch[EndedDelivery]:
        """Return deliveries that wait no more, the oldest first."""
        s = search
        end = await self._end(END_OF_ENDED[s.state], after, most)
        fitting = s.number_id, s.kind, s.from_ms, s.to_ms
        rows = await self._scan(self._statements.ended[s.state], after, end or NEWEST, limit + 1, *fitting)
        return stretch([EndedDelivery(*row) for row in rows], limit, end)

    async def search_media(self, number_id: NumberId | None, window: Window) -> Page[Medium]:
        """Return media."""
        rows, end = await self._look_below(END_OF_MEDIA, self._statements.media, window, number_id)
        return page([columns.medium(row) for row in rows], window, end)

    async def messages_of_medium(
        self, key: MediaKey, after: int | None, *, limit: int, most: int
    ) -> Stretch[StoredMessage]:
        """Return messages that carry a file, the oldest first."""
        if after is None:
            before = await self._end(END_OF_MESSAGES, key, most // 2)
            after = before - 1 if before else 0
        end = await self._end(END_OF_CARRIERS, after, most)
        rows = await self._scan(self._statements.carriers, after, end or NEWEST, limit + 1, key)
        return stretch([columns.message(row) for row in rows], limit, end)

    async def envelopes(self, keys: Sequence[MessageKey]) -> list[Envelope]:
        """Return those keys that are messages."""
        rows = await self._rows(self._statements.envelopes, self._array(keys))
        return [Envelope(key, tag, of, wa_id, bool(received), *rest) for key, tag, of, wa_id, received, *rest in rows]

    async def keys_above(self, key: int, limit: int) -> Changes:
        """Return what is newer than a key."""
        messages = await self._rows(MESSAGE_KEYS, key, limit)
        events = await self._rows(EVENT_KEYS, key, limit)
        keys = {MessageKey(each) for (each,) in messages} | {MessageKey(about) for _, about in events}
        return Changes(keys, {EventKey(each) for each, _ in events})

    # Any: columns, whose types are the tables'.
    async def _look_below(
        self, end_text: str, text: str, window: Window, *values: object
    ) -> tuple[list[Any], int | None]:
        """Return the rows of a window, and the lowest key that was looked at; None if that was the last there is."""
        before = NEWEST if window.before is None else window.before
        end = await self._end(end_text, before, window.most)
        return await self._scan(text, end or 0, before, window.limit + 1, *values), end

    async def _end(self, end_text: str, start: int, most: int) -> int | None:
        """Return where a look at so many rows ends; None if there are fewer."""
        found = await self._search(end_text, start, most)
        return found[0][0] if found else None
