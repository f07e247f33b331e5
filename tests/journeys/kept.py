"""Servers that many journeys use one after another, each as it is after its first start.

Starting and stopping a server costs several times what most journeys cost. A file whose journeys change nothing but
what `POST /reset` and the number's own row put back says so by a fixture of its own:

    @pytest.fixture
    def world(kept_world: World) -> World:
        return kept_world

or, with `kept_operator`, for an operator in place of a world. Journeys of such a file that need a server of their own
take `own_world` or `own_operator`.

Tokens, users and the bytes of files outlive a reset: journeys that make or count some have a server of their own. A
server to which a number was added is not used again.
"""

import copy
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

from msgspec.structs import replace
from tests.support.clients import OnPremClient
from tests.support.receiver import Receiver
from tests.support.server import PLACES

from waypost.flows.directory import Directory

_MOST = 3
"""One for each face: the database server has room for the connections of so many, and for those of a test's own."""

Open = Callable[[Path], Any]
"""Starts a server over a folder, as a context that yields a world."""


class _Kept:
    """A server with all that stands around it, and what its number was like at first."""

    def __init__(self, world: Any, back: AsyncExitStack) -> None:  # Any: a world, whose module needs this one
        self.world, self.back = world, back
        self._directory: Directory = world.server.parts.resources.directory
        [self._number] = self._directory.numbers()

    @property
    def can_be_put_back(self) -> bool:
        """Whether no test has added a number, which a reset would leave there."""
        return len(self._directory.numbers()) == 1

    @asynccontextmanager
    async def anew(self) -> AsyncIterator[Any]:
        """Yield a world as after the first start; its webhook is at another place, where nobody calls for the last."""
        async with Receiver() as hook:
            assert self._number.webhook is not None
            webhook = replace(self._number.webhook, url=hook.url)
            await self.world.operate("POST", "/reset")  # first: what still goes out knows the last test's webhook only
            await self._directory.save_number(replace(self._number, webhook=webhook))
            client = copy.copy(self.world.client)
            if isinstance(client, OnPremClient):
                await client.log_in()
            yield dataclasses.replace(self.world, client=client, hook=hook)


class KeptServers:
    """The servers of a process on one pair of stores; what was not used for longest makes room for another."""

    def __init__(self, new_folder: Callable[[str], Path]) -> None:
        self._new_folder = new_folder
        self._kept: dict[str, _Kept] = {}

    @asynccontextmanager
    async def one(self, key: str, opens: Open) -> AsyncIterator[Any]:
        """Yield a world on the server of a key, which `opens` starts if there is none."""
        kept = self._kept.pop(key, None) or await self._opened(opens)
        try:
            async with kept.anew() as world:
                yield world
        finally:
            if kept.can_be_put_back and key not in self._kept:
                self._kept[key] = kept  # the last one now
            else:
                await kept.back.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        while self._kept:
            await self._let_go()

    async def _opened(self, opens: Open) -> _Kept:
        if len(self._kept) >= _MOST:
            await self._let_go()
        folder = self._new_folder("kept")
        async with AsyncExitStack() as back:
            back.enter_context(PLACES.kept(folder))
            world = await back.enter_async_context(opens(folder))
            return _Kept(world, back.pop_all())
        raise AssertionError("a stack passes exceptions on")

    async def _let_go(self) -> None:
        await self._kept.pop(next(iter(self._kept))).back.aclose()
