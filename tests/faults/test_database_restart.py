"""A PostgreSQL that goes away under load: the API says so at once, loses nothing, and goes on by itself."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import Struct, field
from tests.faults.processes import Served, served
from tests.faults.tier import PATIENCE_SECONDS, Tier
from tests.support.clients import Answer, Client, client_for
from tests.support.postgres import PostgresServer
from tests.support.receiver import Receiver

from waypost.lib.clock import SystemClock

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

NUMBER = "15550123456"
TOKEN = "test-token"
PHONE = "491701234567"
RECOVERY_SECONDS = 5
LONGEST_SECONDS = 2
SENDERS = 8
EVERYTHING = ["sent", "delivered", "read"]


class Ledger(Struct):
    """What clients have seen, kept outside the server."""

    acknowledged: list[str] = field(default_factory=list)
    refusals: set[tuple[int, str | None]] = field(default_factory=set)
    refused: int = 0
    longest: float = 0

    @property
    def answers(self) -> int:
        return len(self.acknowledged) + self.refused

    def note(self, answer: Answer, seconds: float) -> None:
        self.longest = max(self.longest, seconds)
        if answer.status == 200:
            self.acknowledged.append(answer.json["messages"][0]["id"])
        else:
            self.refused += 1
            self.refusals.add((answer.status, answer.headers.get("Retry-After")))


@asynccontextmanager
async def world(folder: Path, hook: Receiver, database: str) -> AsyncIterator[tuple[Served, Client]]:
    who = (f"--number={NUMBER}", f"--token={TOKEN}", "--rules=relaxed")
    flags = (*who, f"--webhook={hook.url}", f"--store={database}")
    async with (
        served(folder / "data", *flags) as server,
        client_for("meta", server.ready.base_url, NUMBER, TOKEN) as client,
    ):
        yield server, client


async def send(client: Client, ledger: Ledger) -> bool:
    clock = SystemClock()
    began = clock.monotonic()
    answer = await client.send(PHONE, "text", {"body": "x"})
    ledger.note(answer, clock.monotonic() - began)
    return answer.status == 200


async def keep_sending(client: Client, ledger: Ledger) -> None:
    while True:
        await send(client, ledger)
        await asyncio.sleep(0.02)


@asynccontextmanager
async def sending(client: Client, ledger: Ledger) -> AsyncIterator[None]:
    """Send all the time, once the first answers are there."""
    senders = [asyncio.create_task(keep_sending(client, ledger)) for _ in range(SENDERS)]
    await answered(ledger, SENDERS)
    yield
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)


async def send_until_taken(client: Client, ledger: Ledger, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await send(client, ledger):  # noqa: ASYNC110 - as a client would
            await asyncio.sleep(0.05)


async def answered(ledger: Ledger, count: int) -> None:
    """Wait for so many more answers, of whatever kind."""
    before = ledger.answers
    async with asyncio.timeout(PATIENCE_SECONDS):
        while ledger.answers < before + count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def told_of(hook: Receiver, messages: list[str]) -> list[list[str] | None]:
    """Return what the webhook was told of each message, in order, repetitions aside; wait until it knows the end."""
    told: dict[str, list[str]] = {}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            while any(told.get(message) != EVERYTHING for message in messages):
                await asyncio.sleep(0.2)
                told = statuses(hook)
    return [told.get(message) for message in messages]


def statuses(hook: Receiver) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for status in (status for call in hook.received for value in call.values() for status in value["statuses"]):
        words = told.setdefault(status["id"], [])
        words += [status["status"]] if status["status"] not in words else []
    return told


async def restart(server: PostgresServer) -> None:
    await asyncio.to_thread(server.stop, "immediate")
    await asyncio.to_thread(server.start)


async def hang_up(server: PostgresServer) -> None:
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'waypost %'"
    await asyncio.to_thread(server.psql, "postgres", ended)


async def restart_gently(server: PostgresServer) -> None:
    await asyncio.to_thread(server.stop, "fast")
    await asyncio.to_thread(server.start)


@pytest.mark.parametrize("strike", [restart, restart_gently, hang_up])
async def test_what_was_acknowledged_outlives_a_database_that_goes_away_and_comes_back(
    postgres_server: PostgresServer,
    database: str,
    tmp_path: Path,
    tier: Tier,
    strike: Callable[[PostgresServer], Awaitable[None]],
) -> None:
    ledger, clock, away = Ledger(), SystemClock(), 0.0
    async with Receiver() as hook, world(tmp_path, hook, database) as (server, client):
        async with sending(client, ledger):
            for _ in range(3):
                await answered(ledger, 5 * SENDERS)
                began = clock.monotonic()
                await strike(postgres_server)
                away = max(away, clock.monotonic() - began)
                await send_until_taken(client, ledger, tier.within(RECOVERY_SECONDS))

        told = await told_of(hook, ledger.acknowledged)
        code, _ = await server.stop()

    assert code == 0
    assert told == [EVERYTHING] * len(ledger.acknowledged)
    assert ledger.refusals <= {(503, "5")}
    # One whose COMMIT got no answer waits until it is known.
    assert ledger.longest < away + tier.within(LONGEST_SECONDS)


async def test_a_database_that_is_gone_for_a_while_costs_nothing_but_that_while(
    postgres_server: PostgresServer, database: str, tmp_path: Path, tier: Tier
) -> None:
    ledger, meanwhile, clock = Ledger(), Ledger(), SystemClock()
    seconds = tier.count(quick=3, full=60)
    async with Receiver() as hook, world(tmp_path, hook, database) as (server, client):
        async with sending(client, ledger):
            await answered(ledger, 5 * SENDERS)
            await asyncio.to_thread(postgres_server.stop, "immediate")
            await asyncio.sleep(LONGEST_SECONDS)  # whoever waits for an answer of the database is told by then
            try:
                async with sending(client, meanwhile):
                    await asyncio.sleep(seconds)
                why = (await client.send(PHONE, "text", {"body": "x"})).body.decode()
            finally:
                await asyncio.to_thread(postgres_server.start)
            began = clock.monotonic()
            await send_until_taken(client, ledger, tier.within(RECOVERY_SECONDS))
            took = clock.monotonic() - began
            await answered(ledger, 5 * SENDERS)

        told = await told_of(hook, ledger.acknowledged)
        code, _ = await server.stop()

    assert code == 0
    assert told == [EVERYTHING] * len(ledger.acknowledged)
    assert (meanwhile.acknowledged, meanwhile.refusals) == ([], {(503, "5")})
    assert meanwhile.longest < tier.within(LONGEST_SECONDS)
    assert "the database " in why
    tier.note("seconds without a database", seconds)
    tier.note("messages acknowledged before and after", len(ledger.acknowledged))
    tier.note("messages refused meanwhile", meanwhile.refused)
    tier.note("seconds until it went on", round(took, 2))


async def not_ready(client: Client) -> None:
    """Wait until the server has seen that its database is gone."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await client.call("GET", "/ready")).status != 503:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_while_the_database_is_away_the_server_lives_and_is_not_ready(
    postgres_server: PostgresServer, database: str, tmp_path: Path
) -> None:
    ledger = Ledger()
    async with Receiver() as hook, world(tmp_path, hook, database) as (_, client):
        await asyncio.to_thread(postgres_server.stop, "immediate")
        try:
            await not_ready(client)
            health = await client.call("GET", "/health")
            await send(client, ledger)
        finally:
            await asyncio.to_thread(postgres_server.start)
        await send_until_taken(client, ledger, PATIENCE_SECONDS)
        ready = await client.call("GET", "/ready")

    assert health.status == 200
    assert ledger.refusals == {(503, "5")}
    assert ready.status == 200


async def test_a_server_that_was_killed_lets_the_next_one_in_which_goes_on(database: str, tmp_path: Path) -> None:
    ledger = Ledger()
    async with Receiver() as hook:
        async with world(tmp_path, hook, database) as (server, client):
            await asyncio.gather(*(send(client, ledger) for _ in range(20)))
            os.kill(server.process.pid, signal.SIGKILL)
            await server.process.wait()

        async with world(tmp_path, hook, database) as (_, client):
            await send(client, ledger)
            told = await told_of(hook, ledger.acknowledged)

    assert told == [EVERYTHING] * 21
