"""The port Cluster over PostgreSQL: what the processes of one database share, with a part for each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from waypost.model import NumberId
from waypost.ports import StoreDown, StoreRefused
from waypost.storage.postgres.arrivals import Arrivals
from waypost.storage.postgres.blob_locks import BlobLocks
from waypost.storage.postgres.hints import Hints
from waypost.storage.postgres.link import reading
from waypost.storage.postgres.moments import Moments
from waypost.storage.postgres.places import give_up_once, take_once
from waypost.storage.postgres.queues import News
from waypost.storage.postgres.session import Session
from waypost.storage.postgres.shards import Shards
from waypost.storage.postgres.writer import SessionWriter

_ONCE_SECONDS = 60.0
_ONCE_PAUSE_SECONDS = 0.05
# Count what waits for the upstream; never more rows than make every number full.
_WAITING_BY_NUMBER = (
    "SELECT number_id, count(*) FROM (SELECT number_id FROM outbox LIMIT $1) AS waiting GROUP BY number_id"
)


class PostgresCluster:
    """See `ports.Cluster`; it lives and ends with the store whose session and connections it uses."""

    def __init__(self, address: str, session: Session, writer: SessionWriter, pool: Any, shards: Shards) -> None:
        # Any: asyncpg has no types
        self.hints = Hints(address, pool, session.process)
        self.shards = shards
        self.news = News(pool, shards)
        self.arrivals = Arrivals(pool)
        self.moments = Moments(pool)
        self.blob_locks = BlobLocks(session, writer)
        self._session = session
        self._writer = writer
        self._pool = pool

    @property
    def process(self) -> int:
        """The number of this process."""
        return self._session.process

    @property
    def lost(self) -> asyncio.Event:
        """Set once the session of a worker is gone."""
        return self._session.lost

    @asynccontextmanager
    async def once(self) -> AsyncIterator[None]:
        """Do what is done once for a database while no other process does."""
        try:
            async with asyncio.timeout(_ONCE_SECONDS):
                while not await self._writer.between(take_once):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(_ONCE_PAUSE_SECONDS)
        except TimeoutError:
            raise StoreRefused(
                f"Another process has been starting at this database for {_ONCE_SECONDS:g} seconds. Stop it first."
            ) from None
        try:
            yield
        finally:
            with suppress(StoreDown):  # the lock went with the session
                await self._writer.between(give_up_once)

    async def waiting_by_number(self, limit: int) -> dict[NumberId, int]:
        """Return how many messages of each number wait for the workers."""
        async with reading(self._pool) as connection:
            rows = await connection.fetch(_WAITING_BY_NUMBER, limit)
        return {NumberId(number_id): count for number_id, count in rows}
