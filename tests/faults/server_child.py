"""One life of a real server in a forked child: it is driven over HTTP and by its phones until it is killed.

What the server acknowledged is noted in the ledger outside as soon as the answer was read.
"""

import asyncio
import hashlib
import itertools
import os
import random
import re
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import msgspec
from tests.faults.ledger import Ledger
from tests.faults.server_stages import StagedBlobs, StagedPoster, StagedPostgresStore, StagedStore, stages
from tests.faults.tier import PATIENCE_SECONDS
from tests.support.media import jpeg

from waypost import registry
from waypost.app import Parts, start
from waypost.flows.first_start import Start, apply_settings
from waypost.lib import ids
from waypost.lib.racing import first_to_end
from waypost.model import NumberId
from waypost.settings import load

NUMBER = "15550123456"
TOKEN = "test-token"
OTHER = "15550199998"
"""Another business's number, with a webhook of its own."""
OTHER_TOKEN = "other-token"
OPEN = tuple(f"49170100{n:04}" for n in range(6))
"""Phones whose users have written before anybody writes to them."""
CLOSED = "491709999999"
"""A phone whose user has never written."""
WORKERS = 3
_WARM_ACTIONS, _MORE_ACTIONS = 45, 150
_TOKENS_PER_LIFE = 100_000
_TOKENS_OF_KEYS = 10**15
_JPEG = jpeg(width=16, height=16).data
_QUIET = (
    "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM deliveries WHERE state = 0)"
    " + (SELECT count(*) FROM carried WHERE progress < 3)"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one life is to go."""

    life: int
    stage: str | None = None
    skip: int = 0
    finish: bool = False
    """Do nothing new, and end well once everything is done."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the lives of a campaign have in common."""

    data: Path
    peers_port: int
    parts: Mapping[str, str] = field(default_factory=dict)
    """Dotted paths of planted parts: `sqlite`, `postgresql`, `blobs`, `poster`."""
    store: str | None = None
    """URL of the database, if it is not a file of the folder."""


async def live(setup: Setup, plan: Plan, descriptor: int) -> None:
    """Start the server, then drive it until something kills it (or until all is quiet)."""
    ledger = Ledger(descriptor, fsync=False)
    stages.arm(ledger, plan.stage, plan.skip)
    _register(setup)
    chance = random.Random(plan.life)
    settings = load(_flags(setup, chance), environ={})
    async with AsyncExitStack() as stack:
        parts, ready = await start(settings, stack)
        ledger.note("seen", "ready", plan.life)
        await _admit_other(parts, setup)
        port, driver = int(ready.base_url.rpartition(":")[2]), Driver(parts, setup, plan, ledger, chance)
        doing = _finish(driver, port, setup, ledger) if plan.finish else driver.drive(port)
        await first_to_end(doing, parts.run())


async def _admit_other(parts: Parts, setup: Setup) -> None:
    """Let another business have a number; in every life anew, for the first may end before it has one."""
    hook = f"http://127.0.0.1:{setup.peers_port}/hook/{OTHER}"
    begun = Start(NumberId(int(OTHER)), OTHER_TOKEN, "other-secret", "cloud", hook)
    await apply_settings(begun, parts.resources.directory)


async def _finish(driver: "Driver", port: int, setup: Setup, ledger: Ledger) -> None:
    """Let everything be finished; then work some more, and note what that has cost for good."""
    await _until_quiet(setup)
    await driver.drive(port, actions=_WARM_ACTIONS)
    await _until_quiet(setup)
    before = _usage()
    await driver.drive(port, actions=_MORE_ACTIONS)
    await _until_quiet(setup)
    for what, now in _usage().items():
        ledger.note("seen", what, before[what], now)


def _usage() -> dict[str, int]:
    process = Path("/proc/self")
    pages = int((process / "statm").read_text().split()[1])
    return {
        "descriptors": sum(1 for _ in (process / "fd").iterdir()),
        "threads": sum(1 for _ in (process / "task").iterdir()),
        "kilobytes": pages * resource.getpagesize() // 1024,
    }


def _register(setup: Setup) -> None:
    staged = {"sqlite": _path(StagedStore), "postgresql": _path(StagedPostgresStore)}
    registry.STORES = {scheme: setup.parts.get(scheme, path) for scheme, path in staged.items()}
    registry.BLOBS = {"file": setup.parts.get("blobs", _path(StagedBlobs))}
    registry.POSTERS = {**registry.POSTERS, "asyncio": setup.parts.get("poster", _path(StagedPoster))}


def _path(part: type) -> str:
    return f"{part.__module__}:{part.__name__}"


def _flags(setup: Setup, chance: random.Random) -> dict[str, object]:
    return {
        "port": "0",
        "data": str(setup.data),
        "number": NUMBER,
        "token": TOKEN,
        "app_secret": "test-secret",
        "admin_token": "test-admin",
        "log_level": "error",
        "webhook": f"http://127.0.0.1:{setup.peers_port}/hook/{NUMBER}",
        "fetch_allow": ["127.0.0.0/8"],
        **({"store": setup.store} if setup.store else {}),
        "status_delay": str(chance.choice((0, 0, 0.003))),
    }


async def _until_quiet(setup: Setup) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), _asked(setup) as is_busy:
        while await is_busy():  # noqa: ASYNC110 - from outside nobody tells us
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _asked(setup: Setup) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Look into the database from outside of the server."""
    if setup.store:
        server = await asyncpg.connect(setup.store, server_settings={"search_path": "waypost"})
        yield lambda: server.fetchval(_QUIET)
        await server.close()
        return
    connection = apsw.Connection(str(setup.data / "waypost.db"), flags=apsw.SQLITE_OPEN_READONLY)

    async def ask() -> int:
        return int(connection.execute(_QUIET).get)

    yield ask
    connection.close()


class Driver:
    """Programs and phones that use the server, several at once, each action by chance."""

    def __init__(self, parts: Parts, setup: Setup, plan: Plan, ledger: Ledger, chance: random.Random) -> None:
        self._parts = parts
        self._setup = setup
        self._plan = plan
        self._ledger = ledger
        self._chance = chance
        self._tokens = itertools.count(plan.life * _TOKENS_PER_LIFE + 1)
        self._media: list[str] = []
        self._doomed: list[str] = []

    async def drive(self, port: int, actions: int | None = None) -> None:
        """Let every window be open, then do so much, or work for ever."""
        records = self._parts.resources.store
        for number, phone in [*((NUMBER, phone) for phone in OPEN), (OTHER, OPEN[0])]:
            if await records.last_inbound_ms(NumberId(int(number)), phone) is None:
                await self._write(phone, number)
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work(port, actions))

    async def _work(self, port: int, count: int | None) -> None:
        wire = await Wire.open(port)
        actions = [
            self._text, self._text, self._late, self._upload, self._by_id, self._by_link, self._by_dying_link,
            self._phone_writes, self._delete, self._once, self._of_other, *2 * self._leading_to(self._plan.stage),
        ]  # fmt: skip
        try:
            for _ in itertools.repeat(None) if count is None else range(count // WORKERS):
                await self._chance.choice(actions)(wire)
        finally:
            await wire.close()

    def _leading_to(self, stage: str | None) -> list[Callable[["Wire"], Awaitable[None]]]:
        """Return the actions that lead to a stage, so that a life does not wait long for a rare one."""
        match (stage or "").partition(".")[0]:
            case "link":
                return [self._by_link] * 4
            case "delete":
                return [self._delete, self._upload] * 2
            case "file":
                return [self._upload] * 4
            case "settle_failed":
                return [self._late] * 4
            case "inbound":
                return [self._phone_writes] * 4
            case _:
                return [self._text] * 2

    async def _text(self, wire: "Wire") -> None:
        await self._send(wire, self._chance.choice(OPEN), "text", lambda token: {"body": f"t{token};"})

    async def _of_other(self, wire: "Wire") -> None:
        token = next(self._tokens)
        message = {"messaging_product": "whatsapp", "to": OPEN[0], "type": "text", "text": {"body": f"t{token};"}}
        await self._post(wire, message, token, number=OTHER)
        await self._write(OPEN[0], OTHER)

    async def _late(self, wire: "Wire") -> None:
        await self._send(wire, CLOSED, "text", lambda token: {"body": f"t{token};"}, ends="failing")

    async def _once(self, wire: "Wire") -> None:
        """Send under a key that this life or one before may have used: whoever killed it, the message is one."""
        number = self._plan.life // 4 - self._chance.randrange(2)
        phone, token = OPEN[number % len(OPEN)], _TOKENS_OF_KEYS + number
        message = {"messaging_product": "whatsapp", "to": phone, "type": "text", "text": {"body": f"t{token};"}}
        await self._post(wire, message, token, key=f"order-{number}")

    async def _upload(self, wire: "Wire") -> None:
        # One file in four is one of three that come again and again; the others are like nobody else's.
        same = self._chance.random() < 0.25
        data = picture(self._chance.randrange(3) if same else next(self._tokens))
        self._ledger.note("intent", "media", 0)
        answer = await wire.upload(data)
        media_id = str(answer["id"])
        self._ledger.note("ack", "media", int(media_id), int.from_bytes(hashlib.sha256(data).digest(), "big"))
        self._chance.choice((self._media, self._doomed)).append(media_id)

    async def _by_id(self, wire: "Wire") -> None:
        while not self._media:
            await self._upload(wire)
        media_id = self._chance.choice(self._media)
        await self._send(
            wire, self._chance.choice(OPEN), "image", lambda token: {"id": media_id, "caption": f"t{token};"}
        )

    async def _by_link(self, wire: "Wire") -> None:
        midway = stages.is_now("link.midway")
        kind = f"midway/{os.getpid()}" if midway else "file/0"
        link = f"http://127.0.0.1:{self._setup.peers_port}/{kind}"
        phone = self._chance.choice(OPEN)
        await self._send(
            wire, phone, "document", lambda token: {"link": f"{link}/{token}.pdf", "caption": f"t{token};"}
        )

    async def _by_dying_link(self, wire: "Wire") -> None:
        """Send by a link that works once: after a kill the message may have to fail, but not if it was delivered."""
        link = f"http://127.0.0.1:{self._setup.peers_port}/once/0"
        phone = self._chance.choice(OPEN)
        body = lambda token: {"link": f"{link}/{token}.pdf", "caption": f"t{token};"}  # noqa: E731
        await self._send(wire, phone, "document", body, ends="either")

    async def _phone_writes(self, _: "Wire") -> None:
        await self._write(self._chance.choice(OPEN))

    async def _delete(self, wire: "Wire") -> None:
        if self._doomed:
            media_id = self._doomed.pop()
            self._ledger.note("intent", "delete", int(media_id))
            await wire.ask("DELETE", f"/v24.0/{media_id}")

    async def _write(self, phone: str, number: str = NUMBER) -> None:
        body = b'{"type":"text","text":{"body":"hello"}}'
        parts = self._parts
        message = await parts.network.write(
            phone, NumberId(int(number)), kind="text", body=body, medium=None, keys=parts.resources.keys
        )
        self._ledger.note("ack", "written", message.key)

    async def _send(
        self, wire: "Wire", phone: str, kind: str, body: Callable[[int], dict[str, str]], *, ends: str = "sending"
    ) -> None:
        token = next(self._tokens)
        message = {"messaging_product": "whatsapp", "to": phone, "type": kind, kind: body(token)}
        await self._post(wire, message, token, ends=ends)

    async def _post(
        self,
        wire: "Wire",
        message: Mapping[str, object],
        token: int,
        *,
        ends: str = "sending",
        key: str | None = None,
        number: str = NUMBER,
    ) -> None:
        self._ledger.note("intent", "accept", 0, token)
        bearer = {NUMBER: TOKEN, OTHER: OTHER_TOKEN}[number]
        path = f"/v24.0/{number}/messages"
        answer = await wire.ask("POST", path, msgspec.json.encode(message), key=key, bearer=bearer)
        if "messages" not in answer:  # above a rate: a long life, or one that a planted bug makes fast
            await asyncio.sleep(0.01)
            return
        ref = ids.parse_message_id(answer["messages"][0]["id"])
        assert ref is not None, answer
        self._ledger.note("ack", "accept", ref.key, token)
        self._ledger.note("ack", ends, ref.key, ref.tag)
        stages.reach("accept.replied")


def picture(number: int) -> bytes:
    """Return a small JPEG that no other number has: the number is in a comment."""
    comment = b"%d" % number
    return b"%b\xff\xfe%b%b%b" % (_JPEG[:2], (2 + len(comment)).to_bytes(2, "big"), comment, _JPEG[2:])


class Wire:
    """One kept-alive connection of a program to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        self._reader = reader
        self._writer = writer
        self._host = f"127.0.0.1:{port}"

    @classmethod
    async def open(cls, port: int) -> "Wire":
        return cls(*await asyncio.open_connection("127.0.0.1", port), port)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str = "application/json",
        *,
        key: str | None = None,
        bearer: str = TOKEN,
    ) -> dict[str, Any]:
        """Make a request and return the JSON of its answer, which must be good, or say that a rate was too high."""
        once = "" if key is None else f"Idempotency-Key: {key}\r\n"
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {bearer}\r\n"
            f"{once}Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None, head
        answer = await self._reader.readexactly(int(length[1]))
        assert head.startswith(b"HTTP/1.1 200") or b"retry-after" in head, (head, answer)
        decoded: dict[str, Any] = msgspec.json.decode(answer)
        return decoded

    async def upload(self, data: bytes) -> dict[str, Any]:
        """Upload a JPEG."""
        field = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        file = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        form = field % (b"messaging_product", b"whatsapp") + field % (b"type", b"image/jpeg") + file + data
        return await self.ask(
            "POST", f"/v24.0/{NUMBER}/media", form + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"
        )
