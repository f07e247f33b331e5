"""The port Lists over PostgreSQL: what the stores do not share."""

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
from waypost.storage.postgres.attempts import with_attempts
from waypost.storage.postgres.link import reading
from waypost.storage.postgres.part import Part

_FITTING = (
    "(${0}::bigint IS NULL OR messages.number_id = ${0}) AND (${1}::text IS NULL OR wa_id = ${1})"
    " AND (${2}::text IS NULL OR messages.kind = ${2}) AND (${3}::boolean IS NULL OR received = ${3})"
    " AND (${4}::smallint IS NULL OR (messages.status = ${4} AND NOT received))"
    " AND (${5}::text[] IS NULL OR problem = ANY(${5}))"
)
# The event of each delivery, looked up one by one as far as they are wanted: with a plain join the planner may take
# what the search says of events for rare, and read all of them.
_ITS_EVENT = f"CROSS JOIN LATERAL (SELECT * FROM events WHERE {DELIVERED} OFFSET 0) AS events"  # noqa: S608 - constants
DELIVERIES_OF = (
    f"SELECT {DELIVERY_COLUMNS} FROM events JOIN deliveries ON deliveries.key = events.key"  # noqa: S608 - constants
    " WHERE events.message_key = $1 UNION ALL"
    f" SELECT {DELIVERY_COLUMNS} FROM events JOIN deliveries ON deliveries.event_key = events.key"
    " WHERE events.message_key = $1"
)
STATEMENTS = Statements(
    messages=(
        f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
        f" WHERE messages.key >= $1 AND messages.key < $2 AND {_FITTING.format(4, 5, 6, 7, 8, 9)}"
        " ORDER BY messages.key DESC LIMIT $3"
    ),
    messages_of_keys=(
        f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
        f" WHERE messages.key = ANY($1::bigint[]) AND {_FITTING.format(2, 3, 4, 5, 6, 7)}"
    ),
    deliveries=by_state(
        f"SELECT {DELIVERY_COLUMNS} FROM deliveries {_ITS_EVENT}"  # noqa: S608 - constants
        " WHERE {where} deliveries.key >= $1 AND deliveries.key < $2"
        " AND ($4::bigint IS NULL OR deliveries.number_id = $4) AND ($5::text IS NULL OR events.kind = $5)"
        " ORDER BY deliveries.key DESC LIMIT $3"
    ),
    ended=by_state(
        f"SELECT deliveries.key, events.number_id, kind, coalesce(endpoint, '') FROM deliveries"  # noqa: S608 - constants
        f" {_ITS_EVENT} WHERE {{where}} deliveries.key > $1 AND deliveries.key <= $2"
        " AND ($4::bigint IS NULL OR deliveries.number_id = $4) AND ($5::text IS NULL OR kind = $5)"
        " AND ($6::bigint IS NULL OR at_ms >= $6) AND ($7::bigint IS NULL OR at_ms < $7)"
        " ORDER BY deliveries.key LIMIT $3"
    ),
    media=(
        f"SELECT {MEDIUM_COLUMNS} FROM media WHERE key >= $1 AND key < $2 AND ($4::bigint IS NULL OR number_id = $4)"  # noqa: S608 - constants
        " ORDER BY key DESC LIMIT $3"
    ),
    carriers=(
        f"SELECT {MESSAGE_COLUMNS} FROM messages JOIN contents USING (key, number_id)"  # noqa: S608 - constants
        " WHERE messages.key > $1 AND messages.key <= $2"
        " AND (media_key = $4 OR more_media::jsonb @> to_jsonb($4::bigint))"
        " ORDER BY messages.key LIMIT $3"
    ),
    envelopes=f"SELECT {ENVELOPE_COLUMNS} FROM messages WHERE key = ANY($1::bigint[])",  # noqa: S608 - constants
)


class ListsPart(Part, SharedLists):
    """See `ports.Lists` for what each operation promises."""

    _statements = STATEMENTS

    async def _with_attempts(self, rows: Sequence[Values]) -> list[StoredDelivery]:
        async with reading(self._pool) as connection:
            return await with_attempts(connection, rows)

    async def _deliveries_of(self, key: MessageKey) -> list[StoredDelivery]:
        async with self._one_moment() as connection:
            return await with_attempts(connection, await connection.fetch(DELIVERIES_OF, key))
