"""The port NetworkStore over PostgreSQL: what the stores do not share."""

from waypost.model import MessageKey, NumberId, Status
from waypost.ports import Carried, StoredMessage
from waypost.storage import columns
from waypost.storage.columns import CARRIED_COLUMNS, CARRIED_WIDTH, MESSAGE_COLUMNS
from waypost.storage.network import SharedNetwork
from waypost.storage.paging import NEWEST
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.part import Part
from waypost.storage.postgres.shards import OWNED_SHARD

# Give a user's windows to their new number: first those that are in the way go, then they move.
_CLEAR_WINDOWS = (
    "DELETE FROM windows WHERE wa_id = $2 AND number_id IN (SELECT number_id FROM windows WHERE wa_id = $1)"
)
_MOVE_WINDOWS = "UPDATE windows SET wa_id = $2 WHERE wa_id = $1"
# Read what has not reached its last status, in order of token; all, or that of some shards.
_UNFINISHED = (
    f"SELECT {CARRIED_COLUMNS} FROM carried WHERE progress < 3 AND token > $1"  # noqa: S608 - constants
    f" AND ($3::bigint[] IS NULL OR {OWNED_SHARD} = ANY($3)) ORDER BY token LIMIT $2"
)
# Find the marketing outside windows that did not fail; a rare search.
_MARKETED = (
    "SELECT carried.wa_id, carried.token, messages.at_ms FROM carried JOIN messages"
    " ON messages.key = carried.token WHERE carried.category = 'marketing' AND NOT carried.in_window"
    " AND carried.fault IS NULL AND carried.progress <> $1 AND messages.at_ms > $2"
)
# Find the newest messages that a phone has shown; a reaction shows once it is sent (2), which is all it ever is. The
# business may have been told of the rest (28: delivered, read or played) a moment before the network notes it.
_RECEIVED = (
    f"SELECT {CARRIED_COLUMNS}, {MESSAGE_COLUMNS} FROM carried JOIN messages ON messages.key = carried.token"  # noqa: S608 - constants
    " JOIN contents ON contents.key = carried.token WHERE carried.wa_id = $1"
    " AND carried.token < $3 AND ($4::bigint IS NULL OR carried.number_id = $4)"
    " AND (carried.progress BETWEEN 2 AND 4 OR messages.seen & 28 <> 0"
    " OR (carried.kind = 'reaction' AND messages.seen & 2 <> 0)) ORDER BY carried.token DESC LIMIT $2"
)


class NetworkPart(Part, SharedNetwork):
    """See `ports.NetworkStore` for what each operation promises; to take and to go on are `Steps`."""

    async def move_windows(self, wa_id: str, new_wa_id: str) -> None:
        """Give a user's windows to their new number."""

        async def run(connection: Connection) -> None:
            await connection.execute(_CLEAR_WINDOWS, wa_id, new_wa_id)
            await connection.execute(_MOVE_WINDOWS, wa_id, new_wa_id)

        await self._run(run)
        self._windows.clear()

    async def marketed(self, since_ms: int) -> list[tuple[str, MessageKey, int]]:
        """Return the marketing outside windows that did not fail."""
        rows = await self._search(_MARKETED, Status.FAILED, since_ms)
        return [(wa_id, MessageKey(token), at_ms) for wa_id, token, at_ms in rows]

    async def unfinished(self, after: MessageKey, limit: int) -> list[Carried]:
        """Read what has not reached its last status."""
        return [columns.carried(row) for row in await self._rows(_UNFINISHED, after, limit, self._scope)]

    async def received_by(
        self, wa_id: str, limit: int, *, number_id: NumberId | None = None, before: int | None = None
    ) -> list[tuple[Carried, StoredMessage]]:
        """Return the newest messages that a phone has received, oldest first."""
        rows = await self._search(_RECEIVED, wa_id, limit, NEWEST if before is None else before, number_id)
        return [(columns.carried(row[:CARRIED_WIDTH]), columns.message(row[CARRIED_WIDTH:])) for row in reversed(rows)]
