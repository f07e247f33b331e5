"""Every journey runs on every face, against a whole server with a real receiver."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.support.clients import FACES, Body, Client, Control, client_for
from tests.support.receiver import Receiver
from tests.support.server import ADMIN, NUMBER, TOKEN, Running, running

PHONE = "15550001111"
"""The sample phone: its user has just written."""


@dataclass
class World:
    """A program of one face, the server, its webhook, and the operator."""

    server: Running
    client: Client
    control: Control
    hook: Receiver

    @property
    def told_words(self) -> list[str]:
        """What the webhook is told of a message that goes well; On-Premises is silent about `sent` by default."""
        return ["sent", "delivered", "read"][-self.told :]

    @property
    def told(self) -> int:
        return 3 if self.client.dialect == "cloud" else 2

    async def statuses_of(self, message_id: str, count: int) -> list[Body]:
        """Wait until the webhook has `count` statuses of a message, and return them in order of arrival."""

        def told() -> list[Body]:
            calls = [self.client.statuses(call.json) for call in self.hook.received if call.method == "POST"]
            return [status for call in calls for status in call if status["id"] == message_id]

        await self.hook.wait_until(lambda: len(told()) >= count)
        return told()

    async def words_of(self, message_id: str, count: int) -> list[str]:
        return [status["status"] for status in await self.statuses_of(message_id, count)]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=sorted(FACES))
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    """Options of `waypost serve` beyond the usual; a test file overrides this."""
    return {}


@pytest.fixture
async def world(face: str, flags: dict[str, Any], tmp_path: Path) -> AsyncIterator[World]:
    async with Receiver() as hook:
        told = {"webhook": hook.url, "callback_dialect": FACES[face].dialect, **flags}
        async with (
            running(tmp_path / "data", **told) as server,
            client_for(face, server.base_url, NUMBER, TOKEN) as client,
            aiohttp.ClientSession() as session,
        ):
            yield World(server, client, Control(session, server.base_url, ADMIN), hook)
