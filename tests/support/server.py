"""A whole server on port 0 inside the test's event loop, as `waypost serve` makes it."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.postgres import PostgresServer
from tests.support.s3 import ENVIRON, S3Server

from waypost.app import Parts, start
from waypost.app.working import begin
from waypost.settings import ReadyInfo, load

NUMBER = "15550123456"
TOKEN = "test-token"
SECRET = "test-secret"
ADMIN = "test-admin"


@dataclass(frozen=True)
class Room:
    """Where one server keeps rows and media: the options that say so, and the files that its media are."""

    flags: Mapping[str, Any]
    media_files: Callable[[], list[Path]]
    is_split: bool = False
    """Whether the server is two processes, here in one event loop: one that accepts and a worker."""


Lender = Callable[[Path, ExitStack], Room]
"""Makes room for the server of a data folder; what is pushed on the stack gives it back."""


@dataclass
class _Scope:
    lend: Lender | None
    back: ExitStack
    rooms: dict[Path, Room] = field(default_factory=dict)
    servers: int = 0


class Places:
    """Where servers keep their things: in their data folder, or in the room that the innermost scope lends to it."""

    def __init__(self) -> None:
        self._scopes: list[_Scope] = []

    @contextlib.contextmanager
    def lent_by(self, lend: Lender | None) -> Iterator[None]:
        """Let every server that is started meanwhile keep its things where `lend` says; None: in its data folder.

        All of them must have ended by then: a server that outlives the scope would lose what it stands on.
        """
        with ExitStack() as back:
            scope = _Scope(lend, back)
            self._scopes.append(scope)
            try:
                yield
            finally:
                self._scopes.remove(scope)
        assert scope.servers == 0, "a server is still running over a store that is taken away"

    def anew(self) -> contextlib.AbstractContextManager[None]:
        """Lend as before, and take back at the end what is lent from now on."""
        return self.lent_by(self._scopes[-1].lend if self._scopes else None)

    @contextlib.contextmanager
    def kept(self, data: Path) -> Iterator[None]:
        """Lend a folder what its server needs, until the end of this, whatever scopes end before."""
        lend = self._innermost.lend
        with ExitStack() as back:
            scope = _Scope(lend, back, {data: _room(lend, data, back)})
            self._scopes.insert(0, scope)
            try:
                yield
            finally:
                self._scopes.remove(scope)

    @contextlib.contextmanager
    def room(self, data: Path) -> Iterator[Room]:
        """Return the room of a folder, always the same within a scope and those inside it."""
        scope = next((scope for scope in self._scopes if data in scope.rooms), self._innermost)
        if data not in scope.rooms:
            scope.rooms[data] = _room(scope.lend, data, scope.back)
        scope.servers += 1
        try:
            yield scope.rooms[data]
        finally:
            scope.servers -= 1

    @property
    def _innermost(self) -> _Scope:
        return self._scopes[-1] if self._scopes else _Scope(None, ExitStack())


PLACES = Places()


def in_postgresql(server: PostgresServer, *, split: bool = False) -> Lender:
    """Lend each server a database; its media lie in its folder."""

    def lend(data: Path, back: ExitStack) -> Room:
        flags = {"store": back.enter_context(server.database()), "media": str(data / "media")}
        return Room(flags, partial(_files, data), split)

    return lend


def in_postgresql_and_s3(server: PostgresServer, s3: S3Server, *, split: bool = False) -> Lender:
    """Lend each server a database, and a prefix of a bucket for its media."""

    def lend(_: Path, back: ExitStack) -> Room:
        prefix = uuid.uuid4().hex
        flags = {"store": back.enter_context(server.database()), "media": s3.url(prefix), "environ": ENVIRON}
        return Room(flags, partial(s3.stored, prefix), split)

    return lend


def _room(lend: Lender | None, data: Path, back: ExitStack) -> Room:
    return lend(data, back) if lend else Room({}, partial(_files, data))


def _files(data: Path) -> list[Path]:
    return sorted(path for path in (data / "media").rglob("*") if path.is_file())


@dataclass(frozen=True)
class Running:
    """A server that is up, and what a program needs to talk to it."""

    parts: Parts
    ready: ReadyInfo
    media_files: Callable[[], list[Path]]
    """Lists what there is of media, unfinished files of a media folder included."""
    is_split: bool

    @property
    def base_url(self) -> str:
        return self.ready.base_url


@asynccontextmanager
async def running(data: Path, **flags: Any) -> AsyncIterator[Running]:
    """Start a server over `data`; flags are those of `waypost serve`, and win over the tests' own.

    `environ` among them is the environment that it sees, empty unless given.
    """
    with PLACES.room(data) as room:
        given = {
            "port": "0",
            "data": str(data),
            "number": NUMBER,
            "token": TOKEN,
            "app_secret": SECRET,
            "admin_token": ADMIN,
            "log_level": "error",
            "link_previews": "off",  # samples have links to the world
            **room.flags,
            **flags,
        }
        environ = given.pop("environ", {})
        is_split = room.is_split and "role" not in flags
        async with AsyncExitStack() as stack:
            parts, ready = await start(load({**given, "role": "api"} if is_split else given, environ), stack)
            work = asyncio.create_task(parts.run())
            stack.push_async_callback(_end, work)
            if is_split:
                await stack.enter_async_context(working({**given, "data": str(data / "worker")}, environ))
            yield Running(parts, ready, room.media_files, room.is_split)


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
