"""What waits, in the order of keys: all of it, or what has come since a worker looked last.

See docs/decisions/0019-ownership-of-shards.md. A row says by its `xmin` which transaction wrote it, and a transaction
below the horizon had ended when the horizon was looked up: what it wrote could be read from then on. PostgreSQL has no
index of that, but compares it far faster than it could send the row, and a process pass it over.
"""

from typing import Any

from waypost.model import EventKey, MessageKey, NumberId
from waypost.storage.postgres.link import reading
from waypost.storage.postgres.shards import OWNED_SHARD, Shards

# Each finds what waits above a key, in order; all, or that of some shards.
_ABOVE = f"key > $1 AND ($3::bigint[] IS NULL OR {OWNED_SHARD} = ANY($3))"
QUEUED_MESSAGES = f"SELECT key, number_id FROM outbox WHERE {_ABOVE} ORDER BY key LIMIT $2"  # noqa: S608 - constants
QUEUED_DELIVERIES = (
    f"SELECT key, number_id, coalesce(endpoint, '') FROM deliveries WHERE state = 0 AND {_ABOVE} ORDER BY key LIMIT $2"  # noqa: S608 - constants
)
# The same, of what was written by a transaction that had not ended at a horizon.
_SINCE = f"age(xmin) <= age($4::text::xid) AND {_ABOVE}"
_NEW_MESSAGES = QUEUED_MESSAGES.replace(_ABOVE, _SINCE)
_NEW_DELIVERIES = QUEUED_DELIVERIES.replace(_ABOVE, _SINCE)
# Find the oldest transaction that has not ended; of its 64 bits rows have 32.
_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint & 4294967295"


class News:
    """See `ports.News`."""

    def __init__(self, pool: Any, shards: Shards) -> None:  # Any: asyncpg has no types
        self._pool = pool
        self._shards = shards

    async def horizon(self) -> int:
        """Return where news begin that come from now on."""
        async with reading(self._pool) as connection:
            horizon: int = await connection.fetchval(_HORIZON)
        return horizon

    async def messages(self, since: int, after: MessageKey, limit: int) -> list[tuple[MessageKey, NumberId]]:
        """Find jobs above a key that others have stored since."""
        rows = await self._since(_NEW_MESSAGES, since, after, limit)
        return [(MessageKey(key), NumberId(of)) for key, of in rows]

    async def deliveries(self, since: int, after: EventKey, limit: int) -> list[tuple[EventKey, NumberId, str]]:
        """Find deliveries above a key that have come to wait since."""
        rows = await self._since(_NEW_DELIVERIES, since, after, limit)
        return [(EventKey(key), NumberId(of), endpoint) for key, of, endpoint in rows]

    async def _since(self, statement: str, since: int, after: int, limit: int) -> list[Any]:
        async with reading(self._pool) as connection:
            return await connection.fetch(statement, after, limit, self._shards.taken, str(since))
