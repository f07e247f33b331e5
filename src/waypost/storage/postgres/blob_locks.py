"""Locks on bytes of media: no process deletes what another is just keeping.

They are session advisory locks of the session that writes. So bytes are certainly protected when their row was
committed on the session that had locked them, and whoever locks them for deletion afterwards sees that row.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from waypost.ports import StoreDown
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.places import BYTES, TRY_LOCK, TRY_SHARED_LOCK, UNLOCK
from waypost.storage.postgres.session import Session
from waypost.storage.postgres.writer import SessionWriter

_UNLOCK_SHARED = "SELECT pg_advisory_unlock_shared($1, $2)"
_PAUSES_SECONDS = (0, 0.02, 0.05, 0.1, *[0.2] * 9)
"""What is waited for a deletion, which usually takes a store a few milliseconds."""

IsHeld = Callable[[], bool]


class BlobLocks:
    """The locks of one process; for bytes that it does not keep and delete at the same time itself."""

    def __init__(self, session: Session, writer: SessionWriter) -> None:
        self._session = session
        self._writer = writer
        self._under_way: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def keeping(self, sha256: bytes) -> AsyncIterator[IsHeld]:
        """Keep other processes from deleting these bytes; see `ports.BlobLocks`."""
        for pause in _PAUSES_SECONDS:
            await asyncio.sleep(pause)
            async with self._locked(sha256, TRY_SHARED_LOCK, _UNLOCK_SHARED) as is_held:
                if is_held():
                    yield is_held
                    return
        raise StoreDown("another process is deleting these very bytes; send the file again in a moment")

    @asynccontextmanager
    async def deleting(self, sha256: bytes) -> AsyncIterator[IsHeld]:
        """Keep other processes from keeping these bytes, unless one is at it; see `ports.BlobLocks`."""
        async with self._locked(sha256, TRY_LOCK, UNLOCK) as is_held:
            yield is_held

    @asynccontextmanager
    async def _locked(self, sha256: bytes, lock: str, unlock: str) -> AsyncIterator[IsHeld]:
        """Try to lock. Whoever is cancelled meanwhile leaves no lock behind."""
        # Of the hash there are 32 bits: two that share them only wait for each other.
        place = int.from_bytes(sha256[:4], "big", signed=True)
        locking = self._begin(self._writer.between(lambda connection: _lock(connection, lock, place)))
        try:
            held = await asyncio.shield(locking)
            yield lambda: held is not None and held is self._session.connection
        finally:
            await asyncio.shield(self._begin(self._unlock(locking, unlock, place)))

    async def _unlock(self, locking: "asyncio.Task[Connection | None]", unlock: str, place: int) -> None:
        async def run(connection: Connection) -> None:
            if connection is held:  # of another session nothing is locked
                await connection.fetchval(unlock, BYTES, place)

        with suppress(StoreDown):  # the lock went with the session
            held = await locking
            if held is not None:
                await self._writer.between(run)

    def _begin(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task


async def _lock(connection: Connection, lock: str, place: int) -> Connection | None:
    """Return the connection whose session has the lock now; None if another's is in the way."""
    return connection if await connection.fetchval(lock, BYTES, place) else None
