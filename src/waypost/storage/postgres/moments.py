"""When things that are limited happened lately, for all processes of one database.

See docs/decisions/0030-shared-rates.md.

As with arrival times, a crash of the server may forget what was counted.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from waypost.ports import Subject
from waypost.storage.postgres.link import Bulk, Connection, reading
from waypost.storage.postgres.turns import Turns, transaction

Count = Callable[[list[int], int], Any]
"""Is given moments to change, and the server's time, both in milliseconds."""

_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_READ = f"SELECT (SELECT at_ms FROM moments WHERE owner = $1 AND name = $2), {_NOW}"  # noqa: S608 - constants
# Have the rows of subjects to ourselves, made if they are missing; always in one order, so that none wait in a ring.
_TAKE = Bulk(
    "owner bigint, name text",
    "INSERT INTO moments AS known (owner, name, at_ms, changed_ms)"  # noqa: S608 - constants
    f" SELECT owner, name, '{{}}', {_NOW} FROM {{given}} ORDER BY owner, name COLLATE \"C\""
    " ON CONFLICT (owner, name) DO UPDATE SET at_ms = known.at_ms"
    f" RETURNING owner, name, at_ms, {_NOW}",
)
_KEEP = "UPDATE moments SET at_ms = $3, changed_ms = $4 WHERE owner = $1 AND name = $2"
# Forget those that nothing has been noted of for an hour, by the server's own clock.
_DROP = (
    "DELETE FROM moments WHERE ctid = ANY"  # noqa: S608 - constants
    f" (ARRAY(SELECT ctid FROM moments WHERE changed_ms < {_NOW} - 3600000 LIMIT 5000)) RETURNING 1"
)


class _Asked(Struct):
    subject: Subject
    count: Count


class Moments:
    """See `ports.Moments`; what is asked for while one transaction is under way goes into the next together."""

    def __init__(self, pool: Any) -> None:  # Any: asyncpg has no types
        self._pool = pool
        self._turns: Turns[_Asked, Any] = Turns(pool, _counted)

    async def read(self, subject: Subject) -> tuple[list[int], int]:
        """Return the moments of a subject, and the server's time in milliseconds. Raises StoreDown."""
        async with reading(self._pool) as connection:
            at_ms, now_ms = await connection.fetchrow(_READ, *subject)
        return list(at_ms or ()), now_ms

    async def count(self, subject: Subject, count: Count) -> Any:
        """Return what `count` makes of the moments of a subject, which no other process changes meanwhile.

        Raises StoreDown; then it may have been counted.
        """
        return await self._turns.ask(_Asked(subject, count))

    async def drop_past(self) -> int:
        """Forget at most 5,000 that have not changed for an hour; return how many."""
        async with transaction(self._pool) as connection:
            return len(await connection.fetch(_DROP))


async def _counted(connection: Connection, batch: list[_Asked]) -> list[Any]:
    rows = await _TAKE.run(connection, list({asked.subject for asked in batch}))
    known = {(owner, name): list(at_ms) for owner, name, at_ms, _ in rows}
    before, now_ms = {subject: list(moments) for subject, moments in known.items()}, max(row[3] for row in rows)
    results = [asked.count(known[asked.subject], now_ms) for asked in batch]
    for subject, moments in known.items():
        if moments != before[subject]:
            await connection.fetch(_KEEP, *subject, moments, now_ms)
    return results
