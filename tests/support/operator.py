"""A server with its webhook, and the operator who plays the phones and looks at everything."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from tests.support.clients import Body, Control, MetaClient
from tests.support.receiver import Receiver
from tests.support.server import ADMIN, NUMBER, TOKEN, Running, running

Shown = TypeVar("Shown")

PHONE = "15550001111"
"""The sample phone: its user has just written."""


@dataclass
class Operator:
    """The server, its webhook, a program that sends, and the control API."""

    server: Running
    hook: Receiver
    client: MetaClient
    control: Control

    async def call(self, method: str, path: str, **given: Any) -> Body:
        """Call the control API; what comes back must be a success."""
        answer = await self.control.call(method, path, **given)
        assert answer.status == 200, answer
        return dict(answer.json)

    async def refused(self, method: str, path: str, **given: Any) -> tuple[int, str, str]:
        """Call the control API; return status, code and message of its error."""
        answer = await self.control.call(method, path, **given)
        error = answer.json["error"]
        return answer.status, error["code"], error["message"]

    async def send_text(self, body: str = "Hello", to: str = PHONE) -> str:
        """Send a text; return its id."""
        answer = await self.client.send(to, "text", {"body": body})
        assert answer.status == 200, answer
        return str(answer.json["messages"][0]["id"])

    async def inbound(self) -> Body:
        """Wait for the webhook's next inbound message and return it."""
        call = await self.hook.wait_for(lambda got: got.method == "POST" and self.client.inbound(got.json))
        return self.client.inbound(call.json)[0]

    async def statuses(self, message_id: str, last: str) -> list[str]:
        """Wait until the webhook was told the `last` status of a message; return all it was told."""
        await self.hook.wait_for_status(message_id, last)
        return self.hook.statuses(message_id)

    async def settled(self, path: str, is_so: Any) -> Body:
        """Look until what the control API shows is so."""
        return await looked_at_until(is_so, partial(self.call, "GET", path))


async def looked_at_until(is_so: Callable[[Shown], object], look: Callable[[], Awaitable[Shown]]) -> Shown:
    """Look again and again, ever less often, until it is so; raises AssertionError when it never is."""
    shown, pause = await look(), 0.005
    try:
        async with asyncio.timeout(30):
            while not is_so(shown):
                await asyncio.sleep(pause)
                shown, pause = await look(), min(2 * pause, 0.1)
    except TimeoutError:
        raise AssertionError(shown) from None
    return shown


@asynccontextmanager
async def operating(data: Path, **flags: Any) -> AsyncIterator[Operator]:
    """Start a server whose webhook is a receiver."""
    async with (
        Receiver() as hook,
        running(data, **{"webhook": hook.url, **flags}) as server,
        aiohttp.ClientSession() as session,
    ):
        control = Control(session, server.base_url, ADMIN)
        control.skips_network = server.is_split
        yield Operator(server, hook, MetaClient(session, server.base_url, NUMBER, TOKEN), control)
