"""The port Lists over PostgreSQL: what is listed page by page."""

from collections.abc import Sequence
from typing import Any

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
from waypost.storage.postgres.attempts import with_attempts
from waypost.storage.postgres.link import reading
from waypost.storage.postgres.part import Part

# Find where a look at so many rows ends. Without an index on purpose, as with SQLite.
_END = "SELECT key FROM {table} WHERE {where} key < $1 ORDER BY key DESC LIMIT 1 OFFSET $2 - 1"
END_OF_MESSAGES = _END.replace("{table}", "messages").replace("{where}", "")
END_OF_MEDIA = _END.replace("{table}", "media").replace("{where}", "")
_FITTING = (
    "(${0}::bigint IS NULL OR messages.number_id = ${0}) AND (${1}::text IS NULL OR wa_id = ${1})"
    " AND (${2}::text IS NULL OR messages.kind = ${2}) AND (${3}::boolean IS NULL OR received = ${3})"
    " AND (${4}::smallint IS NULL OR (messages.status = ${4} AND NOT received))"
    " AND (${5}::text[] IS NULL OR problem = ANY(${5}))"
)
# Find messages among those of a range, the newest first.
MESSAGES = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
    f" WHERE messages.key >= $1 AND messages.key < $2 AND {_FITTING.format(4, 5, 6, 7, 8, 9)}"
    " ORDER BY messages.key DESC LIMIT $3"
)
# Find messages among those of some keys.
MESSAGES_OF_KEYS = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
    f" WHERE messages.key = ANY($1::bigint[]) AND {_FITTING.format(2, 3, 4, 5, 6, 7)}"
    " ORDER BY messages.key DESC"
)
# The event of each delivery, looked up one by one as far as they are wanted: with a plain join the planner may take
# what the search says of events for rare, and read all of them.
_ITS_EVENT = f"CROSS JOIN LATERAL (SELECT * FROM events WHERE {DELIVERED} OFFSET 0) AS events"  # noqa: S608 - constants
# Find deliveries of a range: in a state, or in any. One text each, so that each has its index.
_IN = (
    f"SELECT {DELIVERY_COLUMNS} FROM deliveries {_ITS_EVENT}"  # noqa: S608 - constants
    " WHERE {where} deliveries.key >= $1 AND deliveries.key < $2"
    " AND ($4::bigint IS NULL OR deliveries.number_id = $4) AND ($5::text IS NULL OR events.kind = $5)"
    " ORDER BY deliveries.key DESC LIMIT $3"
)
DELIVERIES = by_state(_IN)
END_OF_DELIVERIES = by_state(_END.replace("{table}", "deliveries"), only_indexed=True)
DELIVERIES_OF = (
    f"SELECT {DELIVERY_COLUMNS} FROM events JOIN deliveries ON deliveries.key = events.key"  # noqa: S608 - constants
    " WHERE events.message_key = $1 UNION ALL"
    f" SELECT {DELIVERY_COLUMNS} FROM events JOIN deliveries ON deliveries.event_key = events.key"
    " WHERE events.message_key = $1"
)
# Find where a look at so many rows from a key on ends, and what is among them.
_END_ABOVE = "SELECT key FROM {table} WHERE {where} key > $1 ORDER BY key LIMIT 1 OFFSET $2 - 1"
_END_OF_ENDED = by_state(_END_ABOVE.replace("{table}", "deliveries"), only_indexed=True)
_ENDED_FROM = (
    f"SELECT deliveries.key, events.number_id, kind, coalesce(endpoint, '') FROM deliveries"  # noqa: S608 - constants
    f" {_ITS_EVENT} WHERE {{where}} deliveries.key > $1 AND deliveries.key <= $2"
    " AND ($4::bigint IS NULL OR deliveries.number_id = $4) AND ($5::text IS NULL OR kind = $5)"
    " AND ($6::bigint IS NULL OR at_ms >= $6) AND ($7::bigint IS NULL OR at_ms < $7)"
    " ORDER BY deliveries.key LIMIT $3"
)
ENDED = {state: (_END_OF_ENDED[state], text) for state, text in by_state(_ENDED_FROM).items()}
# Find messages that carry a file among those of a range; without an index on purpose, as above.
END_OF_CARRIERS = _END_ABOVE.replace("{table}", "messages").replace("{where}", "")
CARRIERS = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
    " WHERE messages.key > $1 AND messages.key <= $2"
    " AND (media_key = $4 OR more_media::jsonb @> to_jsonb($4::bigint))"
    " ORDER BY messages.key LIMIT $3"
)
# Find media of a range.
MEDIA = (
    f"SELECT {MEDIUM_COLUMNS} FROM media WHERE key >= $1 AND key < $2 AND ($4::bigint IS NULL OR number_id = $4)"  # noqa: S608 - constants
    " ORDER BY key DESC LIMIT $3"
)
# Find what the ids of messages are made of.
NAMES = "SELECT key, tag, wa_id, received FROM messages WHERE key = ANY($1::bigint[])"
# Find the newest messages, and the newest events with what they are about.
MESSAGE_KEYS = "SELECT key FROM messages WHERE key > $1 ORDER BY key DESC LIMIT $2"
EVENT_KEYS = "SELECT key, message_key FROM events WHERE key > $1 ORDER BY key DESC LIMIT $2"


class ListsPart(Part):
    """See `ports.Lists` for what each operation promises."""

    def watch(self, tell: Tell | None) -> None:
        """Have every change told."""
        self._watch.have_told(tell)

    async def search_messages(self, search: MessageSearch, window: Window) -> Page[StoredMessage]:
        """Return messages."""
        s = search
        problems = None if s.problems is None else list(s.problems)
        fitting = s.number_id, s.wa_id, s.kind, s.received, s.status, problems
        if s.keys is not None:
            found = await self._search(MESSAGES_OF_KEYS, list(s.keys), *fitting)
            return Page([columns.message(row) for row in found[: window.limit]], None)
        rows, end = await self._look(END_OF_MESSAGES, MESSAGES, window, *fitting)
        return page([columns.message(row) for row in rows], window, end)

    async def search_deliveries(self, search: DeliverySearch, window: Window) -> Page[StoredDelivery]:
        """Return deliveries with their attempts."""
        s = search
        if s.message_key is not None:
            async with self._one_moment() as connection:
                rows = await connection.fetch(DELIVERIES_OF, s.message_key)
                found = await with_attempts(connection, rows)
            return of_message(found, s, window)
        statements = END_OF_DELIVERIES[s.state], DELIVERIES[s.state]
        rows, end = await self._look(*statements, window, s.number_id, s.kind)
        async with reading(self._pool) as connection:
            found = await with_attempts(connection, rows)
        return page(found, window, end)

    async def ended_deliveries(
        self, search: EndedSearch, after: int, *, limit: int, most: int
    ) -> Stretch[EndedDelivery]:
        """Return deliveries that wait no more, the oldest first."""
        s, (end_text, text) = search, ENDED[search.state]
        ends = await self._search(end_text, after, most)
        end = ends[0][0] if ends else None
        last = NEWEST if end is None else end
        rows = await self._rows(text, after, last, limit + 1, s.number_id, s.kind, s.from_ms, s.to_ms)
        return stretch([EndedDelivery(*row) for row in rows], limit, end)

    async def search_media(self, number_id: NumberId | None, window: Window) -> Page[Medium]:
        """Return media."""
        rows, end = await self._look(END_OF_MEDIA, MEDIA, window, number_id)
        return page([columns.medium(row) for row in rows], window, end)

    async def messages_of_medium(
        self, key: MediaKey, after: int | None, *, limit: int, most: int
    ) -> Stretch[StoredMessage]:
        """Return messages that carry a file, the oldest first."""
        if after is None:
            before = await self._search(END_OF_MESSAGES, key, most // 2)
            after = before[0][0] - 1 if before else 0
        ends = await self._search(END_OF_CARRIERS, after, most)
        end = ends[0][0] if ends else None
        rows = await self._rows(CARRIERS, after, NEWEST if end is None else end, limit + 1, key)
        return stretch([columns.message(row) for row in rows], limit, end)

    async def message_names(self, keys: Sequence[MessageKey]) -> list[MessageName]:
        """Return those keys that are messages."""
        return [MessageName(*row) for row in await self._rows(NAMES, list(keys))]

    async def keys_above(self, key: int, limit: int) -> Changes:
        """Return what is newer than a key."""
        messages = await self._rows(MESSAGE_KEYS, key, limit)
        events = await self._rows(EVENT_KEYS, key, limit)
        keys = {MessageKey(each) for (each,) in messages} | {MessageKey(about) for _, about in events}
        return Changes(keys, {EventKey(each) for each, _ in events})

    # Any: columns, whose types are the tables'.
    async def _look(self, end_text: str, text: str, window: Window, *values: object) -> tuple[list[Any], int | None]:
        """Return the rows of a window, and the lowest key that was looked at; None if that was the last there is."""
        before = NEWEST if window.before is None else window.before
        ends = await self._search(end_text, before, window.most)
        end = ends[0][0] if ends else None
        return await self._rows(text, end or 0, before, window.limit + 1, *values), end
