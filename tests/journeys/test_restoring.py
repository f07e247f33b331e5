"""While a snapshot is put back, or the server reset, every request meets one state or the other and none between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from tests.support.clients import Answer, Client, Control, MetaClient, OnPremClient, ProxyClient
from tests.support.operator import PHONE, Operator, operating
from tests.support.server import ADMIN, NUMBER, TOKEN

pytestmark = pytest.mark.anyio

ROUNDS = 12
HELLO = {"name": "hello_world", "language": {"code": "en_US"}}


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path / "data", rules="relaxed") as op:
        yield op


async def busy(client: Client, over: asyncio.Event, met: Counter[tuple[str, int]]) -> None:
    """Send templates until it is over; they need the number, the token and the template."""
    async with asyncio.timeout(60):
        while not over.is_set():
            answer = await client.send(PHONE, "template", HELLO)
            met[client.face, answer.status] += 1


async def matching(control: Control, over: asyncio.Event, met: Counter[tuple[str, int]]) -> None:
    async with asyncio.timeout(60):
        while not over.is_set():
            answer: Answer = await control.call("GET", f"/numbers/{NUMBER}")
            met["control", answer.status] += 1


@pytest.mark.parametrize("change", ["restore", "reset"])
async def test_no_request_meets_a_state_that_is_half_there(operator: Operator, change: str) -> None:
    met, over = Counter[tuple[str, int]](), asyncio.Event()
    async with aiohttp.ClientSession() as session:
        base = operator.client.base
        onprem = OnPremClient(session, base, NUMBER, TOKEN)
        await onprem.log_in()
        taken = await operator.call("GET", "/snapshot")
        clients = [MetaClient(session, base, NUMBER, TOKEN), ProxyClient(session, base, NUMBER, TOKEN), onprem]
        work = [asyncio.create_task(busy(client, over, met)) for client in clients * 2]
        work.append(asyncio.create_task(matching(Control(session, base, ADMIN), over, met)))

        for _ in range(ROUNDS):
            if change == "restore":
                await operator.call("PUT", "/snapshot", json=taken)
            else:
                await operator.call("POST", "/reset")
        over.set()
        await asyncio.gather(*work)

    assert set(met) == {("meta", 200), ("proxy", 200), ("onprem", 201), ("control", 200)}, met


async def test_two_snapshots_at_once_are_put_back_one_after_the_other(operator: Operator) -> None:
    taken = await operator.call("GET", "/snapshot")

    async with asyncio.timeout(20):
        restored = await asyncio.gather(*(operator.call("PUT", "/snapshot", json=taken) for _ in range(4)))

    assert [each["numbers"] for each in restored] == [1] * 4
    assert (await operator.client.send(PHONE, "text", {"body": "Hello"})).status == 200
