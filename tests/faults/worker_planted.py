"""`python -m tests.faults.worker_planted worker ...`: a worker that gets a new session, and goes on with its shards."""

import asyncio
import contextlib

from waypost import registry
from waypost.cli import run
from waypost.ports import StoreDown
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.places import Survey


class KeepsShards(PostgresStore):
    """Comes back as a process that accepts does, with everything that it has in memory."""

    def __init__(self, session: object, *args: object, **parts: object) -> None:
        session._role = "api"  # type: ignore[attr-defined]  # the bug that is planted
        super().__init__(session, *args, **parts)  # type: ignore[arg-type]  # handed on

    async def survey(self) -> Survey:
        """Wait for the new session where the real one gives up."""
        while True:
            with contextlib.suppress(StoreDown):
                return await super().survey()
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    registry.STORES = {**registry.STORES, "postgresql": "tests.faults.worker_planted:KeepsShards"}
    run()
