"""Turns: what many ask for at once is answered by one transaction after the other, beside the session that writes.

The transactions are short, and are not waited for on a disk. Whatever this process writes after one of them is on the
disk only when that one is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from msgspec import Struct

from waypost.storage.postgres.halted import outlasting_the_halted
from waypost.storage.postgres.link import CANNOT_CONNECT, WAIT_SECONDS, Connection, down

Asked = TypeVar("Asked")
Told = TypeVar("Told")

_MOST = 500  # that are answered by one transaction
_BEGIN = "BEGIN READ WRITE; SET LOCAL synchronous_commit = off"


class _Question(Struct, Generic[Asked, Told]):
    asked: Asked
    answer: "asyncio.Future[Told]"


class Turns(Generic[Asked, Told]):
    """What is asked for while one transaction is under way goes into the next together."""

    def __init__(self, pool: Any, work: Callable[[Connection, list[Asked]], Awaitable[list[Told]]]) -> None:
        """`work` answers several in one transaction. Any: asyncpg has no types."""
        self._pool = pool
        self._work = work
        self._waiting: list[_Question[Asked, Told]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Told:
        """Return the answer, and raise what `work` raises. Raises StoreDown; then it may have been done."""
        loop = asyncio.get_running_loop()
        question: _Question[Asked, Told] = _Question(asked, loop.create_future())
        self._waiting.append(question)
        if self._working is None:
            self._working = loop.create_task(self._answer_all())
        return await question.answer

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._answer(batch)
        finally:
            self._working = None

    async def _answer(self, batch: list[_Question[Asked, Told]]) -> None:
        try:
            async with transaction(self._pool) as connection:
                answers = await self._work(connection, [question.asked for question in batch])
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            for question in batch:
                if not question.answer.done():
                    question.answer.set_exception(error)
            return
        for question, told in zip(batch, answers, strict=True):
            if not question.answer.done():  # nobody waits for it any more
                question.answer.set_result(told)


@asynccontextmanager
async def transaction(pool: Any) -> AsyncIterator[Connection]:  # Any: as above
    """Have a transaction on a connection that otherwise only reads. Raises StoreDown."""
    try:
        async with (
            pool.acquire(timeout=WAIT_SECONDS) as connection,
            outlasting_the_halted(pool),
            _committed(connection),
        ):
            yield connection
    except CANNOT_CONNECT as error:
        raise down(error) from error


@asynccontextmanager
async def _committed(connection: Connection) -> AsyncIterator[None]:
    """Commit; a transaction that fails takes its connection with it."""
    try:
        await connection.execute(_BEGIN)
        yield
        await connection.execute("COMMIT")
    except BaseException:
        connection.terminate()
        raise
