"""The first journeys, walked over one process that accepts and one worker; `pytest --split` walks all that can be."""

import asyncio

import pytest
from tests.journeys.conftest import PHONE, World
from tests.support.clients import Body
from tests.support.feed import listening
from tests.support.receiver import Answer, Receiver

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("server_store", ["split"], indirect=True)]


async def test_a_text_is_told_from_sent_to_read(world: World) -> None:
    message_id = await world.send("text", {"body": "Hello"})

    assert await world.words_of(message_id, world.told) == world.told_words


async def test_what_breaks_a_rule_as_it_leaves_fails(world: World) -> None:
    message_id = await world.send("text", {"body": "Hello"}, to="4915550002222")

    assert (await world.failure_of(message_id))[1] == world.either(cloud=131047, onprem=470)


async def test_what_was_told_is_told_again_by_the_worker_that_has_the_number(world: World) -> None:
    message_id = await world.send("text", {"body": "Hello"})
    words = await world.words_of(message_id, world.told)

    done = await redelivered(world, message_id, world.told)

    await world.hook.wait_until(lambda: len(world.hook.statuses(message_id)) == 2 * world.told)
    assert (done["deliveries"], world.hook.statuses(message_id)) == (world.told, words * 2)


async def test_what_waits_for_its_next_attempt_is_told_again_at_once(world: World) -> None:
    world.hook.always = Answer(503, headers={"Retry-After": "3600"})
    message_id = await world.send("text", {"body": "Hello"})
    waiting = await tried(world, message_id)
    world.hook.always = Answer(200)

    await world.operate("POST", f"/webhooks/deliveries/{waiting}/redeliver")

    await world.hook.wait_until(lambda: len(world.hook.statuses(message_id)) == 1 + world.told)


async def test_who_watches_hears_of_the_attempts_after_the_first(world: World) -> None:
    world.hook.always = Answer(503, headers={"Retry-After": "3600"})
    message_id = await world.send("text", {"body": "Hello"})
    waiting = await tried(world, message_id)
    answering = asyncio.Event()
    world.hook.always = Answer(200, hold=answering)

    async with listening(world.server.base_url) as feed:
        await world.operate("POST", f"/webhooks/deliveries/{waiting}/redeliver")
        await feed.hear("deliveries", waiting)
        answering.set()
        await feed.hear("deliveries", waiting)


async def tried(world: World, message_id: str) -> str:
    """Wait until the first delivery about a message has had an attempt, and return its id."""
    while True:
        found = (await world.operate("GET", f"/webhooks/deliveries?message={message_id}"))["deliveries"]
        if found and found[-1]["attempts"]:
            return str(found[-1]["id"])
        await asyncio.sleep(0.02)


async def redelivered(world: World, message_id: str, count: int) -> Body:
    """Deliver everything of a message again, once it is known that so much was taken."""
    path = f"/webhooks/deliveries?state=done&message={message_id}"
    while len((await world.operate("GET", path))["deliveries"]) < count:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    return await world.operate("POST", "/webhooks/deliveries/redeliver", json={"state": "done", "message": message_id})


async def test_messages_are_told_where_the_webhook_was_when_they_were_accepted(world: World, files: Receiver) -> None:
    await world.operate("PUT", "/numbers/15550123456", json={"webhook": {"url": files.url}})

    message_id = await world.send("text", {"body": "Hello"}, to=PHONE)
    await files.wait_until(lambda: len(files.statuses(message_id)) == world.told)

    assert not world.hook.statuses(message_id)
