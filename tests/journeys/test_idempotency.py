"""A send may be repeated under an `Idempotency-Key`: one message, one id, on every face."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, open_world
from tests.support.clients import CLIENTS, FACES, Answer, Client, client_for
from tests.support.media import png
from tests.support.server import NUMBER, TOKEN

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


HELLO = {"body": "Hello"}


async def send(client: Client, key: str, body: Any = HELLO, *, kind: str = "text", to: str = PHONE) -> Answer:
    """Send a message under a key."""
    message = json.dumps(client.message(to, kind, body)).encode()
    return await post(client, message, key)


async def post(client: Client, message: bytes, key: str, path: str | None = None) -> Answer:
    """Send bytes under a key."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    return await client.call("POST", path or client.messages_path, data=message, headers=headers)


def id_of(answer: Answer) -> str:
    assert answer.status in (200, 201), answer
    return str(answer.json["messages"][0]["id"])


async def test_a_repeated_request_gets_the_same_answer_and_sends_nothing(world: World) -> None:
    first = await send(world.client, "order-17")
    await world.words_of(id_of(first), world.told)

    again = await send(world.client, "order-17")

    assert (again.status, again.json) == (first.status, first.json)
    assert [shown["body"] for shown in await world.shown_on()] == ["Hello"]


async def test_of_many_requests_at_once_one_is_sent_and_all_have_its_id(world: World) -> None:
    answers = await asyncio.gather(*(send(world.client, "order-17") for _ in range(60)))

    assert len({id_of(answer) for answer in answers}) == 1
    await world.words_of(id_of(answers[0]), world.told)
    assert len(await world.shown_on()) == 1


async def test_the_key_of_another_body_is_refused_and_says_so(world: World) -> None:
    await send(world.client, "order-17")

    other = await send(world.client, "order-17", {"body": "Good bye"})

    assert (other.status, world.client.error_code(other)) == (409, world.either(cloud=100, onprem=1009))
    assert b"The Idempotency-Key 'order-17' was used" in other.body
    await world.words_of(id_of(await send(world.client, "order-17")), world.told)
    assert [shown["body"] for shown in await world.shown_on()] == ["Hello"]


async def test_another_key_is_another_message(world: World) -> None:
    first, second = await send(world.client, "order-17"), await send(world.client, "order-18")

    assert id_of(first) != id_of(second)


async def test_a_request_that_is_refused_leaves_its_key_unused(world: World) -> None:
    refused = await send(world.client, "order-17", {"body": ""})

    sent = await send(world.client, "order-17")

    assert refused.status == 400
    assert sent.status == world.client.sent_status


async def test_a_failed_message_keeps_its_key(world: World) -> None:
    first = await send(world.client, "order-17", to=STRANGER)
    await world.failure_of(id_of(first))

    assert id_of(await send(world.client, "order-17", to=STRANGER)) == id_of(first)


async def test_what_has_changed_since_makes_no_difference_to_a_repetition(world: World) -> None:
    media_id = await world.upload(png())
    first = await send(world.client, "order-17", {"id": media_id}, kind="image")
    await world.words_of(id_of(first), world.told)
    await world.client.delete(media_id)

    again = await send(world.client, "order-17", {"id": media_id}, kind="image")

    assert id_of(again) == id_of(first)


async def test_after_48_hours_a_key_stands_for_a_new_message(world: World) -> None:
    first = await send(world.client, "order-17")
    await world.advance(hours=47.9)
    within = await send(world.client, "order-17")
    await world.advance(hours=0.2)

    after = await send(world.client, "order-17")

    assert id_of(within) == id_of(first)
    assert id_of(after) != id_of(first)


@pytest.mark.parametrize("key", ["k", "k" * 255, 'order 17 / "a" ~'])
async def test_a_key_is_one_to_255_printable_characters(world: World, key: str) -> None:
    answer = await send(world.client, key)

    assert answer.status == world.client.sent_status


@pytest.mark.parametrize("key", ["", "k" * 256, "clé", "a\tb"])
async def test_any_other_key_is_refused(world: World, key: str) -> None:
    answer = await send(world.client, key)

    assert (answer.status, world.client.error_code(answer)) == (400, world.either(cloud=100, onprem=1009))
    assert b"Idempotency-Key" in answer.body


async def test_two_keys_on_one_request_are_refused(world: World) -> None:
    headers = [*world.client.headers.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    message = world.client.message(PHONE, "text", HELLO)
    url = world.client.base + world.client.messages_path

    async with world.client.session.post(url, json=message, headers=headers) as answer:
        assert answer.status == 400


async def test_the_other_spellings_of_the_path_take_the_key_too(world: World) -> None:
    message = json.dumps(world.client.message(PHONE, "text", HELLO)).encode()
    first = await post(world.client, message, "order-17")

    again = [await post(world.client, message, "order-17", path) for path in world.client.aliases]

    assert {id_of(answer) for answer in again} <= {id_of(first)}


async def test_a_key_outlives_a_restart(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as before:
        first = await send(before.client, "order-17")
        await before.statuses_of(first.json["messages"][0]["id"], before.told)

    async with open_world(face, tmp_path / "data") as after:
        again = await send(after.client, "order-17")

        assert again.json == first.json
        assert len(await after.shown_on()) == 1


async def test_the_same_bytes_are_the_same_message_on_every_face_of_the_number(tmp_path: Path) -> None:
    message = json.dumps({"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": HELLO}).encode()

    async with open_world("meta", tmp_path / "data") as world:
        sent = [await _post_from(name, world, message) for name in sorted(FACES)]

        shown = [await world.operate("GET", f"/messages/{id_of(answer)}") for answer in sent]
        assert [answer.status for answer in sent] == [CLIENTS[name].sent_status for name in sorted(FACES)]
        assert len({each["id"] for each in shown}) == 1


async def _post_from(face: str, world: World, message: bytes) -> Answer:
    async with client_for(face, world.server.base_url, NUMBER, TOKEN) as client:
        return await post(client, message, "order-17")
