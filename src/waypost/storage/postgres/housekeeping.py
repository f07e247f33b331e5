"""The port Housekeeping over PostgreSQL: what the stores do not share."""

import json
from collections.abc import Sequence
from functools import partial

from waypost.model import EventKey, MessageKey, NumberId
from waypost.ports import Sweep
from waypost.storage import erasing
from waypost.storage.housekeeping import SharedHousekeeping
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.part import Part

_KNOWN_HASHES = "SELECT DISTINCT sha256 FROM media WHERE sha256 = ANY($1::bytea[])"
# Look at the next messages: key, user, whether it is old, and whether it is of the number that is asked for, too.
_NEXT_MESSAGES = (
    "SELECT key, wa_id, at_ms < $2, at_ms < $2 AND ($4::bigint IS NULL OR number_id = $4) FROM messages"
    " WHERE key > $1 ORDER BY key LIMIT $3"
)
# Look at the next events in the same way; one that is about no message has its own key as the message's.
_NEXT_NOTICES = (
    "SELECT key, '', at_ms < $2, at_ms < $2 AND message_key = key FROM events WHERE key > $1 ORDER BY key LIMIT $3"
)
# Find the deliveries of messages, those under their event's key and the further ones.
_DELIVERIES_OF = (
    "SELECT deliveries.key, state, message_key FROM events JOIN deliveries ON deliveries.key = events.key"
    " WHERE message_key = ANY($1::bigint[]) UNION ALL"
    " SELECT deliveries.key, state, message_key FROM events JOIN deliveries ON deliveries.event_key = events.key"
    " WHERE message_key = ANY($1::bigint[])"
)
# Find the messages of which something is still to be done, or has a dead letter.
_UNDER_WAY = (
    "SELECT key FROM outbox WHERE key = ANY($1::bigint[])"  # noqa: S608 - constants
    " UNION SELECT key FROM held WHERE key = ANY($1::bigint[])"
    " UNION SELECT token FROM carried WHERE token = ANY($1::bigint[]) AND progress < 2"
    f" UNION SELECT message_key FROM ({_DELIVERIES_OF}) AS told WHERE state IN (0, 2)"
)
# Delete messages, or notices, with all that is known of them; what leads to the others goes last.
_DROP_MESSAGES = (
    f"DELETE FROM attempts WHERE delivery_key IN (SELECT key FROM ({_DELIVERIES_OF}) AS told)",  # noqa: S608 - constants
    f"DELETE FROM deliveries WHERE key IN (SELECT key FROM ({_DELIVERIES_OF}) AS told)",  # noqa: S608 - constants
    "DELETE FROM events WHERE message_key = ANY($1::bigint[])",
    "DELETE FROM sends WHERE message_key = ANY($1::bigint[])",
    "DELETE FROM evidence WHERE message_key = ANY($1::bigint[])",
    "DELETE FROM carried WHERE token = ANY($1::bigint[])",
    "DELETE FROM contents WHERE key = ANY($1::bigint[])",
    "DELETE FROM messages WHERE key = ANY($1::bigint[])",
)
# Delete media and return their blobs.
_DELETE_MEDIA = "DELETE FROM media WHERE key = ANY($1::bigint[]) RETURNING sha256"
# Forget how far a user's rates are used up; what is counted is named by whom it is about.
_FORGET_RATES = ("DELETE FROM arrivals WHERE wa_id = $1", "DELETE FROM moments WHERE position($1 IN name) > 0")


def _has_name(column: str) -> str:
    return f"position($2::bytea IN {column}) > 0"


_LISTS = erasing.lists_of_users(_has_name)
_DELETIONS = (*erasing.deletions(_has_name), *_FORGET_RATES)
_ERASING_SECONDS = 600


class HousekeepingPart(Part, SharedHousekeeping):
    """See `ports.Housekeeping` for what each operation promises."""

    async def blobs_without_rows(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Return the hashes that no medium has."""
        known = {hashed for (hashed,) in await self._search(_KNOWN_HASHES, list(hashes))}
        return [hashed for hashed in hashes if hashed not in known]

    async def drop_messages(
        self, after: MessageKey, before_ms: int, limit: int, *, number_id: NumberId | None = None
    ) -> Sweep:
        """Drop the old ones of the next messages."""
        return await self._run(partial(_sweep, _NEXT_MESSAGES, (after, before_ms, limit, number_id)))

    async def drop_notices(self, after: EventKey, before_ms: int, limit: int) -> EventKey | None:
        """Drop the old ones of the next events that are about no message."""
        sweep = await self._run(partial(_sweep, _NEXT_NOTICES, (after, before_ms, limit)))
        return None if sweep.next_after is None else EventKey(sweep.next_after)

    async def erase(self, wa_id: str) -> list[bytes]:
        """Delete everything about a user."""
        hashes = await self._run_alone(partial(_erase, wa_id))
        self._windows.clear()
        self._watch.tell("reset")
        return await self.blobs_without_rows(hashes)


async def _erase(wa_id: str, connection: Connection) -> list[bytes]:
    await connection.execute("SET LOCAL statement_timeout = 0")
    former = await connection.fetchval(erasing.FORMER, wa_id)
    hashes: list[bytes] = []
    for each in (wa_id, *json.loads(former or "[]")):
        theirs = await connection.fetch(erasing.MEDIA_OF_USER, each)
        others = await connection.fetch(erasing.MEDIA_OF_OTHERS, each)
        keys = erasing.media_keys(tuple(row) for row in theirs) - erasing.media_keys(tuple(row) for row in others)
        hashes += [hashed for (hashed,) in await connection.fetch(_DELETE_MEDIA, sorted(keys))]
        for kind, owner, name, body in await connection.fetch(_LISTS.replace("$2", "$1"), erasing.in_json(each)):
            await connection.execute(erasing.SAVE_LIST, erasing.without(each, body), kind, owner, name)
        for statement in _DELETIONS:
            await connection.execute(statement, *erasing.given(statement, each), timeout=_ERASING_SECONDS)
    return hashes


async def _sweep(statement: str, step: tuple[int | None, ...], connection: Connection) -> Sweep:
    """Look at the next rows and drop what is old and has ended; go on unless they are all too young."""
    seen = await connection.fetch(statement, *step)
    wanted = [key for key, _, _, may_go in seen if may_go]
    busy = {key for (key,) in await connection.fetch(_UNDER_WAY, wanted)}
    gone = [(key, wa_id) for key, wa_id, _, may_go in seen if may_go and key not in busy]
    for delete in _DROP_MESSAGES:
        await connection.execute(delete, [key for key, _ in gone])
    go_on = any(is_old for _, _, is_old, _ in seen)
    return Sweep(tuple(gone), seen[-1][0] if go_on else None)
