"""The writer of a database behind a server: one transaction per flush, on the session that holds the lock."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TypeVar

from waypost.ports import StoreDown
from waypost.storage.commit import Landed, Operation, Refuse, Verdict, fail, plan
from waypost.storage.postgres.link import CANNOT_CONNECT, Connection, judge, told
from waypost.storage.postgres.session import Overtaken, Session

_SLOW_SECONDS = 2.0
"""After so long without an answer others are refused instead of kept waiting."""

Result = TypeVar("Result")
Write = Callable[[Connection, list[Operation]], Awaitable[None]]


class SessionWriter:
    """Writes flushes one at a time, as tasks of the event loop. `on_fatal` must end the process.

    `around` is entered for each flush.
    """

    def __init__(
        self,
        session: Session,
        *,
        on_fatal: Callable[[Exception], None],
        around: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._session = session
        self._on_fatal = on_fatal
        self._around = around
        self._task: asyncio.Task[None] | None = None
        self._alone = asyncio.Lock()

    def start(self, landed: Landed, refuse: Refuse) -> None:
        """Get ready."""
        self._landed = landed
        self._refuse = refuse
        self._loop = asyncio.get_running_loop()
        self._session.tell(refuse)

    def put(self, operations: list[Operation]) -> None:
        """Take a flush."""
        self._task = self._loop.create_task(self._flush_and_tell(operations))

    async def between(self, run: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Have the session between two flushes, outside of any transaction. Raises StoreDown."""
        async with self._alone:
            connection = self._session.connection
            if connection is None:
                raise StoreDown("the connection is lost")
            try:
                return await run(connection)
            except CANNOT_CONNECT as error:
                await self._session.rollback(error)
                raise StoreDown(told(error)) from error

    async def stop(self) -> None:
        """Let what was put be written, and close the session."""
        if self._task is not None:
            await self._task
        await self._session.close()

    async def _flush_and_tell(self, operations: list[Operation]) -> None:
        slow = self._loop.call_later(_SLOW_SECONDS, self._is_slow)
        try:
            async with self._alone, self._around():
                await self._flush(operations)
        except BaseException as error:
            # Without an error an operation counts as done, and whoever waits for it would be told so.
            fail(operations, f"nobody knows what became of it: {told(error)}")
            if not isinstance(error, Exception):
                raise
            self._on_fatal(error)
        finally:
            if self._loop.time() >= slow.when() and self._session.connection is not None:
                self._refuse(None)
            slow.cancel()
            self._landed(operations)

    def _is_slow(self) -> None:
        self._refuse(f"the database has not answered for {_SLOW_SECONDS:g} seconds")

    async def _flush(self, operations: list[Operation]) -> None:
        error = await self._attempt(operations, _together)
        if error is not None and judge(error) is Verdict.ROW:
            error = await self._attempt(operations, _one_by_one)
        if error is None:
            return
        no_space = judge(error) is Verdict.NO_SPACE
        fail(operations, f"the database cannot be written: {told(error)}", no_space=no_space)
        if isinstance(error, Overtaken):
            self._on_fatal(error)

    async def _attempt(self, operations: list[Operation], write: Write) -> Exception | None:
        try:
            connection = await self._session.begin()
            await write(connection, operations)
        except Exception as error:  # noqa: BLE001 - the waiting futures get it; the next flush must go on
            await self._session.rollback(error)
            return error
        return await self._session.commit(connection)


async def _together(connection: Connection, operations: list[Operation]) -> None:
    for group in plan(operations):
        results = await group.kind.write(connection, [operation.item for operation in group.operations])
        for operation, result in zip(group.operations, results, strict=True):
            operation.result = result


async def _one_by_one(connection: Connection, operations: list[Operation]) -> None:
    """Write each operation in a savepoint of its own, so that a bad row fails alone."""
    for operation in operations:
        await connection.execute("SAVEPOINT one")
        try:
            (operation.result,) = await operation.kind.write(connection, [operation.item])
        except Exception as error:
            if judge(error) is not Verdict.ROW:
                raise
            operation.error = error
            await connection.execute("ROLLBACK TO one")
        await connection.execute("RELEASE one")
