"""A whole server on port 0 inside the test's event loop, as `waypost serve` makes it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost.app import Parts, start
from waypost.settings import ReadyInfo, load

NUMBER = "15550123456"
TOKEN = "test-token"
SECRET = "test-secret"
ADMIN = "test-admin"


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
