"""The port NetworkStore over PostgreSQL: what the embedded network remembers."""

import msgspec

from waypost.model import MessageKey, NumberId, Phone, Status
from waypost.ports import Carried, StoredMessage
from waypost.storage import columns
from waypost.storage.columns import CARRIED_COLUMNS, CARRIED_WIDTH, MESSAGE_COLUMNS, PHONE_COLUMNS
from waypost.storage.paging import NEWEST
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.part import Part
from waypost.storage.postgres.shards import OWNED_SHARD

_PHONES = f"SELECT {PHONE_COLUMNS} FROM phones ORDER BY wa_id"  # noqa: S608 - constants
_SAVE_PHONE = (
    f"INSERT INTO phones ({PHONE_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"  # noqa: S608 - constants
    " ON CONFLICT (wa_id) DO UPDATE SET name = excluded.name, online = excluded.online, blocked = excluded.blocked,"
    " reads = excluded.reads, on_whatsapp = excluded.on_whatsapp, marketing = excluded.marketing,"
    " username = excluded.username, identity = excluded.identity, read_receipts = excluded.read_receipts,"
    " chat_open = excluded.chat_open, stopped = excluded.stopped, former = excluded.former"
)
# Note who has had to do with a phone so far; a rare search.
_HIDE_PHONE = (
    "INSERT INTO acquaintances AS known (number_id, wa_id, known_ms)"
    " SELECT number_id, $1, max(at_ms) FROM messages WHERE wa_id = $1 AND user_id IS NULL GROUP BY number_id"
    " ON CONFLICT (number_id, wa_id) DO UPDATE SET known_ms = greatest(known.known_ms, excluded.known_ms)"
)
_KNOWN = "SELECT known_ms FROM acquaintances WHERE number_id = $1 AND wa_id = $2"
_GET_TO_KNOW = (
    "INSERT INTO acquaintances AS known (number_id, wa_id, known_ms) VALUES ($1, $2, $3)"
    " ON CONFLICT (number_id, wa_id) DO UPDATE SET known_ms = greatest(known.known_ms, excluded.known_ms)"
)
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
_HAS_TAKEN = "SELECT EXISTS (SELECT 1 FROM carried WHERE token = $1)"
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


class NetworkPart(Part):
    """See `ports.NetworkStore` for what each operation promises; to take and to go on are `Steps`."""

    async def load_phones(self) -> list[Phone]:
        """Return every phone."""
        return [columns.phone(row) for row in await self._rows(_PHONES)]

    async def save_phone(self, phone: Phone) -> None:
        """Insert or replace a phone."""
        p = phone
        switches = p.online, p.blocked, p.reads, p.on_whatsapp, p.marketing
        lists = [msgspec.json.encode(each).decode("ascii") for each in (p.stopped, p.former)]
        others = p.username, p.identity, p.read_receipts, p.chat_open, *lists
        await self._save(_SAVE_PHONE, p.wa_id, p.name, *switches, *others)
        self._watch.tell(phone=p.wa_id)

    async def hide_phone(self, wa_id: str) -> None:
        """Note which numbers have exchanged messages with a phone until now."""
        await self._save(_HIDE_PHONE, wa_id)

    async def known_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        """Return when a number and a phone number last exchanged a message."""
        row = await self._row(_KNOWN, number_id, wa_id)
        return row[0] if row else None

    async def get_to_know(self, number_id: NumberId, wa_id: str, at_ms: int) -> None:
        """Note that a number and a phone number have exchanged a message."""
        await self._save(_GET_TO_KNOW, number_id, wa_id, at_ms)

    async def move_windows(self, wa_id: str, new_wa_id: str) -> None:
        """Give a user's windows to their new number."""

        async def run(connection: Connection) -> None:
            await connection.execute(_CLEAR_WINDOWS, wa_id, new_wa_id)
            await connection.execute(_MOVE_WINDOWS, wa_id, new_wa_id)

        await self._run(run)
        self._windows.clear()

    async def has_taken(self, token: MessageKey) -> bool:
        """Say whether a message was taken."""
        (has_taken,) = await self._row(_HAS_TAKEN, token)
        return bool(has_taken)

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
