"""`python -m tests.faults.worker_planted worker ...`: a worker that gets a new session, and goes on with its shards."""

from waypost import registry
from waypost.cli import run
from waypost.storage.postgres import PostgresStore


class KeepsShards(PostgresStore):
    """Comes back as a process that accepts does, with everything that it has in memory."""

    def __init__(self, session: object, *args: object, **parts: object) -> None:
        session._role = "api"  # type: ignore[attr-defined]  # the bug that is planted
        super().__init__(session, *args, **parts)  # type: ignore[arg-type]  # handed on


if __name__ == "__main__":
    registry.STORES = {**registry.STORES, "postgresql": "tests.faults.worker_planted:KeepsShards"}
    run()
