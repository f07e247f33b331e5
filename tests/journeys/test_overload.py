"""More than can be done: what cannot be taken is refused at once in the dialect, and what was taken is delivered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from tests.journeys.conftest import PHONE, World, code_of
from tests.support.clients import Answer, Body

from waypost.flows.admission import MOST_AT_WORK, MOST_WAITING
from waypost.workers.jobs import Bounds

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Hello"}


@asynccontextmanager
async def overload(world: World) -> AsyncIterator[None]:
    """Let as many messages be at work, and wait for their turn, as may."""
    admission = world.server.parts.flows.accept.admission

    async def stay() -> None:
        with await admission.turn():
            await asyncio.Event().wait()

    async with anyio.create_task_group() as group:
        for _ in range(MOST_AT_WORK + MOST_WAITING):
            group.start_soon(stay)
        await anyio.wait_all_tasks_blocked()
        yield
        group.cancel_scope.cancel()


async def send(world: World) -> Answer:
    return await world.client.send(PHONE, "text", TEXT)


async def test_a_server_that_is_asked_for_too_much_says_when_to_come_again(world: World) -> None:
    async with overload(world):
        answer = await send(world)

    assert code_of(world.client, answer) == world.either(cloud=(429, 130429), onprem=(503, 1016))
    assert int(answer.headers["Retry-After"]) in range(1, 4)


async def test_whoever_was_turned_away_stands_among_the_refused_requests(world: World) -> None:
    async with overload(world):
        answers = [await send(world), await send(world)]

    (shown,) = (await world.operate("GET", "/refusals"))["refusals"]
    assert (shown["count"], shown["status"]) == (2, answers[0].status)
    assert shown["path"] == world.client.messages_path


async def test_after_an_overload_messages_are_taken_and_told_as_ever(world: World) -> None:
    async with overload(world):
        await send(world)

    message_id = await world.send("text", TEXT)

    assert await world.words_of(message_id, world.told) == world.told_words


@pytest.mark.alone("what waits for others is looked at once a second")
async def test_a_number_whose_outbox_is_full_is_refused_before_its_body_is_looked_at(world: World) -> None:
    world.server.parts.messages._bounds = Bounds(active=lambda _: 0, held=1)
    await world.send("text", TEXT)

    answer = await world.client.call("POST", world.client.messages_path, data=b"no JSON")

    assert code_of(world.client, answer) == world.either(cloud=(429, 130429), onprem=(503, 1016))
    assert "Retry-After" in answer.headers


async def test_what_watches_the_server_is_answered_during_an_overload(world: World) -> None:
    async with overload(world):
        health = await world.client.call("GET", f"{world.server.base_url}/health")

    assert health.status == 200


PATHS = {
    "/v24.0/15550123456/messages": 429,
    "/v24.0/15550123456/marketing_messages": 429,
    "/messages/": 429,
    "/message": 429,
    "/marketing_messages": 429,
    "/v1/messages?x=y": 503,
}


@pytest.mark.parametrize("path", PATHS)
async def test_whoever_there_is_no_room_for_is_told_so_whoever_it_is(world: World, path: str) -> None:
    async with overload(world):
        answer = await world.client.call("POST", f"{world.server.base_url}{path}", data=b"no JSON", headers={})

    assert (answer.status, "Retry-After" in answer.headers) == (PATHS[path], True)
