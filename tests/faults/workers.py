"""Several processes that share a database: one that accepts, workers that come and go, and what programs have seen."""

import asyncio
import itertools
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct, field
from tests.faults.processes import Served, served
from tests.faults.tier import PATIENCE_SECONDS
from tests.support.clients import Client, client_for
from tests.support.postgres import PostgresServer
from tests.support.receiver import Receiver

from waypost.lib.shards import SHARDS

NUMBER = "15550123456"
NUMBERS = [str(int(NUMBER) + 11 * step) for step in range(6)]
"""Their shards lie eleven apart: whatever part of the shards a worker has, some of these are in it."""
PHONES = [f"4917012345{last:02}" for last in range(3)]
ROUND = len(NUMBERS) * len(PHONES)
"""How many are sent in a round."""
EVERYTHING = ["sent", "delivered", "read"]
_ROOT = Path(__file__).parents[2]
_OWNERS = (
    "SELECT pid, count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 22355 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY pid"
)
_WRITERS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'waypost writer' AND datname = current_database()"
_ADMIN = {"Authorization": "Bearer test-admin"}


class Ledger(Struct):
    """What programs were told, kept outside: the ids of each number and phone, in order."""

    acknowledged: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0
    unanswered: int = 0
    statuses: list[dict[str, str]] = field(default_factory=list)
    calls_read: int = 0

    @property
    def ids(self) -> list[str]:
        """Every id."""
        return list(itertools.chain.from_iterable(self.acknowledged.values()))


class World(Struct, frozen=True):
    """The processes, and what is outside of them."""

    postgres: PostgresServer
    database: str
    stack: AsyncExitStack
    apis: list[Served]
    """The process that accepts is the last; those before it were killed."""
    hook: Receiver
    folder: Path
    clients: list[Client]
    ledger: Ledger
    workers: list[Process]

    async def replace_api(self) -> None:
        """Kill the process that accepts, and start another one where it listened."""
        here = urlsplit(self.apis[-1].ready.base_url)
        self.apis[-1].process.kill()
        await self.apis[-1].process.wait()
        flags = (*flags_of(self.folder, self.database), "--role=api", f"--port={here.port}")
        self.apis.append(await self.stack.enter_async_context(served(self.folder / f"api-{len(self.apis)}", *flags)))

    async def join(self, *flags: str, module: str = "waypost") -> Process:
        """Start one more worker."""
        data = self.folder / f"worker-{len(self.workers)}"
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, "worker", f"--data={data}", *flags_of(self.folder, self.database), *flags,
            cwd=_ROOT, env={"PATH": os.defpath, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"}, stdout=PIPE,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    async def shared_by(self, count: int) -> None:
        """Wait until so many workers have all shards, each its share."""
        most = -(-SHARDS // count)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                owned = (await self._owned()).values()
                if len(owned) == count and sum(owned) == SHARDS and max(owned) <= most:
                    return
                await asyncio.sleep(0.1)

    async def taken_from(self, owner: str) -> None:
        """Wait until another worker has every shard."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while owner in await self._owned():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)
        await self.shared_by(1)

    async def owner(self) -> str:
        """Return the session of the one worker that has every shard."""
        (owner,) = await self._owned()
        return owner

    async def writing(self, count: int) -> None:
        """Wait until so many processes have a session to write with, whoever accepts included."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(await self.rows(_WRITERS)) != count:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)

    async def places(self) -> int:
        """Return how many places among the processes of the database have ever been taken."""
        return len(await self.rows("SELECT process FROM writers"))

    async def _owned(self) -> dict[str, int]:
        """Return how many shards each session has."""
        rows = [row.split("|") for row in await self.rows(_OWNERS)]
        return {session: int(count) for session, count in rows}

    async def rows(self, statement: str) -> list[str]:
        """Ask the database; return the words of its answer."""
        name = self.database.partition("@/")[2].partition("?")[0]
        return (await asyncio.to_thread(self.postgres.psql, name, statement)).split()

    @asynccontextmanager
    async def load(self) -> AsyncIterator[None]:
        """Send all the time: each number and phone one message after the other."""
        pairs = [(client, phone) for client in self.clients for phone in PHONES]
        senders = [asyncio.create_task(self._keep_sending(*pair)) for pair in pairs]
        try:
            yield
        finally:
            for sender in senders:
                sender.cancel()
            await asyncio.gather(*senders, return_exceptions=True)

    async def sent(self, more: int) -> None:
        """Wait until so many more were acknowledged under load."""
        before = len(self.ledger.ids)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.ledger.ids) < before + more:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)

    async def send_some(self, count: int) -> list[str]:
        """Send so many to each phone of each number; return their ids."""
        before = set(self.ledger.ids)
        for _ in range(count):
            await asyncio.gather(*(self._send(client, phone) for client in self.clients for phone in PHONES))
        return [each for each in self.ledger.ids if each not in before]

    async def everything_told(self) -> None:
        """Wait until the webhook knows the end of every message."""
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            while self._untold():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.2)

    def _untold(self) -> list[str]:
        told = self.told()
        return [each for each in self.ledger.ids if told.get(each, [])[-1:] != EVERYTHING[-1:]]

    def told(self) -> dict[str, list[str]]:
        """Return what the webhook was told of each message, in order, repetitions aside."""
        told: dict[str, list[str]] = {}
        for status in self._statuses():
            words = told.setdefault(status["id"], [])
            words += [status["status"]] if status["status"] not in words else []
        return told

    def told_twice(self, ids: list[str]) -> list[str]:
        """Return those of which the webhook heard something more than once."""
        count: defaultdict[str, int] = defaultdict(int)
        for status in self._statuses():
            count[status["id"]] += 1
        return [each for each in ids if count[each] > len(EVERYTHING)]

    def repeated(self) -> list[str]:
        """Return the events that the webhook was told more than once, whether it has answered or not."""
        count = Counter(call.headers["webhook-id"] for call in self.hook.received)
        return [event for event, times in count.items() if times > 1]

    def broken(self) -> list[str]:
        """Return every broken promise, once everything was told."""
        told = self.told()
        name = self.database.partition("@/")[2].partition("?")[0]

        def asked(statement: str) -> int:
            return int(self.postgres.psql(name, statement))

        found = [f"{each} was told as {told.get(each)}" for each in self.ledger.ids if told.get(each) != EVERYTHING]
        if (shown := asked("SELECT count(*) FROM waypost.carried")) < len(self.ledger.ids):
            found.append(f"{len(self.ledger.ids)} were acknowledged and {shown} shown")
        if asked("SELECT count(*) FROM (SELECT 1 FROM waypost.events WHERE kind = 'status'"
                 " GROUP BY message_key, status HAVING count(*) > 1) AS twice"):  # fmt: skip
            found.append("a status was stored twice")
        if asked("SELECT count(*) FROM waypost.outbox"):
            found.append("something still waits")
        return found + self._out_of_order()

    def _out_of_order(self) -> list[str]:
        """Return where messages to one phone were sent in another order than they were accepted."""
        sent: dict[str, int] = {}
        for place, status in enumerate(sorted(self._statuses(), key=lambda each: int(each["event"]))):
            if status["status"] == "sent":
                sent.setdefault(status["id"], place)
        orders = {pair: [sent[each] for each in ids if each in sent] for pair, ids in self.ledger.acknowledged.items()}
        return [f"{pair} got its messages in another order" for pair, order in orders.items() if order != sorted(order)]

    def _statuses(self) -> list[dict[str, str]]:
        """Return every status as the webhook heard it; what was read once is not read again."""
        ledger, received = self.ledger, self.hook.received
        for call in received[ledger.calls_read :]:
            event = call.headers["webhook-id"].removeprefix("evt_")
            for value in call.values():
                ledger.statuses += [{**status, "event": event} for status in value.get("statuses", ())]
            ledger.calls_read += 1
        return ledger.statuses

    async def _keep_sending(self, client: Client, phone: str) -> None:
        while True:
            await self._send(client, phone)
            await asyncio.sleep(0.1)

    async def _send(self, client: Client, phone: str) -> None:
        try:
            answer = await client.send(phone, "text", {"body": "x"})
        except aiohttp.ClientError:
            self.ledger.unanswered += 1
            return
        if answer.status == 200:
            self.ledger.acknowledged[client.number, phone].append(answer.json["messages"][0]["id"])
        else:
            self.ledger.refused += 1


def flags_of(folder: Path, database: str) -> list[str]:
    """Return what all processes must be told alike."""
    return [
        f"--number={NUMBER}", "--token=test-token", "--rules=relaxed", f"--store={database}",
        f"--media={folder / 'media'}", "--admin-token=test-admin", "--log-level=error",
    ]  # fmt: skip


@asynccontextmanager
async def world(
    folder: Path, postgres: PostgresServer, database: str, workers: int, *more: str
) -> AsyncIterator[World]:
    """Run one process that accepts, and workers that have shared the shards; `more` are flags of all of them."""
    async with AsyncExitStack() as stack:
        hook = await stack.enter_async_context(Receiver())
        flags = (*flags_of(folder, database), f"--webhook={hook.url}", "--role=api", *more)
        api = await stack.enter_async_context(served(folder / "api", *flags))
        clients = [
            await stack.enter_async_context(client_for("meta", api.ready.base_url, number, token))
            for number, token in await _numbers(api.ready.base_url, hook.url)
        ]
        here = World(postgres, database, stack, [api], hook, folder, clients, Ledger(), [])
        stack.push_async_callback(_end_all, here.workers)
        for _ in range(workers):
            await here.join(*more)
        if workers:
            await here.shared_by(workers)
        yield here


async def _numbers(base_url: str, hook: str) -> list[tuple[str, str]]:
    """Add the numbers; return each with its token."""
    found = [(NUMBER, "test-token")]
    async with aiohttp.ClientSession(base_url, headers=_ADMIN) as session:
        for number in NUMBERS[1:]:
            async with session.post("/_waypost/v1/numbers", json={"number": number}) as answer:
                assert answer.status == 200, await answer.text()
                found.append((number, (await answer.json())["token"]))
            async with session.put(f"/_waypost/v1/numbers/{number}", json={"webhook": {"url": hook}}) as answer:
                assert answer.status == 200, await answer.text()
    return found


async def _end_all(workers: list[Process]) -> None:
    for worker in workers:
        if worker.returncode is None:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
        await worker.communicate()
