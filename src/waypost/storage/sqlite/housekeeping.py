"""The port Housekeeping over SQLite: what the stores do not share."""

import json
from collections.abc import Sequence
from typing import Any

import apsw

from waypost.model import EventKey, MessageKey, NumberId
from waypost.ports import Sweep
from waypost.storage import erasing
from waypost.storage.housekeeping import SharedHousekeeping
from waypost.storage.records import BLOB_HAS_ROWS, DELETE_MEDIUM
from waypost.storage.sqlite.part import Part
from waypost.storage.sqlite.sweeps import sweep_messages, sweep_notices


def _has_name(column: str) -> str:
    return f"instr({column}, $2) > 0"


_LISTS = erasing.lists_of_users(_has_name)
_DELETIONS = erasing.deletions(_has_name)


class HousekeepingPart(Part, SharedHousekeeping):
    """See `ports.Housekeeping` for what each operation promises."""

    async def drop_messages(
        self, after: MessageKey, before_ms: int, limit: int, *, number_id: NumberId | None = None
    ) -> Sweep:
        """Drop the old ones of the next messages."""
        step = (after, before_ms, limit, number_id)
        return await self._run(lambda connection: sweep_messages(connection, step))

    async def drop_notices(self, after: EventKey, before_ms: int, limit: int) -> EventKey | None:
        """Drop the old ones of the next events that are about no message."""
        return await self._run(lambda connection: sweep_notices(connection, (after, before_ms, limit)))

    async def blobs_without_rows(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Return the hashes that no medium has."""

        def look(connection: apsw.Connection) -> list[bytes]:
            return [hashed for hashed in hashes if not connection.execute(BLOB_HAS_ROWS, (hashed,)).get]

        return await self._search_by(look)

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
    found: list[Any] = [connection.execute(DELETE_MEDIUM, (key,)).get for key in sorted(keys)]
    return [hashed for hashed in found if hashed is not None]
