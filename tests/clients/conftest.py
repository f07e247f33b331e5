"""A server with its webhook, and the loop in which the libraries under test run beside it."""

import asyncio
import base64
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import aiohttp
import pytest
from tests.support.clients import Body, Control
from tests.support.media import Sample
from tests.support.receiver import Received, Receiver
from tests.support.server import ADMIN, NUMBER, Running, running

PHONE = "15550001111"
"""The sample phone: its user has just written."""
STRANGER = "4915550002222"
"""A phone whose user has never written."""

Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass
class Stand:
    """A server, its webhook, a server of files, and the operator who plays the phones."""

    server: Running
    hook: Receiver
    files: Receiver
    control: Control

    @property
    def base_url(self) -> str:
        return self.server.base_url

    async def operate(self, method: str, path: str, **given: Any) -> Body:
        """Call the control API; what comes back must be a success."""
        answer = await self.control.call(method, path, **given)
        assert answer.status == 200, answer
        return dict(answer.json)

    async def write(self, kind: str, body: Any, *, phone: str = PHONE, **more: Any) -> Received:
        """Let a phone's user write; return the call that told the webhook."""
        written = await self.operate("POST", f"/phones/{phone}/messages", json={"type": kind, kind: body, **more})
        return await self.told_of(str(written["id"]), str(written["onprem_id"]))

    async def write_file(self, kind: str, sample: Sample, **more: Any) -> Received:
        """Let the sample phone's user send a file; return the call that told the webhook."""
        data = base64.b64encode(sample.data).decode()
        return await self.write(kind, {"data": data, "mime_type": sample.mime, **more})

    async def told_of(self, *ids: str) -> Received:
        """Return the call that brought an inbound message with one of these ids."""
        return await self.hook.wait_for(
            lambda got: any(m["id"] in ids for value in got.values() for m in value.get("messages", []))
        )

    async def told(self, message_id: str, status: str) -> Received:
        """Return the call that brought a status of a message."""
        return await self.hook.wait_for_status(message_id, status)

    async def shown(self, *, phone: str = PHONE) -> Body:
        """Return the newest message that a phone has received."""
        return dict((await self.operate("GET", f"/phones/{phone}/messages"))["messages"][-1])

    def serve(self, sample: Sample) -> str:
        """Serve a file on the next request; return its link."""
        self.files.answer(body=sample.data, headers={"Content-Type": sample.mime})
        return self.files.url_at(f"/file-{len(self.files.received)}")


@asynccontextmanager
async def standing(data: Path, **flags: Any) -> AsyncIterator[Stand]:
    """Start a server over `data` whose webhook is a receiver."""
    async with Receiver() as hook, Receiver() as files:
        told = {"webhook": hook.url, "fetch_allow": ["127.0.0.0/8"], "number": NUMBER, **flags}
        async with running(data, **told) as server, aiohttp.ClientSession() as session:
            yield Stand(server, hook, files, Control(session, server.base_url, ADMIN))


async def aside(work: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
    """Run a library's blocking call in a thread, so that the server in this loop can answer it."""
    return await asyncio.to_thread(work, *args, **kwargs)


@pytest.fixture(autouse=True)
def leftovers() -> Iterator[None]:
    """Throw away what a library leaves open at once, so that no later test is blamed for it."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def flags() -> dict[str, Any]:
    """Options of `waypost serve` beyond the usual; a test file overrides this."""
    return {}


@pytest.fixture
async def stand(tmp_path: Path, flags: dict[str, Any]) -> AsyncIterator[Stand]:
    async with standing(tmp_path / "data", **flags) as opened:
        yield opened
