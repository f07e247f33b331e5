"""SIGTERM under load: what was acknowledged is delivered, now or after the next start, and the end comes soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from tests.faults.processes import Served, served
from tests.faults.server_checker import acknowledged as ledger_of
from tests.faults.server_checker import check
from tests.faults.server_peers import call_of
from tests.faults.tier import Tier
from tests.support.clients import Client, client_for
from tests.support.receiver import Answer, Receiver

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

NUMBER = "15550123456"
TOKEN = "test-token"
PHONE = "491701234568"
STOP_SECONDS = 10


@asynccontextmanager
async def server(data: Path, hook: Receiver) -> AsyncIterator[tuple[Served, Client]]:
    flags = (f"--number={NUMBER}", f"--token={TOKEN}", f"--webhook={hook.url}", "--rules=relaxed")
    async with served(data, *flags) as process, client_for("meta", process.ready.base_url, NUMBER, TOKEN) as client:
        yield process, client


async def send_until_refused(client: Client, acknowledged: list[str]) -> None:
    """Send text after text; note the id of each that was answered."""
    while True:
        try:
            answer = await client.send(PHONE, "text", {"body": "hello"})
        except aiohttp.ClientError:
            return
        if answer.status != 200:
            return
        acknowledged.append(answer.json["messages"][0]["id"])


def first_statuses(hook: Receiver) -> dict[str, list[str]]:
    """Return what was told of each message, the first time of each status, in order."""
    told: dict[str, list[str]] = {}
    for call in hook.received:
        for value in call.values():
            for status in value.get("statuses", []):
                came = told.setdefault(status["id"], [])
                came.extend([status["status"]] * (status["status"] not in came))
    return told


async def all_told(hook: Receiver, messages: list[str]) -> None:
    """Wait until the last status of each message has arrived; give up when no call has come for a while."""
    while missing(hook, messages):
        await no_more_calls(hook)


async def no_more_calls(hook: Receiver) -> None:
    """Wait until calls have ceased for a moment: reading all of them more often would keep the receiver from its work.

    Raises TimeoutError if there was none at all.
    """
    seen = len(hook.received)
    await hook.wait_for_count(seen + 1)
    while len(hook.received) > seen:
        seen = len(hook.received)
        await asyncio.sleep(1)


def missing(hook: Receiver, messages: list[str]) -> list[str]:
    """Return the messages of which the last status has not arrived."""
    told = first_statuses(hook)
    return [message for message in messages if "read" not in told.get(message, [])]


async def stop_under_load(data: Path, hook: Receiver, acknowledged: list[str], tier: Tier) -> tuple[int, str]:
    """Start a server, send until calls of the webhook pour in, and stop it; return how it ended and what it said."""
    before = len(hook.received)
    async with server(data, hook) as (process, client):
        senders = [asyncio.create_task(send_until_refused(client, acknowledged)) for _ in range(16)]
        await hook.wait_for_count(before + 200)

        ended = await asyncio.wait_for(process.stop(), tier.within(STOP_SECONDS))
        await asyncio.gather(*senders)
    return ended


async def test_a_server_that_is_stopped_under_load_loses_nothing(tmp_path: Path, tier: Tier) -> None:
    acknowledged: list[str] = []
    stops = tier.count(quick=1, full=100)
    async with Receiver() as hook:
        ended = [await stop_under_load(tmp_path / "data", hook, acknowledged, tier) for _ in range(stops)]

        async with server(tmp_path / "data", hook) as (last, _):
            await all_told(hook, acknowledged)
            await asyncio.wait_for(last.stop(), tier.within(STOP_SECONDS))

    calls = [call_of(got) for got in hook.received]
    tier.note("stops", stops)
    tier.note("messages acknowledged", len(acknowledged))
    tier.note("webhook calls repeated", len(calls) - len({call.event for call in calls}))
    assert set(ended) == {(0, "")}
    assert check(ledger_of(acknowledged), calls, tmp_path / "data", relaxed=True) == []


async def test_a_receiver_that_never_answers_does_not_keep_a_server_from_stopping(tmp_path: Path, tier: Tier) -> None:
    async with Receiver() as hook:
        hook.always = Answer(manner="silent")
        async with server(tmp_path / "data", hook) as (process, client):
            await client.send(PHONE, "text", {"body": "hello"})
            await hook.next()

            code, said = await asyncio.wait_for(process.stop(), tier.within(STOP_SECONDS))

    assert (code, said) == (0, "")


async def test_clients_that_are_cut_off_or_gone_say_nothing_in_the_log(tmp_path: Path, tier: Tier) -> None:
    async with Receiver() as hook, server(tmp_path / "data", hook) as (process, client):
        address = urlsplit(process.ready.base_url)
        head = f"POST {client.messages_path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        head += f"Authorization: Bearer {TOKEN}\r\nContent-Length: 100\r\n\r\n"
        wires = [await asyncio.open_connection(address.hostname, address.port) for _ in range(8)]
        for _, writer in wires:
            writer.write(head.encode() + b'{"half":')
        await client.send(PHONE, "text", {"body": "hello"})  # by now the others' heads have been read
        for _, writer in wires[:4]:
            writer.transport.abort()

        code, said = await asyncio.wait_for(process.stop(), tier.within(STOP_SECONDS))

        for _, writer in wires[4:]:
            writer.close()

    assert (code, said) == (0, "")
