"""The port Housekeeping over SQLite."""

import json
from collections.abc import Sequence
from typing import Any

import apsw

from waypost.model import EventKey, MediaKey, Medium, MessageKey, NumberId
from waypost.ports import Sweep
from waypost.storage import columns, erasing
from waypost.storage.columns import MEDIUM_COLUMNS
from waypost.storage.sqlite.part import Part
from waypost.storage.sqlite.sweeps import sweep_messages, sweep_notices

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
_DELETE_MEDIUM = "DELETE FROM media WHERE key = ? RETURNING sha256"
_HAS_ROW = "SELECT EXISTS (SELECT 1 FROM media WHERE sha256 = ?)"


def _has_name(column: str) -> str:
    return f"instr({column}, $2) > 0"


_LISTS = erasing.lists_of_users(_has_name)
_DELETIONS = erasing.deletions(_has_name)


class HousekeepingPart(Part):
    """See `ports.Housekeeping` for what each operation promises."""

    async def drop_expired_tokens(self, now_ms: int, limit: int) -> list[bytes]:
        """Forget tokens whose time is over."""
        rows: Any = await self._save(_DROP_TOKENS, (now_ms, limit))  # Any: the table's types
        return [hashed for (hashed,) in rows]

    async def drop_old_keys(self, before_ms: int, limit: int) -> int:
        """Forget the keys of old requests."""
        return len(await self._save(_DROP_KEYS, (before_ms, limit)))

    async def drop_messages(
        self, after: MessageKey, before_ms: int, limit: int, *, number_id: NumberId | None = None
    ) -> Sweep:
        """Drop the old ones of the next messages."""
        step = (after, before_ms, limit, number_id)
        return await self._run(lambda connection: sweep_messages(connection, step))

    async def drop_notices(self, after: EventKey, before_ms: int, limit: int) -> EventKey | None:
        """Drop the old ones of the next events that are about no message."""
        return await self._run(lambda connection: sweep_notices(connection, (after, before_ms, limit)))

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

    async def erase(self, wa_id: str) -> list[bytes]:
        """Delete everything about a user."""
        hashes = await self._run_alone(lambda connection: _erase(connection, wa_id))
        self._windows.clear()
        self._watch.tell("reset")
        return await self.blobs_without_rows(hashes)


def _erase(connection: apsw.Connection, wa_id: str) -> list[bytes]:
    former: Any = connection.execute(erasing.FORMER, (wa_id,)).get  # Any: a text, or None
    hashes: list[bytes] = []
    for each in (wa_id, *json.loads(former or "[]")):
        hashes += _drop_media(connection, each)
        rows: Any = connection.execute(_LISTS, erasing.given(_LISTS, each)).fetchall()  # Any: columns of a statement
        for kind, owner, name, body in rows:
            connection.execute(erasing.SAVE_LIST, (erasing.without(each, body), kind, owner, name))
        for statement in _DELETIONS:
            connection.execute(statement, erasing.given(statement, each))
    return hashes


def _drop_media(connection: apsw.Connection, wa_id: str) -> list[bytes]:
    theirs: Any = connection.execute(erasing.MEDIA_OF_USER, (wa_id,))  # Any: columns of a statement
    others: Any = connection.execute(erasing.MEDIA_OF_OTHERS, (wa_id,))
    keys = erasing.media_keys(theirs) - erasing.media_keys(others)
    found: list[Any] = [connection.execute(_DELETE_MEDIUM, (key,)).get for key in sorted(keys)]
    return [hashed for hashed in found if hashed is not None]
