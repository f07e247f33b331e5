"""The port Housekeeping over SQLite."""

from collections.abc import Sequence
from typing import Any

import apsw

from waypost.model import MediaKey, Medium, MessageKey, NumberId
from waypost.storage import columns
from waypost.storage.columns import MEDIUM_COLUMNS
from waypost.storage.sqlite_part import Part

# Forget logins whose time is over; the table is as small as the number of programs.
_DROP_TOKENS = "DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE expires_ms <= ? LIMIT ?) RETURNING hash"
# Forget keys, the oldest first.
_DROP_KEYS = (
    "DELETE FROM idempotency WHERE (number_id, key) IN"
    " (SELECT number_id, key FROM idempotency WHERE at_ms < ? ORDER BY at_ms LIMIT ?) RETURNING 1"
)
# Find media whose time is over, the oldest first.
_EXPIRED_MEDIA = f"SELECT {MEDIUM_COLUMNS} FROM media WHERE expires_ms < ? ORDER BY expires_ms LIMIT ?"  # noqa: S608 - constants
# Give a medium more time.
_RENEW_MEDIUM = "UPDATE media SET expires_ms = ? WHERE key = ?"
_HAS_ROW = "SELECT EXISTS (SELECT 1 FROM media WHERE sha256 = ?)"
# Find the old messages of a number; a rare search.
_OLD_MESSAGES = "SELECT key, wa_id FROM messages WHERE number_id = ? AND at_ms < ? AND key > ? ORDER BY key LIMIT ?"
_OWN = "SELECT deliveries.key FROM events CROSS JOIN deliveries USING (key) WHERE events.message_key = ?1"
_FURTHER = (
    "SELECT deliveries.key FROM events CROSS JOIN deliveries ON deliveries.event_key = events.key"
    " WHERE events.message_key = ?1"
)
# Say whether something of a message is still to be done.
_UNDER_WAY = (
    "SELECT EXISTS (SELECT 1 FROM outbox WHERE key = ?1) OR EXISTS (SELECT 1 FROM held WHERE key = ?1)"  # noqa: S608 - constants
    " OR EXISTS (SELECT 1 FROM carried WHERE token = ?1 AND progress < 2)"
    f" OR EXISTS ({_OWN} AND deliveries.state = 0) OR EXISTS ({_FURTHER} AND deliveries.state = 0)"
)
# Delete a message with all that is known of it; what leads to the others goes last.
_DROP_MESSAGE = (
    f"DELETE FROM attempts WHERE delivery_key IN ({_OWN} UNION ALL {_FURTHER})",  # noqa: S608 - constants
    f"DELETE FROM deliveries WHERE key IN ({_OWN} UNION ALL {_FURTHER})",  # noqa: S608 - constants
    "DELETE FROM events WHERE message_key = ?1",
    "DELETE FROM sends WHERE message_key = ?1",
    "DELETE FROM carried WHERE token = ?1",
    "DELETE FROM contents WHERE key = ?1",
    "DELETE FROM messages WHERE key = ?1",
)


class HousekeepingPart(Part):
    """See `ports.Housekeeping` for what each operation promises."""

    async def drop_expired_tokens(self, now_ms: int, limit: int) -> list[bytes]:
        """Forget tokens whose time is over."""
        rows: Any = await self._save(_DROP_TOKENS, (now_ms, limit))
        return [hashed for (hashed,) in rows]

    async def drop_old_keys(self, before_ms: int, limit: int) -> int:
        """Forget the keys of old requests."""
        return len(await self._save(_DROP_KEYS, (before_ms, limit)))

    async def expired_media(self, before_ms: int, limit: int) -> list[Medium]:
        """Return media whose time is over."""
        return [columns.medium(row) for row in self._reader.rows(_EXPIRED_MEDIA, (before_ms, limit))]

    async def renew_medium(self, key: MediaKey, expires_ms: int) -> None:
        """Give a medium more time."""
        await self._save(_RENEW_MEDIUM, (expires_ms, key))

    async def blobs_without_rows(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Return the hashes that no medium has."""

        def look(connection: apsw.Connection) -> list[bytes]:
            return [hashed for hashed in hashes if not connection.execute(_HAS_ROW, (hashed,)).get]

        return await self._search(look)

    async def old_messages(
        self, number_id: NumberId, before_ms: int, after: MessageKey, limit: int
    ) -> list[tuple[MessageKey, str]]:
        """Return a number's old messages."""
        values = (number_id, before_ms, after, limit)
        rows: Any = await self._search(lambda connection: connection.execute(_OLD_MESSAGES, values).fetchall())
        return [(MessageKey(key), wa_id) for key, wa_id in rows]

    async def drop_messages(self, keys: Sequence[MessageKey]) -> list[MessageKey]:
        """Delete messages that have come to an end."""

        def drop(connection: apsw.Connection) -> list[MessageKey]:
            ended = [key for key in keys if not connection.execute(_UNDER_WAY, (key,)).get]
            for key in ended:
                for statement in _DROP_MESSAGE:
                    connection.execute(statement, (key,))
            return ended

        return await self._run(drop)
