"""The port Lists over SQLite: what the stores do not share."""

from collections.abc import Sequence

from waypost.model import MessageKey
from waypost.ports import StoredDelivery
from waypost.storage.columns import (
    DELIVERED,
    DELIVERY_COLUMNS,
    ENVELOPE_COLUMNS,
    MEDIUM_COLUMNS,
    MESSAGE_COLUMNS,
    Values,
)
from waypost.storage.lists import SharedLists, Statements
from waypost.storage.paging import by_state
from waypost.storage.sqlite.attempts import with_attempts
from waypost.storage.sqlite.part import Part

_FITTING = (
    "(?{0} IS NULL OR messages.number_id = ?{0}) AND (?{1} IS NULL OR wa_id = ?{1})"
    " AND (?{2} IS NULL OR messages.kind = ?{2}) AND (?{3} IS NULL OR received = ?{3})"
    " AND (?{4} IS NULL OR (messages.status = ?{4} AND NOT received))"
    " AND (?{5} IS NULL OR problem IN (SELECT value FROM json_each(?{5})))"
)
DELIVERIES_OF = (
    f"SELECT {DELIVERY_COLUMNS} FROM events CROSS JOIN deliveries USING (key)"  # noqa: S608 - constants
    " WHERE events.message_key = ?1 UNION ALL"
    f" SELECT {DELIVERY_COLUMNS} FROM events CROSS JOIN deliveries ON deliveries.event_key = events.key"
    " WHERE events.message_key = ?1"
)
STATEMENTS = Statements(
    messages=(
        f"SELECT {MESSAGE_COLUMNS} FROM messages CROSS JOIN contents USING (key)"  # noqa: S608 - constants
        f" WHERE messages.key >= ?1 AND messages.key < ?2 AND {_FITTING.format(4, 5, 6, 7, 8, 9)}"
        " ORDER BY messages.key DESC LIMIT ?3"
    ),
    messages_of_keys=(
        f"SELECT {MESSAGE_COLUMNS} FROM json_each(?1) CROSS JOIN messages ON messages.key = json_each.value"  # noqa: S608 - constants
        f" CROSS JOIN contents ON contents.key = messages.key WHERE {_FITTING.format(2, 3, 4, 5, 6, 7)}"
    ),
    deliveries=by_state(
        f"SELECT {DELIVERY_COLUMNS} FROM deliveries CROSS JOIN events ON {DELIVERED}"  # noqa: S608 - constants
        " WHERE {where} deliveries.key >= ?1 AND deliveries.key < ?2"
        " AND (?4 IS NULL OR events.number_id = ?4) AND (?5 IS NULL OR events.kind = ?5)"
        " ORDER BY deliveries.key DESC LIMIT ?3"
    ),
    ended=by_state(
        f"SELECT deliveries.key, events.number_id, kind, ifnull(endpoint, '') FROM deliveries"  # noqa: S608 - constants
        f" CROSS JOIN events ON {DELIVERED} WHERE {{where}} deliveries.key > ?1 AND deliveries.key <= ?2"
        " AND (?4 IS NULL OR events.number_id = ?4) AND (?5 IS NULL OR kind = ?5)"
        " AND (?6 IS NULL OR at_ms >= ?6) AND (?7 IS NULL OR at_ms < ?7)"
        " ORDER BY deliveries.key LIMIT ?3"
    ),
    media=(
        f"SELECT {MEDIUM_COLUMNS} FROM media WHERE key >= ?1 AND key < ?2 AND (?4 IS NULL OR number_id = ?4)"  # noqa: S608 - constants
        " ORDER BY key DESC LIMIT ?3"
    ),
    carriers=(
        f"SELECT {MESSAGE_COLUMNS} FROM messages CROSS JOIN contents USING (key)"  # noqa: S608 - constants
        " WHERE messages.key > ?1 AND messages.key <= ?2"
        " AND (media_key = ?4 OR EXISTS (SELECT 1 FROM json_each(more_media) WHERE value = ?4))"
        " ORDER BY messages.key LIMIT ?3"
    ),
    envelopes=(
        f"SELECT {ENVELOPE_COLUMNS} FROM json_each(?1)"  # noqa: S608 - constants
        " CROSS JOIN messages ON messages.key = json_each.value"
    ),
)


class ListsPart(Part, SharedLists):
    """See `ports.Lists` for what each operation promises."""

    _statements = STATEMENTS

    async def _with_attempts(self, rows: Sequence[Values]) -> list[StoredDelivery]:
        return await self._reader.search(lambda connection: [with_attempts(connection, row) for row in rows])

    async def _deliveries_of(self, key: MessageKey) -> list[StoredDelivery]:
        return await self._search_by(
            lambda connection: [
                with_attempts(connection, row) for row in connection.execute(DELIVERIES_OF, (key,)).fetchall()
            ]
        )
