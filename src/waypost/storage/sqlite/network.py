"""The port NetworkStore over SQLite: what the embedded network remembers."""

from typing import Any

import apsw
import msgspec

from waypost.model import MessageKey, NumberId, Phone, Status
from waypost.ports import Carried, StoredMessage
from waypost.storage import columns
from waypost.storage.columns import CARRIED_COLUMNS, CARRIED_WIDTH, MESSAGE_COLUMNS, PHONE_COLUMNS
from waypost.storage.paging import NEWEST
from waypost.storage.sqlite.part import Part

_PHONES = f"SELECT {PHONE_COLUMNS} FROM phones ORDER BY wa_id"  # noqa: S608 - constants
_SAVE_PHONE = f"INSERT OR REPLACE INTO phones ({PHONE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
# Note who has had to do with a phone so far; a rare search.
_HIDE_PHONE = (
    "INSERT INTO acquaintances (number_id, wa_id, known_ms) SELECT number_id, wa_id, max(at_ms) FROM messages"
    " WHERE wa_id = ? AND user_id IS NULL GROUP BY number_id"
    " ON CONFLICT DO UPDATE SET known_ms = max(known_ms, excluded.known_ms)"
)
_KNOWN = "SELECT known_ms FROM acquaintances WHERE number_id = ? AND wa_id = ?"
_GET_TO_KNOW = (
    "INSERT INTO acquaintances (number_id, wa_id, known_ms) VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET known_ms = max(known_ms, excluded.known_ms)"
)
# Give a user's windows to their new number.
_MOVE_WINDOWS = "UPDATE OR REPLACE windows SET wa_id = ?2 WHERE wa_id = ?1"
# Read what has not reached its last status, in order of token.
_UNFINISHED = f"SELECT {CARRIED_COLUMNS} FROM carried WHERE progress < 3 AND token > ? ORDER BY token LIMIT ?"  # noqa: S608 - constants
# Find the marketing outside windows that did not fail; a rare search, once after a start.
_MARKETED = (
    "SELECT carried.wa_id, carried.token, messages.at_ms FROM carried CROSS JOIN messages"
    " ON messages.key = carried.token WHERE carried.category = 'marketing' AND carried.in_window = 0"
    " AND carried.fault IS NULL AND carried.progress <> ? AND messages.at_ms > ?"
)
_HAS_TAKEN = "SELECT EXISTS (SELECT 1 FROM carried WHERE token = ?)"
# Find the newest messages that a phone has shown; a reaction shows once it is sent (2), which is all it ever is. The
# business may have been told of the rest (28: delivered, read or played) a moment before the network notes it.
_RECEIVED = (
    f"SELECT {CARRIED_COLUMNS}, {MESSAGE_COLUMNS} FROM carried CROSS JOIN messages ON messages.key = carried.token"  # noqa: S608 - constants
    " CROSS JOIN contents ON contents.key = carried.token WHERE carried.wa_id = ?1"
    " AND carried.token < ?3 AND (?4 IS NULL OR carried.number_id = ?4)"
    " AND (carried.progress BETWEEN 2 AND 4 OR messages.seen & 28"
    " OR (carried.kind = 'reaction' AND messages.seen & 2)) ORDER BY carried.token DESC LIMIT ?2"
)


class NetworkPart(Part):
    """See `ports.NetworkStore` for what each operation promises; to take and to go on are `Steps`."""

    async def load_phones(self) -> list[Phone]:
        """Return every phone."""
        return [columns.phone(row) for row in self._reader.rows(_PHONES)]

    async def save_phone(self, phone: Phone) -> None:
        """Insert or replace a phone."""
        p = phone
        switches = p.online, p.blocked, p.reads, p.on_whatsapp, p.marketing
        lists = [msgspec.json.encode(each).decode("ascii") for each in (p.stopped, p.former)]
        await self._save(
            _SAVE_PHONE, (p.wa_id, p.name, *switches, p.username, p.identity, p.read_receipts, p.chat_open, *lists)
        )
        self._watch.tell(phone=p.wa_id)

    async def hide_phone(self, wa_id: str) -> None:
        """Note which numbers have exchanged messages with a phone until now."""
        await self._save(_HIDE_PHONE, (wa_id,))

    async def known_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        """Return when a number and a phone number last exchanged a message."""
        row: Any = self._reader.row(_KNOWN, (number_id, wa_id))
        return row[0] if row else None

    async def get_to_know(self, number_id: NumberId, wa_id: str, at_ms: int) -> None:
        """Note that a number and a phone number have exchanged a message."""
        await self._save(_GET_TO_KNOW, (number_id, wa_id, at_ms))

    async def move_windows(self, wa_id: str, new_wa_id: str) -> None:
        """Give a user's windows to their new number."""
        await self._run(lambda connection: connection.execute(_MOVE_WINDOWS, (wa_id, new_wa_id)))
        self._windows.clear()

    async def has_taken(self, token: MessageKey) -> bool:
        """Say whether a message was taken."""
        return self._reader.row(_HAS_TAKEN, (token,)) == (1,)

    async def marketed(self, since_ms: int) -> list[tuple[str, MessageKey, int]]:
        """Return the marketing outside windows that did not fail."""

        def look(connection: apsw.Connection) -> list[tuple[str, MessageKey, int]]:
            rows: Any = connection.execute(_MARKETED, (Status.FAILED, since_ms))  # Any: the types are the tables'
            return [(wa_id, MessageKey(token), at_ms) for wa_id, token, at_ms in rows]

        return await self._search(look)

    async def unfinished(self, after: MessageKey, limit: int) -> list[Carried]:
        """Read what has not reached its last status."""
        return [columns.carried(row) for row in self._reader.rows(_UNFINISHED, (after, limit))]

    async def received_by(
        self, wa_id: str, limit: int, *, number_id: NumberId | None = None, before: int | None = None
    ) -> list[tuple[Carried, StoredMessage]]:
        """Return the newest messages that a phone has received, oldest first."""

        def look(connection: apsw.Connection) -> list[tuple[Carried, StoredMessage]]:
            below = NEWEST if before is None else before
            rows = connection.execute(_RECEIVED, (wa_id, limit, below, number_id)).fetchall()
            return [
                (columns.carried(row[:CARRIED_WIDTH]), columns.message(row[CARRIED_WIDTH:])) for row in reversed(rows)
            ]

        return await self._search(look)
