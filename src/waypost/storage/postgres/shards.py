"""The shards of one process at a database: see docs/decisions/0019-ownership-of-shards.md.

Each is a session advisory lock of the session that writes, so that who has lost it cannot write.
"""

from collections.abc import Callable

from waypost.lib.shards import MIXED, SHARDS
from waypost.ports import Survey
from waypost.storage.commit import GroupCommit
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.places import OWNED, TRY_LOCK, UNLOCK, WORKER_SILENCE_SECONDS, WORKERS
from waypost.storage.postgres.writer import SessionWriter

OWNED_SHARD = f"number_id % {MIXED} % {SHARDS}"
"""A row's shard, in SQL."""

# Find who holds which of our locks in this database.
_HELD = (
    "SELECT classid::bigint, objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    " AND classid IN ($1, $2) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
# End the session of a worker that was stopped between the messages of one statement. To the server it is not idle, so
# that `idle_session_timeout` does not count, and `statement_timeout` does not end a wait for the client.
_END_HALTED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'ClientRead'"
    " AND state_change < clock_timestamp() - make_interval(secs => $2) AND pid IN ("
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = $1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


class Shards:
    """See `ports.Shards`. `forget` is called when what was known of numbers may be from before somebody else's time."""

    def __init__(self, process: int, writer: SessionWriter, commit: GroupCommit, forget: Callable[[], None]) -> None:
        self._process = process
        self._writer = writer
        self._commit = commit
        self._forget = forget
        self._taken: set[int] = set()

    @property
    def taken(self) -> list[int]:
        """The shards whose rows queues are read for, in order."""
        return sorted(self._taken)

    async def survey(self) -> Survey:
        """Look who owns what."""
        return await self._writer.between(_survey)

    async def take(self, most: int, around: Survey) -> frozenset[int]:
        """Take up to so many shards that have no owner."""
        taken: set[int] = set()
        for shard in sorted(set(range(SHARDS)) - around.owned, key=lambda each: (each - self._process * 7) % SHARDS):
            if len(taken) >= most:
                break
            if await self._writer.between(lambda connection, shard=shard: _take(connection, shard)):  # type: ignore[misc]  # a default binds it
                taken.add(shard)
        self._taken |= taken
        self._forget()
        return frozenset(taken)

    async def give_up(self, shard: int) -> None:
        """Write what was submitted, and let a shard go."""
        self._taken.discard(shard)
        await self._commit.settled()
        await self._writer.between(lambda connection: _give_up(connection, shard))

    async def leave(self) -> None:
        """Take no more shards, and let the others take more."""
        await self._writer.between(lambda connection: _leave(connection, self._process))


async def _survey(connection: Connection) -> Survey:
    """Look at the locks of this database, once those of workers that were stopped are gone or going."""
    await connection.fetch(_END_HALTED, WORKERS, WORKER_SILENCE_SECONDS)
    rows = [(kind, number) for kind, number in await connection.fetch(_HELD, WORKERS, OWNED)]
    owned = frozenset(number for kind, number in rows if kind == OWNED)
    return Survey(sum(kind == WORKERS for kind, _ in rows), owned)


async def _take(connection: Connection, shard: int) -> bool:
    taken: bool = await connection.fetchval(TRY_LOCK, OWNED, shard)
    return taken


async def _give_up(connection: Connection, shard: int) -> None:
    """Let a shard go. Only outside of a transaction: the next owner may read at once what we have written."""
    await connection.fetchval(UNLOCK, OWNED, shard)


async def _leave(connection: Connection, process: int) -> None:
    """Stop counting among the workers that take shards."""
    await connection.fetchval(UNLOCK, WORKERS, process)
