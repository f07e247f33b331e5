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

    def flags(self, data: Path) -> dict[str, str]:
        """Return the options that say it; the same folder always gets the same database."""
        if self._server is None:
            return {}
        if data not in self._lent:
            self._lent[data] = self._returned.enter_context(self._server.database())
        return {"store": self._lent[data]}

    @contextlib.contextmanager
    def lent_by(self, server: PostgresServer) -> Iterator[None]:
        """Let every server that is started meanwhile keep its rows there."""
        with contextlib.ExitStack() as self._returned:
            self._server = server
            try:
                yield
            finally:
                self._server = None
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
        parts, ready = await start(load(given, environ), stack)
        work = asyncio.create_task(parts.run())
        stack.push_async_callback(_end, work)
        yield Running(parts, ready)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
