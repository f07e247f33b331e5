"""The machine's clock jumps, and nobody is told: nothing is lost, nothing stops, and what waits goes on in the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults.tier import PATIENCE_SECONDS
from tests.support.clients import Client, client_for
from tests.support.receiver import Answer, Receiver
from tests.support.server import NUMBER, TOKEN, Running, running

from waypost.lib.samples import SAMPLE_PHONE
from waypost.ports import DeliverySearch, Window

pytestmark = pytest.mark.anyio

HOURS_2 = timedelta(hours=2)
JUMPS = {
    "2 h on": (HOURS_2,),
    "2 h back": (-HOURS_2,),
    "400 days on": (timedelta(days=400),),
    "back and forth": (-HOURS_2, HOURS_2, HOURS_2, -HOURS_2),
    "a leap second": (timedelta(seconds=1), timedelta(seconds=-2)),
}


def jump(server: Running, by: timedelta) -> None:
    """Move the machine's clock as far as the server can see: unlike a move of platform time, nobody is told."""
    machine = server.parts.resources.clock._machine
    before, nanoseconds = machine._wall_ns, by // timedelta(microseconds=1) * 1000
    machine._wall_ns = lambda: before() + nanoseconds


@asynccontextmanager
async def world(tmp_path: Path, hook: Receiver, **flags: str) -> AsyncIterator[tuple[Running, Client]]:
    async with (
        running(tmp_path, webhook=hook.url, **flags) as server,
        client_for("meta", server.base_url, NUMBER, TOKEN) as client,
    ):
        yield server, client


async def send(client: Client) -> str:
    answer = await client.send(SAMPLE_PHONE, "text", {"body": "hello"})
    assert answer.status == 200, answer
    return str(answer.json["messages"][0]["id"])


async def refused(server: Running) -> None:
    """Wait until the answer of the receiver that said no has been noted."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await _has_noted(server):  # noqa: ASYNC110 - the flow tells nobody
            await asyncio.sleep(0.005)


async def _has_noted(server: Running) -> bool:
    waiting = DeliverySearch(state="waiting")
    found = await server.parts.resources.store.search_deliveries(waiting, Window(None, 9, 100))
    return any(one.attempts for one in found.rows)


@pytest.mark.parametrize("jumps", JUMPS.values(), ids=JUMPS.keys())
async def test_after_a_jump_new_messages_go_at_once_and_those_that_wait_go_when_it_is_time(
    tmp_path: Path, jumps: tuple[timedelta, ...]
) -> None:
    async with Receiver() as hook, world(tmp_path, hook, rules="relaxed") as (server, client):
        hook.answer(503, headers={"Retry-After": "60"})
        waits = await send(client)
        await refused(server)
        told: list[list[str]] = []

        for by in jumps:
            jump(server, by)
            new = await send(client)
            await hook.wait_for_status(new, "read")
            told.append(hook.statuses(new))
        server.parts.resources.clock.advance(HOURS_2 + timedelta(minutes=10))
        await hook.wait_for_status(waits, "read")

        assert told == [["sent", "delivered", "read"]] * len(jumps)
        assert hook.statuses(waits) == ["sent", "sent", "delivered", "read"]


async def test_a_jump_past_the_end_of_a_window_closes_it(tmp_path: Path) -> None:
    async with Receiver() as hook, world(tmp_path, hook) as (server, client):
        jump(server, timedelta(hours=24))

        late = await send(client)

        await hook.wait_for_status(late, "failed")
        assert hook.statuses(late) == ["failed"]


async def test_a_jump_back_does_not_open_a_window_again(tmp_path: Path) -> None:
    async with Receiver() as hook, world(tmp_path, hook) as (server, client):
        server.parts.resources.clock.advance(timedelta(hours=24))
        await hook.wait_for_status(await send(client), "failed")

        jump(server, -HOURS_2)
        late = await send(client)

        await hook.wait_for_status(late, "failed")
        assert hook.statuses(late) == ["failed"]


async def test_what_is_due_soon_does_not_wait_for_as_long_as_the_clock_was_set_back(tmp_path: Path) -> None:
    async with Receiver() as hook, world(tmp_path, hook, rules="relaxed") as (server, client):
        hook.answer(503, headers={"Retry-After": "60"})
        waits = await send(client)
        await refused(server)

        jump(server, -HOURS_2)
        server.parts.resources.clock.advance(timedelta(minutes=10))

        await hook.wait_for_status(waits, "read")


async def test_signatures_carry_the_machines_own_time_whatever_platform_time_is(tmp_path: Path) -> None:
    async with Receiver() as hook, world(tmp_path, hook, rules="relaxed") as (server, client):
        before = server.parts.resources.clock.wall_seconds()
        server.parts.resources.clock.advance(timedelta(days=400))
        hook.always = Answer()

        sent = await send(client)

        call = await hook.wait_for_status(sent, "sent")
        assert 0 <= int(call.headers["webhook-timestamp"]) - before < 60
