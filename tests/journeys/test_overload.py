"""More than can be done: what cannot be taken is refused at once in the dialect, and what was taken is delivered."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from tests.journeys.conftest import PHONE, World, code_of
from tests.support.clients import Answer, Body

from waypost.flows.admission import MOST_AT_WORK
from waypost.workers.lanes import Bounds

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Hello"}


@contextmanager
def overload(world: World) -> Iterator[None]:
    """Let as many messages be at work as may."""
    with ExitStack() as stack:
        for _ in range(MOST_AT_WORK):
            stack.enter_context(world.server.parts.flows.accept.admission)
        yield


async def send(world: World) -> Answer:
    return await world.client.send(PHONE, "text", TEXT)


async def test_a_server_with_too_many_messages_at_work_says_when_to_come_again(world: World) -> None:
    with overload(world):
        answer = await send(world)

    assert code_of(world.client, answer) == world.either(cloud=(429, 130429), onprem=(503, 1016))
    assert int(answer.headers["Retry-After"]) in range(1, 4)


async def test_after_an_overload_messages_are_taken_and_told_as_ever(world: World) -> None:
    with overload(world):
        await send(world)

    message_id = await world.send("text", TEXT)

    assert await world.words_of(message_id, world.told) == world.told_words


async def test_a_number_whose_outbox_is_full_is_refused_before_its_body_is_looked_at(world: World) -> None:
    world.server.parts.messages._bounds = Bounds(active=lambda _: 0, held=1)
    await world.send("text", TEXT)

    answer = await world.client.call("POST", world.client.messages_path, data=b"no JSON")

    assert code_of(world.client, answer) == world.either(cloud=(429, 130429), onprem=(503, 1016))
    assert "Retry-After" in answer.headers


async def test_what_watches_the_server_is_answered_during_an_overload(world: World) -> None:
    with overload(world):
        health = await world.client.call("GET", f"{world.server.base_url}/health")

    assert health.status == 200
