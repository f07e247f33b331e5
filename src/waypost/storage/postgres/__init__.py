"""The store over PostgreSQL with group commit; implements every port of the kind."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

from waypost.lib.keyring import NO_KEYS, Keyring
from waypost.lib.store_urls import whole_url
from waypost.ports import Role
from waypost.storage.commit import GroupCommit
from waypost.storage.ending import end_process
from waypost.storage.known_windows import KnownWindows
from waypost.storage.postgres.cluster import PostgresCluster
from waypost.storage.postgres.documents import DocumentsPart
from waypost.storage.postgres.halted import outlasting_the_halted
from waypost.storage.postgres.holds import HoldsPart
from waypost.storage.postgres.hot import HotWrites
from waypost.storage.postgres.housekeeping import HousekeepingPart
from waypost.storage.postgres.link import CANNOT_CONNECT, open_pool, refused
from waypost.storage.postgres.lists import ListsPart
from waypost.storage.postgres.network import NetworkPart
from waypost.storage.postgres.part import close_pool
from waypost.storage.postgres.records import RecordsPart
from waypost.storage.postgres.secrets import seal_at_start
from waypost.storage.postgres.session import Session
from waypost.storage.postgres.shards import Shards
from waypost.storage.postgres.snapshot import SnapshotPart
from waypost.storage.postgres.store import StorePart
from waypost.storage.postgres.writer import SessionWriter
from waypost.storage.sealing import Sealing, refusing_to_start
from waypost.storage.steps import Joined, ignore_joined

_CLOSE_SECONDS = 3.0


# Inherits, against the house's habit: eight ports, one object with one lifetime, and nothing is overridden.
class PostgresStore(
    StorePart, HoldsPart, RecordsPart, DocumentsPart, HousekeepingPart, NetworkPart, SnapshotPart, ListsPart
):
    """The store over one database. Made by `open`, used and closed on one event loop."""

    def __init__(self, session: Session, **parts: Any) -> None:  # Any: as `Part`
        super().__init__(**parts)
        self._session = session

    @classmethod
    async def open(
        cls,
        address: str,
        *,
        on_fatal: Callable[[Exception], None] = end_process,
        on_joined: Joined = ignore_joined,
        role: Role = "all",
        keyring: Keyring = NO_KEYS,
    ) -> "PostgresStore":
        """Connect to a migrated database; no other server can own it. Raises StoreRefused, which says what to do.

        With another role it is shared with other processes: see `cluster`.
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
        windows = KnownWindows(0) if role == "api" else KnownWindows()
        around = nullcontext if role == "all" else partial(outlasting_the_halted, pool)
        writer = SessionWriter(session, on_fatal=on_fatal, around=around)
        commit = GroupCommit(writer)
        cluster = None
        if role != "all":
            shards = Shards(session.process, writer, commit, windows.clear)
            cluster = PostgresCluster(address, session, writer, pool, shards)
        parts = {"commit": commit, "writes": HotWrites(windows, on_joined), "windows": windows, "sealing": sealing}
        store = cls(session, address=address, pool=pool, cluster=cluster, **parts)
        store.sealed_anew = sealed_anew
        return store

    async def close(self) -> None:
        """Write what waits, then give the database back; if it is away, what waits is given up after a moment."""
        try:
            await asyncio.wait_for(self._commit.settled(), _CLOSE_SECONDS)
        except TimeoutError:
            await self._session.close()  # whoever waits to know what became of a COMMIT is told that nobody knows
        if self.cluster is not None:
            await self.cluster.hints.close()
        await close_pool(self._pool)
        await self._commit.close()


async def _seal(session: Session, sealing: Sealing) -> int:
    connection = session.connection
    if connection is None:
        raise ConnectionError("the connection is lost")
    with refusing_to_start():
        return await seal_at_start(connection, sealing)
