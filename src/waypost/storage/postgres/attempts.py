"""Reading deliveries together with their attempts."""

from collections import defaultdict
from collections.abc import Sequence

from waypost.model import Attempt
from waypost.ports import StoredDelivery
from waypost.storage import columns
from waypost.storage.columns import ATTEMPT_COLUMNS, FURTHER_KEY, Values
from waypost.storage.postgres.link import Connection

_ATTEMPTS = (
    f"SELECT delivery_key, {ATTEMPT_COLUMNS} FROM attempts"  # noqa: S608 - constants
    " WHERE delivery_key = ANY($1::bigint[]) ORDER BY id"
)


async def with_attempts(connection: Connection, rows: Sequence[Values]) -> list[StoredDelivery]:
    """Return the deliveries of rows, in their order."""
    keys = [row[FURTHER_KEY] or row[0] for row in rows]
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for key, *attempt in await connection.fetch(_ATTEMPTS, keys) if keys else ():
        attempts[key].append(columns.attempt(tuple(attempt)))
    return [columns.delivery(row, tuple(attempts[key])) for row, key in zip(rows, keys, strict=True)]
