"""The session that writes: it holds a lock of the server, and comes back by itself when it was lost.

Only the session that holds the lock writes. A process that has lost its session has lost its lock with it and cannot
write any more, whatever it believes; when it has a new session and the lock again, its old session is certainly gone,
and with it any transaction that was under way. What became of the last one is said by the row of `writers` that every
transaction changes: see docs/decisions/0017-postgresql.md.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from waypost.lib import log
from waypost.lib.store_urls import without_password
from waypost.ports import Role
from waypost.storage.commit import Refuse
from waypost.storage.postgres.link import (
    CANNOT_CONNECT,
    CANNOT_WRITE,
    Connection,
    check_writable,
    connect,
    refused,
    told,
)
from waypost.storage.postgres.places import (
    EVERYTHING,
    PLACES,
    TRY_LOCK,
    TRY_SHARED_LOCK,
    WORKER_SILENCE_SECONDS,
    show_keys,
    take_place,
)
from waypost.storage.postgres.schema import check_schema, check_server

_TRY_LOCK_SECONDS = 10.0  # the server may take a moment to see that the old session is gone
_PAUSE_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)
# For statements over arrays: a plan that is made once, and goes by the keys however small the tables were then.
_SETTINGS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
_SILENCE = f"{WORKER_SILENCE_SECONDS}s"
_WORKER_SETTINGS = {"idle_session_timeout": _SILENCE, "idle_in_transaction_session_timeout": _SILENCE}

# Start a new term, which makes everything of earlier ones somebody else's.
_BEGIN_TERM = (
    "INSERT INTO writers AS known (process, term, flush, held_at) VALUES ($1, 1, 0, {held_at})"
    " ON CONFLICT (process) DO UPDATE SET term = known.term + 1, flush = 0, held_at = {held_at} RETURNING term"
)
_END_TERM = "UPDATE writers SET held_at = NULL WHERE process = $1 AND term = $2"
_LAST = "SELECT term, flush FROM writers WHERE process = $1"
# Start a transaction and number it; no row if another process has taken over.
_BEGIN = "BEGIN; UPDATE writers SET flush = {flush}, held_at = {held_at} WHERE process = {process} AND term = {term}"
_BIRTH = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
# End our own old session, if the server still has it: what it was doing must be over before anything is said of it.
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2"

_log = log.Log("waypost.store")


class Overtaken(Exception):  # noqa: N818 - a condition, that ends the process
    """Another process owns what this session wrote."""


class Session:
    """A session with a lock. Made by `open`, used and closed on one event loop.

    That of a worker does not come back: what it owned may be somebody else's by then, so that nothing which was begun
    under it may be written. Whoever used it begins anew, with nothing in memory.
    """

    def __init__(
        self, address: str, role: Role, on_fatal: Callable[[Exception], None], marks: Sequence[int] = ()
    ) -> None:
        self._address = address
        self._role = role
        self._marks = marks
        self.process = EVERYTHING
        """The number of this process among those of the database."""
        self.lost = asyncio.Event()
        """Set once a worker's session is gone."""
        self._held_at = "NULL" if role == "worker" else "now()"  # a worker never comes back to its place
        self._on_fatal = on_fatal
        self._connection: Connection | None = None
        self._birth: tuple[int, object] = (0, None)
        self._term = 0
        self._flush = 0
        self._acknowledged = 0
        self._refuse: Refuse = _tell_nobody
        self._renewing: asyncio.Task[bool] | None = None
        self._closed = False

    @classmethod
    async def open(
        cls, address: str, *, on_fatal: Callable[[Exception], None], role: Role = "all", marks: Sequence[int] = ()
    ) -> "Session":
        """Connect, check the server and its schema, and take a lock; `marks` are of its keys. Raises StoreRefused.

        `on_fatal` is called when nothing that is in memory can be trusted any more; it must end the process.
        """
        session = cls(address, role, on_fatal, marks)
        try:
            connection = await session._connect()
        except (*CANNOT_CONNECT, ValueError) as error:
            raise refused(address, error) from error
        try:
            await check_server(connection)
            await check_schema(connection, address)
            session.process = await take_place(connection, role, address)
            await show_keys(connection, marks)
            session._term = await connection.fetchval(_BEGIN_TERM.format(held_at=session._held_at), session.process)
            await session._adopt(connection)
        except CANNOT_CONNECT as error:
            connection.terminate()
            raise refused(address, error) from error
        except BaseException:
            connection.terminate()
            raise
        return session

    @property
    def connection(self) -> Connection | None:
        """The connection; None while it is lost."""
        return self._connection

    def tell(self, refuse: Refuse) -> None:
        """Say why nothing can be written whenever that is so, and None when it is over."""
        self._refuse = refuse

    async def begin(self) -> Connection:
        """Start a transaction. Raises Overtaken, and what asyncpg does."""
        connection = self._connection
        if connection is None:
            raise ConnectionError("the connection is lost")
        self._flush += 1
        begun = await connection.execute(
            _BEGIN.format(flush=self._flush, held_at=self._held_at, process=self.process, term=self._term)
        )
        if begun != "UPDATE 1":
            raise Overtaken(self._overtaken())
        return connection

    async def rollback(self, error: Exception) -> None:
        """Undo a transaction after an error, or let the connection go if it cannot even do that."""
        connection = self._connection
        if connection is None:
            return
        if isinstance(error, (TimeoutError, OSError, CANNOT_WRITE)) or connection.is_closed():
            self._lose(connection, told(error))
            return
        try:
            await connection.execute("ROLLBACK")
        except CANNOT_CONNECT as worse:
            self._lose(connection, told(worse))

    async def commit(self, connection: Connection) -> Exception | None:
        """Make the transaction of a connection durable; returns why that failed.

        A COMMIT without an answer may have happened or not. Then this waits for a new session, for as long as that
        takes, and looks: nobody is told anything before it is known.
        """
        flush = self._flush
        if connection is not self._connection:
            return ConnectionError("the connection was lost before the COMMIT")
        try:
            done = await connection.execute("COMMIT")
        except CANNOT_CONNECT as error:
            _log.warning("store.commit_unanswered", why=told(error))
            self._lose(connection, told(error))
            if not await self._was_kept(flush):
                return error
        else:
            if done != "COMMIT":
                return RuntimeError(f"the database answered COMMIT with {done}")
        self._acknowledged = flush
        return None

    async def close(self) -> None:
        """Give the place back. Those who wait for a new session learn that there will be none."""
        self._closed = True
        if self._renewing is not None:
            self._renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewing
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*CANNOT_CONNECT):
                await connection.execute(_END_TERM, self.process, self._term, timeout=2)
            with contextlib.suppress(*CANNOT_CONNECT):
                await connection.close(timeout=2)

    def _lose(self, connection: Connection | None, why: str) -> None:
        """Let a connection go that is broken or cannot be trusted, and begin to make a new one."""
        if connection is None or connection is not self._connection:
            return
        self._connection = None
        connection.terminate()
        if self._closed:
            return
        _log.warning("store.lost", why=why)
        if self._role == "worker":
            self._refuse(f"the session that owned its shards is gone ({why})")
            self.lost.set()
            return
        self._refuse(f"the database went away ({why}); Waypost connects again by itself")
        self._renewing = asyncio.get_running_loop().create_task(self._renew())

    async def _was_kept(self, flush: int) -> bool:
        """Say whether the last transaction of the lost session is in the database; False too if we are closed."""
        while (connection := await self._renewed()) is not None:
            try:
                found: int = (await connection.fetchrow(_LAST, self.process))["flush"]
            except CANNOT_CONNECT as error:
                self._lose(connection, told(error))
            else:
                return found == flush
        return False

    async def _renewed(self) -> Connection | None:
        """Wait for the new session; None if there will be none."""
        while self._connection is None:
            task = self._renewing
            if task is None:
                return None
            await asyncio.wait((task,))
            if task.cancelled() or not task.result():
                return None
        return self._connection

    async def _renew(self) -> bool:
        """Connect and take the lock again, for as long as it takes; False if everything is somebody else's now."""
        tries = 0
        while True:
            try:
                connection = await self._connect()
                try:
                    await self._take_over(connection)
                except BaseException:
                    connection.terminate()
                    raise
            except Overtaken as error:
                self._on_fatal(error)
                return False
            except CANNOT_CONNECT:
                await asyncio.sleep(_PAUSE_SECONDS[min(tries, len(_PAUSE_SECONDS) - 1)])
                tries += 1
            else:
                _log.info("store.back", tries=tries + 1)
                self._refuse(None)
                return True

    async def _take_over(self, connection: Connection) -> None:
        """Replace our lost session: end it, take its lock again, and check that nobody has written in between."""
        await connection.fetch(_END, *self._birth)
        async with asyncio.timeout(_TRY_LOCK_SECONDS):
            while not await self._take_locks(connection):
                await self._last(connection)
                await asyncio.sleep(_PAUSE_SECONDS[0])
        await check_writable(connection)
        last = await self._last(connection)
        if last["flush"] < self._acknowledged:
            raise Overtaken(
                "the database has lost what it had acknowledged; it was restored, or a replica took over that had not "
                "everything"
            )
        await self._adopt(connection)

    async def _last(self, connection: Connection) -> Any:  # Any: asyncpg has no types
        """Return the row of the last writer, which is this one. Raises Overtaken if it is another's, or gone."""
        last = await connection.fetchrow(_LAST, self.process)
        if last is None or last["term"] != self._term:
            raise Overtaken(self._overtaken())
        return last

    async def _connect(self) -> Connection:
        settings = {**_SETTINGS, **(_WORKER_SETTINGS if self._role == "worker" else {})}
        return await connect(self._address, "waypost writer", settings)

    async def _take_locks(self, connection: Connection) -> bool:
        """Try to take again what this process had."""
        if self._role != "all" and not await connection.fetchval(TRY_SHARED_LOCK, PLACES, EVERYTHING):
            return False
        taken: bool = await connection.fetchval(TRY_LOCK, PLACES, self.process)
        if taken:
            await show_keys(connection, self._marks)
        return taken

    async def _adopt(self, connection: Connection) -> None:
        self._birth = tuple(await connection.fetchrow(_BIRTH))
        self._connection = connection
        connection.add_termination_listener(self._ended)

    def _ended(self, connection: Connection) -> None:
        """Hear from asyncpg that a connection is gone, even while nothing is written."""
        self._lose(connection, "the server closed the connection")

    def _overtaken(self) -> str:
        return f"another Waypost has taken over {without_password(self._address)}"


def _tell_nobody(why: str | None) -> None:
    _ = why
