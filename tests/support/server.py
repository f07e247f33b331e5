"""A whole server on port 0 inside the test's event loop, as `waypost serve` makes it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.postgres import PostgresServer

from waypost.app import Parts, start
from waypost.app.working import begin
from waypost.settings import ReadyInfo, load

NUMBER = "15550123456"
TOKEN = "test-token"
SECRET = "test-secret"
ADMIN = "test-admin"


class Databases:
    """Where servers keep their rows: in their data folder, or lent to each folder by a PostgreSQL while one is set."""

    def __init__(self) -> None:
        self._server: PostgresServer | None = None
        self._lent: dict[Path, str] = {}
        self.are_shared = False
        """Whether every server is two processes, here in one event loop: one that accepts and a worker."""

    def flags(self, data: Path) -> dict[str, str]:
        """Return the options that say it; the same folder always gets the same database."""
        if self._server is None:
            return {}
        if data not in self._lent:
            self._lent[data] = self._returned.enter_context(self._server.database())
        return {"store": self._lent[data]}

    @contextlib.contextmanager
    def lent_by(self, server: PostgresServer, *, shared: bool = False) -> Iterator[None]:
        """Let every server that is started meanwhile keep its rows there, and be two processes if they are shared."""
        with contextlib.ExitStack() as self._returned:
            self._server, self.are_shared = server, shared
            try:
                yield
            finally:
                self._server, self.are_shared = None, False
                self._lent.clear()


DATABASES = Databases()


@dataclass(frozen=True)
class Running:
    """A server that is up, and what a program needs to talk to it."""

    parts: Parts
    ready: ReadyInfo

    @property
    def base_url(self) -> str:
        return self.ready.base_url


@asynccontextmanager
async def running(data: Path, **flags: Any) -> AsyncIterator[Running]:
    """Start a server over `data`; flags are those of `waypost serve`, and win over the tests' own.

    `environ` among them is the environment that it sees, empty unless given.
    """
    environ = flags.pop("environ", {})
    given = {
        "port": "0",
        "data": str(data),
        "number": NUMBER,
        "token": TOKEN,
        "app_secret": SECRET,
        "admin_token": ADMIN,
        "log_level": "error",
        **DATABASES.flags(data),
        **flags,
    }
    async with AsyncExitStack() as stack:
        is_split = DATABASES.are_shared and "role" not in flags
        if is_split:
            given = {"media": str(data / "media"), **given}
        parts, ready = await start(load({**given, "role": "api"} if is_split else given, environ), stack)
        work = asyncio.create_task(parts.run())
        stack.push_async_callback(_end, work)
        if is_split:
            await stack.enter_async_context(working({**given, "data": str(data / "worker")}, environ))
        yield Running(parts, ready)


@asynccontextmanager
async def working(given: dict[str, Any], environ: dict[str, str]) -> AsyncIterator[Parts]:
    """Have a worker beside what accepts, with its options, until the end; here it has one life."""
    async with AsyncExitStack() as stack:
        parts, _, ownership = await begin(load(given, environ), stack)
        work = asyncio.create_task(parts.run())
        stack.push_async_callback(_end, work)
        await ownership.settled.wait()
        yield parts


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
