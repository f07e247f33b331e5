"""A webhook receiver that is down for hours or for days; platform time is moved, nobody waits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from tests.faults.tier import PATIENCE_SECONDS
from tests.support.clients import Client, Control, client_for
from tests.support.receiver import Answer, Received, Receiver
from tests.support.server import ADMIN, NUMBER, TOKEN, Running, running

from waypost.lib.ids import parse_message_id
from waypost.lib.samples import SAMPLE_PHONE
from waypost.model import EventKey
from waypost.ports import DeliverySearch, StoredDelivery, Window

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MESSAGES = 12
DOWN = Answer(503)


@asynccontextmanager
async def world(data: Path, hook: Receiver) -> AsyncIterator[tuple[Running, Client]]:
    async with running(data, webhook=hook.url) as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
        yield server, client


async def send(client: Client) -> str:
    answer = await client.send(SAMPLE_PHONE, "text", {"body": "hello"})
    return str(answer.json["messages"][0]["id"])


async def deliveries(server: Running, state: str | None = None) -> list[StoredDelivery]:
    search = DeliverySearch(state=state)
    return (await server.parts.resources.store.search_deliveries(search, Window(None, 1_000, 10_000))).rows


async def pass_hours(server: Running, hours: int) -> None:
    """Move platform time on, a quarter of an hour at a time."""
    for _ in range(4 * hours):
        server.parts.resources.clock.advance(timedelta(minutes=15))
        await all_tried(server)


async def pass_time(server: Running, step: timedelta, until: Callable[[list[StoredDelivery]], bool]) -> timedelta:
    """Move platform time on in steps, each once the attempts of the last are done; return how far it went."""
    clock = server.parts.resources.clock
    gone = timedelta(0)
    while not until(await deliveries(server)):
        assert gone < timedelta(days=30)
        clock.advance(step)
        gone += step
        await all_tried(server)
    return gone


async def all_tried(server: Running) -> None:
    """Wait until nothing is due, or everything that is due stands behind something that is not."""
    now_ms = server.parts.resources.clock.now_ms()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while any(  # noqa: ASYNC110 - the flow tells nobody
            one.due_ms <= now_ms for one in heads(await deliveries(server, "waiting"))
        ):
            await asyncio.sleep(0.005)


def heads(waiting: list[StoredDelivery]) -> list[StoredDelivery]:
    """Return the oldest waiting delivery of each endpoint and message; the others stand behind it."""
    newest_first = sorted(waiting, key=lambda one: -one.event.key)
    return list({(one.endpoint, one.event.message_key): one for one in newest_first}.values())


def copies(hook: Receiver) -> dict[str, set[bytes]]:
    """Return the bodies that came under each webhook id."""
    bodies: dict[str, set[bytes]] = {}
    for call in hook.received:
        bodies.setdefault(call.headers["webhook-id"], set()).add(call.body)
    return bodies


async def test_after_six_hours_of_a_dead_receiver_everything_arrives_in_order(tmp_path: Path) -> None:
    async with Receiver() as hook, world(tmp_path, hook) as (server, client):
        server.parts.resources.clock.freeze()
        hook.always = DOWN
        ids = [await send(client) for _ in range(MESSAGES)]
        await hook.wait_for_count(MESSAGES)
        await all_tried(server)
        await pass_hours(server, 6)
        refused = len(hook.received)

        hook.always = Answer()
        await pass_time(server, timedelta(hours=1), lambda all_: {one.state for one in all_} == {"done"})

        taken = [status for call in hook.received[refused:] for value in call.values() for status in value["statuses"]]
        assert {message: [status["status"] for status in taken if status["id"] == message] for message in ids} == {
            message: ["sent", "delivered", "read"] for message in ids
        }
        assert {len(bodies) for bodies in copies(hook).values()} == {1}


async def test_after_eight_days_a_delivery_is_a_dead_letter_and_redelivery_keeps_its_id(tmp_path: Path) -> None:
    async with Receiver() as hook, world(tmp_path, hook) as (server, client):
        server.parts.resources.clock.freeze()
        hook.always = DOWN
        message = await send(client)
        await hook.next()
        gone = await pass_time(server, timedelta(hours=1), lambda all_: {one.state for one in all_} == {"dead"})
        attempts = Counter(call.headers["webhook-id"] for call in hook.received)
        [dead, *_] = sorted(await deliveries(server, "dead"), key=lambda one: one.event.key)
        hook.always = Answer()

        again = await redeliver(server, hook, dead.event.key)

        before = next(call for call in hook.received if call.headers["webhook-id"] == again.headers["webhook-id"])
        ref = parse_message_id(message)
        assert ref is not None
        assert (dead.event.message_key, dead.event.status and dead.event.status.word) == (ref.key, "sent")
        assert timedelta(days=7) <= gone <= timedelta(days=8)
        assert attempts[f"evt_{dead.event.key}"] >= 24
        assert (again.headers["webhook-id"], again.body) == (f"evt_{dead.event.key}", before.body)
        await all_tried(server)
        after = await server.parts.resources.store.delivery(dead.event.key)
        assert after is not None
        assert after.state == "done"


async def redeliver(server: Running, hook: Receiver, key: EventKey) -> Received:
    """Have a delivery made again by the control API and return the call."""
    before = len(hook.received)
    async with aiohttp.ClientSession() as session:
        control = Control(session, server.base_url, ADMIN)
        answer = await control.call("POST", f"/webhooks/deliveries/evt_{key}/redeliver")
    assert answer.status == 200, answer
    return (await hook.wait_for_count(before + 1))[-1]


async def test_two_endpoints_down_at_different_times_lose_nothing_and_do_not_wait_for_each_other(
    tmp_path: Path,
) -> None:
    async with Receiver() as hook, Receiver() as other, world(tmp_path, hook) as (server, client):
        await also_tell(server, other)
        server.parts.resources.clock.freeze()
        other.always = DOWN
        ids = [await send(client) for _ in range(MESSAGES)]
        await hook.wait_until(lambda: all(len(hook.statuses(one)) == 3 for one in ids))
        await all_tried(server)
        await pass_hours(server, 3)
        refused = len(other.received)

        hook.always, other.always = DOWN, Answer()
        more = [await send(client) for _ in range(MESSAGES)]
        await other.wait_until(lambda: all(len(other.statuses(one)) == 3 for one in more))
        await pass_hours(server, 3)
        missed = len(hook.received)
        hook.always = Answer()
        await pass_time(server, timedelta(hours=1), lambda all_: {one.state for one in all_} == {"done"})

        words = ["sent", "delivered", "read"]
        assert {one: taken_by(other, one, refused) for one in ids + more} == dict.fromkeys(ids + more, words)
        assert {one: hook.statuses(one) for one in ids} == dict.fromkeys(ids, words)
        assert {one: taken_by(hook, one, missed) for one in more} == dict.fromkeys(more, words)
        assert {len(bodies) for each in (hook, other) for bodies in copies(each).values()} == {1}
        assert len({one.key for one in await deliveries(server, "done")}) == 2 * 3 * 2 * MESSAGES


async def test_an_endpoint_that_is_down_is_told_after_a_restart_what_the_other_had_long_since(tmp_path: Path) -> None:
    async with Receiver() as hook, Receiver() as other:
        other.always = DOWN
        async with world(tmp_path, hook) as (server, client):
            await also_tell(server, other)
            ids = [await send(client) for _ in range(MESSAGES)]
            await hook.wait_until(lambda: all(len(hook.statuses(one)) == 3 for one in ids))
            await other.wait_for_count(MESSAGES)
        told = len(hook.received)
        refused = len(other.received)

        other.always = Answer()
        async with world(tmp_path, hook) as (server, _):
            await pass_time(server, timedelta(hours=1), lambda all_: {one.state for one in all_} == {"done"})

            words = ["sent", "delivered", "read"]
            assert {one: taken_by(other, one, refused) for one in ids} == dict.fromkeys(ids, words)
            assert len(hook.received) == told


async def also_tell(server: Running, other: Receiver) -> None:
    """Add an endpoint by the control API."""
    async with aiohttp.ClientSession() as session:
        control = Control(session, server.base_url, ADMIN)
        answer = await control.call("POST", f"/numbers/{NUMBER}/webhooks", json={"url": other.url})
    assert answer.status == 200, answer


def taken_by(hook: Receiver, message: str, refused: int) -> list[str]:
    """Return the statuses of a message that came after the calls that were refused."""
    values = [value for call in hook.received[refused:] for value in call.values()]
    return [one["status"] for value in values for one in value["statuses"] if one["id"] == message]
