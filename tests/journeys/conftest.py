"""Every journey runs on every face, against a whole server with a real receiver."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from tests.support.clients import CLIENTS, FACES, Answer, Body, Client, Control, OnPremClient, client_for
from tests.support.media import Sample
from tests.support.raw_http import Wire
from tests.support.receiver import Receiver
from tests.support.s3 import ENVIRON, S3Server
from tests.support.server import ADMIN, DATABASES, NUMBER, TOKEN, Running, running

PHONE = "15550001111"
"""The sample phone: its user has just written."""
STRANGER = "4915550002222"
"""A phone whose user has never written."""

LOOPBACK = ["127.0.0.0/8"]
"""What `fetch_allow` needs for links and webhooks that lead to the tests' own servers."""

BOTH_DATABASES = pytest.mark.parametrize("server_store", ["sqlite", "postgresql"], indirect=True)
"""Walks a journey over SQLite and over PostgreSQL."""

BOTH_STORES = pytest.mark.parametrize(
    ("server_store", "media_store"), [("sqlite", "file"), ("postgresql", "s3")], indirect=True
)
"""Walks a journey over SQLite with media in files, and over PostgreSQL with media in S3."""

Either = TypeVar("Either")


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
        return self.either(cloud=3, onprem=2)

    def either(self, *, cloud: Either, onprem: Either) -> Either:
        """Return what is expected in the face's dialect."""
        return cloud if self.client.dialect == "cloud" else onprem

    async def send(self, kind: str, body: Any, *, to: str = PHONE, **more: Any) -> str:
        """Send a message that is accepted, and return its id."""
        answer = await self.client.send(to, kind, body, **more)
        assert answer.status == self.client.sent_status, answer
        return str(answer.json["messages"][0]["id"])

    async def upload(self, sample: Sample, filename: str = "file") -> str:
        """Upload a file that is taken, and return its id."""
        answer = await self.client.upload(sample.data, sample.mime, filename)
        assert answer.status == 200, answer
        return self.client.media_id(answer)

    async def refusal(self, kind: str, body: Any, *, to: str = PHONE, **more: Any) -> tuple[int, int]:
        """Send a message that is refused, and return HTTP status and code."""
        answer = await self.client.send(to, kind, body, **more)
        return answer.status, self.client.error_code(answer)

    async def statuses_of(self, message_id: str, count: int) -> list[Body]:
        """Wait until the webhook has `count` statuses of a message, and return them in order of arrival."""

        def told() -> list[Body]:
            calls = [self.client.statuses(call.json) for call in self.hook.received if call.method == "POST"]
            return [status for call in calls for status in call if status["id"] == message_id]

        await self.hook.wait_until(lambda: len(told()) >= count)
        return told()

    async def words_of(self, message_id: str, count: int) -> list[str]:
        return [status["status"] for status in await self.statuses_of(message_id, count)]

    async def failure_of(self, message_id: str) -> tuple[list[str], int]:
        """Wait for the first status of a message that fails; return every word told so far, and the code."""
        told = await self.statuses_of(message_id, 1)
        return [status["status"] for status in told], int(told[-1]["errors"][0]["code"])

    async def inbound(self) -> Body:
        """Wait until the webhook has an inbound message, and return the first."""
        await self.hook.wait_until(lambda: bool(self.hook.messages()))
        return self.hook.messages()[0]

    async def operate(self, method: str, path: str, **given: Any) -> Body:
        """Call the control API; what comes back must be a success."""
        answer = await self.control.call(method, path, **given)
        assert answer.status == 200, answer
        return dict(answer.json)

    async def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Move platform time."""
        await self.operate("PUT", "/clock", json={"advance_seconds": 86_400 * days + 3_600 * hours + seconds})
        await self._log_in_again()

    async def stand_at(self, moment: str) -> None:
        """Stop platform time at a moment."""
        await self.operate("PUT", "/clock", json={"now": moment, "frozen": True})
        await self._log_in_again()

    async def _log_in_again(self) -> None:
        """On-Premises: a login does not outlive seven days."""
        if isinstance(self.client, OnPremClient):
            await self.client.log_in()

    async def phone(self, wa_id: str = PHONE, **changes: Any) -> None:
        """Change a phone of the embedded network."""
        await self.operate("PATCH", f"/phones/{wa_id}", json=changes)

    async def write(self, kind: str, body: Any, *, phone: str = PHONE, **more: Any) -> str:
        """Let a phone's user write, and return the message's id in the face's dialect."""
        written = await self.operate("POST", f"/phones/{phone}/messages", json={"type": kind, kind: body, **more})
        return str(written[self.either(cloud="id", onprem="onprem_id")])

    async def write_file(self, kind: str, sample: Sample, **more: Any) -> str:
        """Let the sample phone's user send a file, and return the message's id in the face's dialect."""
        data = base64.b64encode(sample.data).decode()
        return await self.write(kind, {"data": data, "mime_type": sample.mime, **more})

    async def shown_on(self, phone: str = PHONE) -> list[Body]:
        """Return what a phone has received, oldest first."""
        return list((await self.operate("GET", f"/phones/{phone}/messages"))["messages"])

    async def stored_bytes(self, shown: Body) -> bytes:
        """Return the bytes of the file that a message on a phone carries, as the control API gives them."""
        path = str(shown["media"]["url"]).removeprefix("/_waypost/v1")
        return (await self.control.call("GET", path)).body


@asynccontextmanager
async def open_world(face: str, data: Path, **flags: Any) -> AsyncIterator[World]:
    """Start a server over `data` whose webhook is a receiver, and a program of `face`."""
    async with Receiver() as hook:
        told = {"webhook": hook.url, "callback_dialect": CLIENTS[face].dialect, **flags}
        async with (
            running(data, **told) as server,
            client_for(face, server.base_url, NUMBER, TOKEN) as client,
            aiohttp.ClientSession() as session,
        ):
            control = Control(session, server.base_url, ADMIN)
            control.skips_network = DATABASES.are_shared
            yield World(server, client, control, hook)


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
def media_store(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Options for where media lie: in files, or in S3 for the tests that are marked with `BOTH_STORES`."""
    if getattr(request, "param", "file") == "file":
        return {}
    server: S3Server = request.getfixturevalue("s3_server")
    return {"media": server.url(tmp_path.name), "environ": ENVIRON}


@pytest.fixture
async def world(face: str, flags: dict[str, Any], media_store: dict[str, Any], tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(face, tmp_path / "data", **media_store, **flags) as opened:
        yield opened


@pytest.fixture
async def files() -> AsyncIterator[Receiver]:
    """A server that links lead to."""
    async with Receiver() as receiver:
        yield receiver


async def raw_status(client: Client, request: bytes) -> int:
    """Send bytes that no HTTP library would, `$HOST` replaced, and return the status; 0 for a hang-up."""
    host = client.base.removeprefix("http://")

    def ask() -> int:
        wire = Wire(int(host.rpartition(":")[2]))
        wire.send(request.replace(b"$HOST", host.encode()))
        status = wire.reply().status
        wire.close()
        return status

    return await asyncio.to_thread(ask)


def code_of(client: Client, answer: Answer) -> tuple[int, int]:
    """Return HTTP status and code of a refusal."""
    return answer.status, client.error_code(answer)
