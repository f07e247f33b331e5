"""The arrival times of rates, shared by the processes of one database: see docs/decisions/0030-shared-rates.md.

What is counted may be forgotten by a crash of the server, so nothing of it is written ahead or waited for on a disk.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from waypost.ports import Subject
from waypost.storage.postgres.link import Bulk, Connection
from waypost.storage.postgres.turns import Turns, transaction

Count = Callable[[dict[Subject, int], int], Any]
"""Is given arrival times to change, and the server's time in milliseconds since 1970."""

# Have the rows of subjects to ourselves, made if they are missing; always in one order, so that none wait in a ring.
_TAKE = Bulk(
    "number_id bigint, wa_id text",
    "INSERT INTO arrivals AS known (number_id, wa_id, arrival_us)"
    ' SELECT number_id, wa_id, 0 FROM {given} ORDER BY number_id, wa_id COLLATE "C"'
    " ON CONFLICT (number_id, wa_id) DO UPDATE SET arrival_us = known.arrival_us"
    " RETURNING number_id, wa_id, arrival_us, (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
)
_KEEP = Bulk(
    "number_id bigint, wa_id text, arrival_us bigint",
    "INSERT INTO arrivals (number_id, wa_id, arrival_us) SELECT number_id, wa_id, arrival_us FROM {given}"
    " ON CONFLICT (number_id, wa_id) DO UPDATE SET arrival_us = excluded.arrival_us",
)
# Forget those who have nothing to wait for.
_DROP = (
    "DELETE FROM arrivals WHERE ctid = ANY (ARRAY(SELECT ctid FROM arrivals WHERE arrival_us < $1 LIMIT 5000))"
    " RETURNING 1"
)


class _Asked(Struct):
    subjects: tuple[Subject, ...]
    count: Count


class Arrivals:
    """See `ports.Arrivals`; what is asked for while one transaction is under way goes into the next together."""

    def __init__(self, pool: Any) -> None:  # Any: asyncpg has no types
        self._pool = pool
        self._turns: Turns[_Asked, Any] = Turns(pool, _counted)

    async def count(self, subjects: Iterable[Subject], count: Count) -> Any:
        """Return what `count` makes of the arrival times of subjects, which no other process changes meanwhile.

        Raises StoreDown; then it may have been counted.
        """
        return await self._turns.ask(_Asked(tuple(subjects), count))

    async def drop_past(self, now_ms: int) -> int:
        """Forget at most 5,000 whose time is over; return how many."""
        async with transaction(self._pool) as connection:
            return len(await connection.fetch(_DROP, now_ms * 1000))


async def _counted(connection: Connection, batch: list[_Asked]) -> list[Any]:
    subjects = list({subject for asked in batch for subject in asked.subjects})
    rows = await _TAKE.run(connection, subjects)
    known = {(number_id, wa_id): arrival_us for number_id, wa_id, arrival_us, _ in rows}
    before, now_ms = dict(known), max(row[3] for row in rows)
    results = [asked.count(known, now_ms) for asked in batch]
    changed = [(*subject, arrival) for subject, arrival in known.items() if arrival != before[subject]]
    await _KEEP.run(connection, changed)
    return results
