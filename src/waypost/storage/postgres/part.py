"""What the parts of the PostgreSQL store share: how to read, how to write something rare, and how to tell of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from waypost.storage import part
from waypost.storage.postgres.cluster import PostgresCluster
from waypost.storage.postgres.hot import HotWrites
from waypost.storage.postgres.link import CANNOT_CONNECT, NO_SUCH_TEXT, WAIT_SECONDS, Connection, reading
from waypost.storage.postgres.paces import let_out
from waypost.storage.postgres.turns import Turns

Result = TypeVar("Result")


class Part(part.Part):
    """What every part of the store works with."""

    def __init__(
        self,
        *,
        address: str,
        pool: Any,  # Any: asyncpg has no types
        writes: HotWrites,
        cluster: PostgresCluster | None = None,
        **shared: Any,  # Any: as `part.Part`
    ) -> None:
        super().__init__(**shared)
        self._address = address
        self._pool = pool
        self._writes = writes
        self.cluster = cluster
        """The processes that share the database; None: this one has it alone."""
        self._paces = Turns(pool, let_out)

    async def _changed(self) -> None:
        if self.cluster is not None:
            await self.cluster.hints.changed()

    @property
    def _scope(self) -> list[int] | None:
        """The shards that queues are read of; None: all."""
        return None if self.cluster is None else self.cluster.shards.taken

    async def _rows(self, statement: str, *values: Any) -> list[Any]:
        try:
            async with reading(self._pool) as connection:
                return await connection.fetch(statement, *values)
        except NO_SUCH_TEXT:
            return []

    async def _row(self, statement: str, *values: Any) -> Any:
        try:
            async with reading(self._pool) as connection:
                return await connection.fetchrow(statement, *values)
        except NO_SUCH_TEXT:
            return None

    async def _scan(self, statement: str, *values: Any) -> list[Any]:
        return await self._rows(statement, *values)

    def _array(self, values: Sequence[object]) -> list[object]:
        return list(values)

    async def _run(self, run: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Write something rare, after earlier writes of this kind; others may overtake it. Fsynced on return."""
        future: Any = self._commit.submit(self._writes.run, (), run)  # Any: futures of all kinds share one queue
        result: Result = await future
        return result

    async def _run_alone(self, run: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Write something that must stand after everything submitted before and before everything after."""
        future: Any = self._commit.submit(self._writes.run, None, run)  # Any: as above
        result: Result = await future
        return result

    async def _save(self, statement: str, *values: Any) -> list[Any]:
        return await self._run(lambda connection: connection.fetch(statement, *values))

    @asynccontextmanager
    async def _one_moment(self) -> AsyncIterator[Connection]:
        """Lend a connection whose statements all see one moment: nothing is read half before a commit.

        Everything that was submitted before has been written or has failed. Raises StoreDown.
        """
        await self._commit.settled()
        async with reading(self._pool) as connection:
            try:
                await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield connection
                await connection.execute("COMMIT")
            except BaseException:
                connection.terminate()
                raise


async def close_pool(pool: Any) -> None:  # Any: as above
    """Close the connections that read, and do not wait for those that hang."""
    try:
        await asyncio.wait_for(pool.close(), WAIT_SECONDS)
    except CANNOT_CONNECT:
        pool.terminate()
