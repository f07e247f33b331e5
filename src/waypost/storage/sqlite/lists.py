"""The port Lists over SQLite: what is listed page by page."""

import json
from collections.abc import Sequence
from typing import Any

import apsw

from waypost.model import EventKey, MediaKey, Medium, MessageKey, NumberId
from waypost.ports import (
    Changes,
    DeliverySearch,
    EndedDelivery,
    EndedSearch,
    MessageName,
    MessageSearch,
    Page,
    StoredDelivery,
    StoredMessage,
    Stretch,
    Tell,
    Window,
)
from waypost.storage import columns
from waypost.storage.columns import (
    DELIVERED,
    DELIVERY_COLUMNS,
    MEDIUM_COLUMNS,
    MESSAGE_COLUMNS,
)
from waypost.storage.paging import NEWEST, by_state, of_message, page, stretch
from waypost.storage.sqlite.attempts import with_attempts
from waypost.storage.sqlite.part import Part

# Find where a look at so many rows ends. Without an index on purpose, as below.
_END = "SELECT key FROM {table} WHERE {where} key < ?1 ORDER BY key DESC LIMIT 1 OFFSET ?2 - 1"
END_OF_MESSAGES = _END.replace("{table}", "messages").replace("{where}", "")
END_OF_MEDIA = _END.replace("{table}", "media").replace("{where}", "")
_FITTING = (
    "(?{0} IS NULL OR messages.number_id = ?{0}) AND (?{1} IS NULL OR wa_id = ?{1})"
    " AND (?{2} IS NULL OR messages.kind = ?{2}) AND (?{3} IS NULL OR received = ?{3})"
    " AND (?{4} IS NULL OR (messages.status = ?{4} AND NOT received))"
    " AND (?{5} IS NULL OR problem IN (SELECT value FROM json_each(?{5})))"
)
# Find messages among those of a range, the newest first; no index but the key's: one more for each accepted message
# costs more than a rare search.
MESSAGES = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages CROSS JOIN contents USING (key)"  # noqa: S608 - constants
    f" WHERE messages.key >= ?1 AND messages.key < ?2 AND {_FITTING.format(4, 5, 6, 7, 8, 9)}"
    " ORDER BY messages.key DESC LIMIT ?3"
)
# Find messages among those of some keys.
MESSAGES_OF_KEYS = (
    f"SELECT {MESSAGE_COLUMNS} FROM json_each(?1) CROSS JOIN messages ON messages.key = json_each.value"  # noqa: S608 - constants
    f" CROSS JOIN contents ON contents.key = messages.key WHERE {_FITTING.format(2, 3, 4, 5, 6, 7)}"
)
# Find deliveries of a range: in a state, or in any. One text each, so that each has its index.
_DELIVERIES = (
    f"SELECT {DELIVERY_COLUMNS} FROM deliveries CROSS JOIN events ON {DELIVERED}"  # noqa: S608 - constants
    " WHERE {where} deliveries.key >= ?1 AND deliveries.key < ?2"
    " AND (?4 IS NULL OR events.number_id = ?4) AND (?5 IS NULL OR events.kind = ?5)"
    " ORDER BY deliveries.key DESC LIMIT ?3"
)
DELIVERIES = by_state(_DELIVERIES)
END_OF_DELIVERIES = by_state(_END.replace("{table}", "deliveries"), only_indexed=True)
DELIVERIES_OF = (
    f"SELECT {DELIVERY_COLUMNS} FROM events CROSS JOIN deliveries USING (key)"  # noqa: S608 - constants
    " WHERE events.message_key = ?1 UNION ALL"
    f" SELECT {DELIVERY_COLUMNS} FROM events CROSS JOIN deliveries ON deliveries.event_key = events.key"
    " WHERE events.message_key = ?1"
)
# Find where a look at so many rows from a key on ends, and what is among them.
_END_ABOVE = "SELECT key FROM {table} WHERE {where} key > ?1 ORDER BY key LIMIT 1 OFFSET ?2 - 1"
_END_OF_ENDED = by_state(_END_ABOVE.replace("{table}", "deliveries"), only_indexed=True)
_ENDED_FROM = (
    f"SELECT deliveries.key, events.number_id, kind, ifnull(endpoint, '') FROM deliveries"  # noqa: S608 - constants
    f" CROSS JOIN events ON {DELIVERED} WHERE {{where}} deliveries.key > ?1 AND deliveries.key <= ?2"
    " AND (?4 IS NULL OR events.number_id = ?4) AND (?5 IS NULL OR kind = ?5)"
    " AND (?6 IS NULL OR at_ms >= ?6) AND (?7 IS NULL OR at_ms < ?7)"
    " ORDER BY deliveries.key LIMIT ?3"
)
ENDED = {state: (_END_OF_ENDED[state], text) for state, text in by_state(_ENDED_FROM).items()}
# Find messages that carry a file among those of a range; without an index on purpose, as above.
END_OF_CARRIERS = _END_ABOVE.replace("{table}", "messages").replace("{where}", "")
CARRIERS = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages CROSS JOIN contents USING (key)"  # noqa: S608 - constants
    " WHERE messages.key > ?1 AND messages.key <= ?2"
    " AND (media_key = ?4 OR EXISTS (SELECT 1 FROM json_each(more_media) WHERE value = ?4))"
    " ORDER BY messages.key LIMIT ?3"
)
# Find media of a range.
MEDIA = (
    f"SELECT {MEDIUM_COLUMNS} FROM media WHERE key >= ?1 AND key < ?2 AND (?4 IS NULL OR number_id = ?4)"  # noqa: S608 - constants
    " ORDER BY key DESC LIMIT ?3"
)
# Find what the ids of messages are made of.
NAMES = (
    "SELECT messages.key, tag, wa_id, received FROM json_each(?1) CROSS JOIN messages ON messages.key = json_each.value"
)
# Find the newest messages, and the newest events with what they are about.
MESSAGE_KEYS = "SELECT key FROM messages WHERE key > ? ORDER BY key DESC LIMIT ?"
EVENT_KEYS = "SELECT key, message_key FROM events WHERE key > ? ORDER BY key DESC LIMIT ?"


class ListsPart(Part):
    """See `ports.Lists` for what each operation promises."""

    def watch(self, tell: Tell | None) -> None:
        """Have every change told."""
        self._watch.have_told(tell)

    async def search_messages(self, search: MessageSearch, window: Window) -> Page[StoredMessage]:
        """Return messages."""
        s = search
        problems = None if s.problems is None else json.dumps(s.problems)
        fitting = s.number_id, s.wa_id, s.kind, s.received, s.status, problems
        if s.keys is not None:
            found = await self._search(MESSAGES_OF_KEYS, json.dumps(s.keys), *fitting)
            return Page(sorted(map(columns.message, found), key=lambda each: -each.key)[: window.limit], None)
        rows, end = await self._search_by(
            lambda connection: _look(connection, END_OF_MESSAGES, MESSAGES, window, fitting)
        )
        return page([columns.message(row) for row in rows], window, end)

    async def search_deliveries(self, search: DeliverySearch, window: Window) -> Page[StoredDelivery]:
        """Return deliveries with their attempts."""
        s = search
        if s.message_key is not None:
            return await self._search_by(lambda connection: _of_message(connection, s, window))
        statements = END_OF_DELIVERIES[s.state], DELIVERIES[s.state]

        def look(connection: apsw.Connection) -> Page[StoredDelivery]:
            rows, end = _look(connection, *statements, window, (s.number_id, s.kind))
            found = [with_attempts(connection, row) for row in rows]
            return page(found, window, end)

        return await self._search_by(look)

    async def ended_deliveries(
        self, search: EndedSearch, after: int, *, limit: int, most: int
    ) -> Stretch[EndedDelivery]:
        """Return deliveries that wait no more, the oldest first."""
        s, (end_text, text) = search, ENDED[search.state]

        def look(connection: apsw.Connection) -> Stretch[EndedDelivery]:
            end: Any = connection.execute(end_text, (after, most)).get  # Any: as the table's key
            given = after, NEWEST if end is None else end, limit + 1, s.number_id, s.kind, s.from_ms, s.to_ms
            found: Any = connection.execute(text, given)  # Any: the columns' types are the tables'
            return stretch([EndedDelivery(*each) for each in found], limit, end)

        return await self._search_by(look)

    async def search_media(self, number_id: NumberId | None, window: Window) -> Page[Medium]:
        """Return media."""
        rows, end = await self._search_by(
            lambda connection: _look(connection, END_OF_MEDIA, MEDIA, window, (number_id,))
        )
        return page([columns.medium(row) for row in rows], window, end)

    async def messages_of_medium(
        self, key: MediaKey, after: int | None, *, limit: int, most: int
    ) -> Stretch[StoredMessage]:
        """Return messages that carry a file, the oldest first."""

        def look(connection: apsw.Connection) -> Stretch[StoredMessage]:
            before: Any = connection.execute(END_OF_MESSAGES, (key, most // 2)).get if after is None else None
            start = after or (before - 1 if before else 0)
            end: Any = connection.execute(END_OF_CARRIERS, (start, most)).get
            rows = connection.execute(CARRIERS, (start, NEWEST if end is None else end, limit + 1, key))
            return stretch([columns.message(each) for each in rows], limit, end)

        return await self._search_by(look)

    async def message_names(self, keys: Sequence[MessageKey]) -> list[MessageName]:
        """Return those keys that are messages."""
        rows = await self._rows(NAMES, json.dumps(list(keys)))
        return [MessageName(key, tag, wa_id, bool(received)) for key, tag, wa_id, received in rows]

    async def keys_above(self, key: int, limit: int) -> Changes:
        """Return what is newer than a key."""
        messages = await self._rows(MESSAGE_KEYS, key, limit)
        events = await self._rows(EVENT_KEYS, key, limit)
        keys = {MessageKey(each) for (each,) in messages} | {MessageKey(about) for _, about in events}
        return Changes(keys, {EventKey(each) for each, _ in events})


# Any: columns, whose types are the tables'.
def _look(
    connection: apsw.Connection, end_text: str, text: str, window: Window, values: tuple[Any, ...]
) -> tuple[list[tuple[Any, ...]], int | None]:
    """Return the rows of a window, and the lowest key that was looked at; None if that was the last there is."""
    before = NEWEST if window.before is None else window.before
    end: Any = connection.execute(end_text, (before, window.most)).get
    rows = connection.execute(text, (end or 0, before, window.limit + 1, *values)).fetchall()
    return rows, end


def _of_message(connection: apsw.Connection, search: DeliverySearch, window: Window) -> Page[StoredDelivery]:
    rows = connection.execute(DELIVERIES_OF, (search.message_key,)).fetchall()
    found = [with_attempts(connection, row) for row in rows]
    return of_message(found, search, window)
