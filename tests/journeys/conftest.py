"""Every journey runs on every face, against a whole server with a real receiver, over either pair of stores.

The pairs are SQLite with media in files, and PostgreSQL with media in S3. A journey has one case for each face and
sample. `tests/journeys/turns.py` says which of them run on which pair; `--store both` runs every case on both.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from tests.journeys.kept import KeptServers
from tests.journeys.turns import PAIRS, out_of_turn, says_its_own_stores
from tests.support.clients import CLIENTS, FACES, Answer, Body, Client, Control, MetaClient, OnPremClient, client_for
from tests.support.media import Sample
from tests.support.operator import Operator, looked_at_until, operating
from tests.support.postgres import PostgresServer
from tests.support.raw_http import Wire
from tests.support.receiver import Receiver
from tests.support.s3 import S3Server
from tests.support.server import ADMIN, NUMBER, PLACES, TOKEN, Running, in_postgresql_and_s3, running

PHONE = "15550001111"
"""The sample phone: its user has just written."""
STRANGER = "4915550002222"
"""A phone whose user has never written."""

LOOPBACK = ["127.0.0.0/8"]
"""What `fetch_allow` needs for links and webhooks that lead to the tests' own servers."""

ONE_STORE = pytest.mark.parametrize("server_store", ["sqlite"], indirect=True)
"""For what no store has to do with, or only that of SQLite: the tests that say so run once."""

IN_S3 = pytest.mark.parametrize("server_store", ["postgresql"], indirect=True)
"""For what only media in S3 can do."""

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

    async def get(self, path: str) -> Any:
        """Read something that is there, and return its JSON."""
        answer = await self.client.call("GET", path)
        assert answer.status == 200, answer
        return answer.json

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

    async def status(self, message_id: str, word: str) -> str:
        """Wait until a message has a status, which the webhook may not be told of; return it."""
        look = partial(self.operate, "GET", f"/messages/{message_id}")
        return str((await looked_at_until(lambda shown: shown["status"] == word, look))["status"])

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


Kept = Callable[[str], AbstractAsyncContextManager[World]]
"""Opens a world of a face on a server that many tests use one after another."""


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
            control.skips_network = server.is_split
            yield World(server, client, control, hook)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Walk every journey over both pairs of stores, unless it says on which it runs."""
    if not says_its_own_stores(metafunc.definition):
        asked = "split" if metafunc.config.getoption("--split") else metafunc.config.getoption("--store")
        stores = PAIRS if asked in (None, "both") else [asked]
        metafunc.parametrize("server_store", stores, indirect=True, scope="module")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of what two processes cannot do."""
    config.addinivalue_line("markers", "alone(why): what one process does that two do not; skipped with --split")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `--store`, leave out the cases whose turn it is not; with `--split`, skip what needs one process."""
    if config.getoption("--split"):
        for item in items:
            for mark in item.iter_markers("alone"):
                item.add_marker(pytest.mark.skip(reason=mark.args[0]))
    if config.getoption("--store") is None:
        left_out = out_of_turn(items)
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(params=sorted(FACES))
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    """Options of `waypost serve` beyond the usual; a test file overrides this."""
    return {}


@pytest.fixture(autouse=True, scope="module")
def server_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where every whole server keeps rows and media: SQLite and files, or PostgreSQL and S3; split is the latter.

    What says its own stores runs on those with `--split` too.
    """
    scheme = str(request.param)
    lend = None
    if scheme != "sqlite":
        servers = request.getfixturevalue("postgres_server"), request.getfixturevalue("s3_server")
        lend = in_postgresql_and_s3(*servers, split=scheme == "split")
    with PLACES.lent_by(lend):
        yield scheme


@pytest.fixture(scope="module")
def shared_data(server_store: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the server that serves many tests of a file: another for each pair of stores."""
    return tmp_path_factory.mktemp(server_store)


@pytest.fixture
async def own_world(face: str, flags: dict[str, Any], tmp_path: Path) -> AsyncIterator[World]:
    """A server that only this test has."""
    async with open_world(face, tmp_path / "data", **flags) as opened:
        yield opened


@pytest.fixture(scope="session")
async def kept_in_files(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KeptServers]:
    """The servers over SQLite that journeys use one after another."""
    async with KeptServers(tmp_path_factory.mktemp) as servers:
        yield servers


@pytest.fixture(scope="session")
async def kept_in_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, s3_server: S3Server
) -> AsyncIterator[KeptServers]:
    """The servers over PostgreSQL that journeys use one after another; they end before what they stand on."""
    _ = postgres_server, s3_server
    async with KeptServers(tmp_path_factory.mktemp) as servers:
        yield servers


@pytest.fixture(scope="module")
def kept_servers(request: pytest.FixtureRequest, server_store: str) -> KeptServers:
    name = "kept_in_files" if server_store == "sqlite" else "kept_in_postgresql"
    servers: KeptServers = request.getfixturevalue(name)
    return servers


@pytest.fixture
def kept(flags: dict[str, Any], server_store: str, kept_servers: KeptServers, tmp_path: Path) -> Kept:
    """Opens a world of a face on a server as after its first start, that tests with the same flags have had before.

    Of two processes the one that accepts cannot reset the other: with `--split` it is one of the test's own.
    """

    def lend(face: str) -> AbstractAsyncContextManager[World]:
        def opens(data: Path) -> AbstractAsyncContextManager[World]:
            return open_world(face, data, **flags)

        return opens(tmp_path / "data") if server_store == "split" else kept_servers.one(f"{face} {flags}", opens)

    return lend


@pytest.fixture
async def kept_world(face: str, kept: Kept) -> AsyncIterator[World]:
    """A world on a server that other tests have had before."""
    async with kept(face) as opened:
        yield opened


@pytest.fixture
async def own_operator(flags: dict[str, Any], tmp_path: Path) -> AsyncIterator[Operator]:
    """An operator of a server that only this test has."""
    async with operating(tmp_path / "data", **flags) as opened:
        yield opened


@pytest.fixture
async def kept_operator(kept: Kept) -> AsyncIterator[Operator]:
    """An operator of a server that other tests have had before, journeys of programs for the graph among them."""
    async with kept("meta") as opened:
        assert isinstance(opened.client, MetaClient)
        yield Operator(opened.server, opened.hook, opened.client, opened.control)


@pytest.fixture
def world(own_world: World) -> World:
    """The server of most journeys; `tests/journeys/kept.py` says which files take the kept one instead."""
    return own_world


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
