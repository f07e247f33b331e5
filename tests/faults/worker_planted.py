"""`python -m tests.faults.worker_planted worker ...`: a worker that gets a new session, and goes on with its shards."""

import asyncio
import contextlib
from typing import Any

from waypost import registry
from waypost.cli import run
from waypost.ports import StoreDown, Survey
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.shards import Shards


class KeepsShards(PostgresStore):
    """Comes back as a process that accepts does, with everything that it has in memory."""

    def __init__(self, session: Any, cluster: Any, **parts: Any) -> None:  # Any: handed on
        session._role = "api"  # the bug that is planted
        shards = cluster.shards
        cluster.shards = PatientShards(session.process, shards._writer, shards._commit, shards._forget)
        super().__init__(session, cluster=cluster, **parts)


class PatientShards(Shards):
    """They are still this process's after its session was lost."""

    async def survey(self) -> Survey:
        """Wait for the new session where the real one gives up."""
        while True:
            with contextlib.suppress(StoreDown):
                return await super().survey()
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    registry.STORES = {**registry.STORES, "postgresql": "tests.faults.worker_planted:KeepsShards"}
    run()
