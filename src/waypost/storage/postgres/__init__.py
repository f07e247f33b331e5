"""The store over PostgreSQL with group commit; implements every port of the kind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import partial
from typing import Any

from waypost.lib.keyring import NO_KEYS, Keyring
from waypost.lib.shards import SHARDS
from waypost.lib.store_urls import whole_url
from waypost.ports import StoreDown, StoreRefused
from waypost.storage.commit import LAZY_SECONDS, MAX_OPERATIONS, GroupCommit
from waypost.storage.ending import end_process
from waypost.storage.postgres.arrivals import Arrivals
from waypost.storage.postgres.blob_locks import BlobLocks
from waypost.storage.postgres.documents import DocumentsPart
from waypost.storage.postgres.halted import outlasting_the_halted
from waypost.storage.postgres.hints import Hints
from waypost.storage.postgres.holds import HoldsPart
from waypost.storage.postgres.hot import HotWrites
from waypost.storage.postgres.housekeeping import HousekeepingPart
from waypost.storage.postgres.link import CANNOT_CONNECT, open_pool, refused
from waypost.storage.postgres.lists import ListsPart
from waypost.storage.postgres.moments import Moments
from waypost.storage.postgres.network import NetworkPart
from waypost.storage.postgres.paces import let_out
from waypost.storage.postgres.part import close_pool
from waypost.storage.postgres.places import (
    Role,
    Survey,
    give_up_once,
    give_up_shard,
    leave_workers,
    survey,
    take_once,
    take_shard,
)
from waypost.storage.postgres.records import RecordsPart
from waypost.storage.postgres.secrets import seal_at_start
from waypost.storage.postgres.session import Session
from waypost.storage.postgres.snapshot import SnapshotPart
from waypost.storage.postgres.store import StorePart
from waypost.storage.postgres.turns import Turns
from waypost.storage.postgres.writer import SessionWriter
from waypost.storage.sealing import Sealing, refusing_to_start
from waypost.storage.steps import Joined, ignore_joined
from waypost.storage.windows import Windows

_CLOSE_SECONDS = 3.0
_ONCE_SECONDS = 60.0
_ONCE_PAUSE_SECONDS = 0.05


# Inherits, against the house's habit: eight ports, one object with one lifetime, and nothing is overridden.
class PostgresStore(
    StorePart, HoldsPart, RecordsPart, DocumentsPart, HousekeepingPart, NetworkPart, SnapshotPart, ListsPart
):
    """The store over one database. Made by `open`, used and closed on one event loop."""

    def __init__(self, session: Session, writer: SessionWriter, role: Role, **parts: Any) -> None:  # Any: as `Part`
        super().__init__(**parts)
        self._session = session
        self._writer = writer
        self.hints = Hints(self._address, self._pool, session.lock)
        self.arrivals = Arrivals(self._pool)
        self.moments = Moments(self._pool)
        self.blob_locks = BlobLocks(session, writer)
        self._letting_out = Turns(self._pool, let_out)
        if role != "all":
            self._owned = set()
            self._tell_of_change = self.hints.tell_of_change

    @classmethod
    async def open(
        cls,
        address: str,
        *,
        on_fatal: Callable[[Exception], None] = end_process,
        on_joined: Joined = ignore_joined,
        max_operations: int = MAX_OPERATIONS,
        lazy_seconds: float = LAZY_SECONDS,
        role: Role = "all",
        keyring: Keyring = NO_KEYS,
    ) -> "PostgresStore":
        """Connect to a migrated database; no other server can own it. Raises StoreRefused, which says what to do.

        With another role it is shared with other processes: queues are read of the shards that were taken only.
        `address` is a `postgresql://` URL, or what stands behind its scheme.
        `on_fatal` is called when another process has taken the database over, or it has lost what it acknowledged;
        it must end the process. `on_joined` is told of parked events that have found their message.
        Secrets come under the newest of the keys.
        """
        address, sealing = whole_url(address), Sealing(keyring)
        session = await Session.open(address, on_fatal=on_fatal, role=role, marks=keyring.marks)
        try:
            sealed_anew = await _seal(session, sealing)
            pool = await open_pool(address)
        except BaseException as error:
            await session.close()
            if isinstance(error, CANNOT_CONNECT):
                raise refused(address, error) from error
            raise
        windows = Windows(0) if role == "api" else Windows()
        around = nullcontext if role == "all" else partial(outlasting_the_halted, pool)
        writer = SessionWriter(session, on_fatal=on_fatal, around=around)
        commit = GroupCommit(writer, max_operations=max_operations, lazy_seconds=lazy_seconds)
        parts = {"commit": commit, "writes": HotWrites(windows, on_joined), "windows": windows, "sealing": sealing}
        store = cls(session, writer, role, address=address, pool=pool, **parts)
        store.sealed_anew = sealed_anew
        return store

    @property
    def process(self) -> int:
        """The number of this process among those of the database; it belongs into the keys that it makes."""
        return self._session.lock

    @property
    def owned(self) -> frozenset[int]:
        """The shards that this process owns."""
        return frozenset(self._owned or ())

    @property
    def lost(self) -> asyncio.Event:
        """Set once the session of a worker is gone, and its shards with it: nothing more can be written."""
        return self._session.lost

    @asynccontextmanager
    async def once(self) -> AsyncIterator[None]:
        """Do what is done once for a database while no other process does; then look first whether it is done.

        Raises StoreDown, and StoreRefused if another is at it for too long.
        """
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

    async def survey(self) -> Survey:
        """Look who owns what, and so tell the server that this process lives. Raises StoreDown."""
        return await self._writer.between(survey)

    async def take_shards(self, most: int, around: Survey) -> frozenset[int]:
        """Take up to so many shards that have no owner; return those that were taken. Raises StoreDown."""
        taken: set[int] = set()
        for shard in sorted(set(range(SHARDS)) - around.owned, key=lambda each: (each - self.process * 7) % SHARDS):
            if len(taken) >= most:
                break
            if await self._writer.between(lambda connection, shard=shard: take_shard(connection, shard)):  # type: ignore[misc]  # a default binds it
                taken.add(shard)
        assert self._owned is not None, "who owns everything takes no shards"
        self._owned |= taken
        self._windows.clear()  # what was known of them is from before somebody else's time
        return frozenset(taken)

    async def give_up_shard(self, shard: int) -> None:
        """Write what was submitted, and let a shard go; nothing of it may be under way. Raises StoreDown."""
        assert self._owned is not None, "who owns everything gives up nothing"
        self._owned.discard(shard)
        await self._commit.settled()
        await self._writer.between(lambda connection: give_up_shard(connection, shard))

    async def leave(self) -> None:
        """Take no more shards, and let the others take more. Raises StoreDown."""
        await self._writer.between(lambda connection: leave_workers(connection, self.process))

    async def close(self) -> None:
        """Write what waits, then give the database back; if it is away, what waits is given up after a moment."""
        try:
            await asyncio.wait_for(self._commit.settled(), _CLOSE_SECONDS)
        except TimeoutError:
            await self._session.close()  # whoever waits to know what became of a COMMIT is told that nobody knows
        await self.hints.close()
        await close_pool(self._pool)
        await self._commit.close()


async def _seal(session: Session, sealing: Sealing) -> int:
    connection = session.connection
    if connection is None:
        raise ConnectionError("the connection is lost")
    with refusing_to_start():
        return await seal_at_start(connection, sealing)
