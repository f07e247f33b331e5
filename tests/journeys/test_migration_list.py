"""The list of what a gateway between the two dialects must show, one test for each point.

What needs a real Cloud upstream is shown as far as the embedded network goes: a message is stored as the Cloud body
that such an upstream would be sent, and every event is stored once and can be looked at in both dialects.

# The list is migration.md, section 13.
"""

import asyncio
import base64
import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from tests.journeys.conftest import LOOPBACK, PHONE, STRANGER, World, code_of
from tests.support import media
from tests.support.operator import looked_at_until
from tests.support.receiver import Answer, Receiver

from waypost.errors.management import TEMPLATE_SYNCING

pytestmark = pytest.mark.anyio

TEXT = {"body": "Hello"}
HELLO = {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}}
APPLICATION = "/v1/settings/application"
PROVIDERS = "/v1/settings/application/media/providers"


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def message(world: World, message_id: str) -> dict[str, Any]:
    return dict(await world.control.get(f"/messages/{message_id}"))


async def bodies(world: World, message_id: str) -> list[dict[str, Any]]:
    """Return every event of a message as both dialects tell it, oldest first."""
    found = await world.control.get(f"/webhooks/deliveries?message={message_id}")
    details = [await world.control.get(f"/webhooks/deliveries/{each['id']}") for each in found["deliveries"]]
    return [{name: _read(body) for name, body in each["bodies"].items()} for each in reversed(details)]


def _read(payload: dict[str, Any] | None) -> Any:
    return None if payload is None else json.loads(payload["text"])


def value(body: Any) -> Any:
    """Return the value of a Cloud webhook."""
    return body["entry"][0]["changes"][0]["value"]


async def tell_sent_too(world: World) -> None:
    await world.client.call("PATCH", APPLICATION, json={"webhooks": {"message": {"sent": True}}})


async def test_01_a_preview_moves_into_the_text_and_the_request_stays_as_it_was(world: World) -> None:
    body = {"to": PHONE, "type": "text", "preview_url": True, "text": {"body": "See https://example.com"}}

    answer = await world.client.call("POST", "/v1/messages", json=body)

    stored = await message(world, answer.json["messages"][0]["id"])
    assert stored["body"]["text"] == {"body": "See https://example.com", "preview_url": True}
    assert _read(stored["request"]) == body


async def test_02_an_hsm_with_currency_and_date_becomes_a_template_and_is_answered_with_201(world: World) -> None:
    hsm = {
        "namespace": "0f1e2d3c",
        "element_name": "parcel_update",
        "language": {"policy": "deterministic", "code": "en_US"},
        "localizable_params": [
            {"default": "Rosa"},
            {"default": "$10.00", "currency": {"currency_code": "USD", "amount_1000": 10000}},
            {"default": "2 May", "date_time": {"component": {"day_of_month": 2, "month": 5}}},
        ],
    }

    answer = await world.client.send(PHONE, "hsm", hsm)

    template = (await message(world, answer.json["messages"][0]["id"]))["body"]["template"]
    kinds = [parameter["type"] for parameter in template["components"][0]["parameters"]]
    assert (answer.status, "meta" in answer.json) == (201, True)
    assert (template["name"], kinds) == ("parcel_update", ["text", "currency", "date_time"])


async def test_03_a_file_behind_a_provider_is_fetched_once_with_its_credentials(world: World, files: Receiver) -> None:
    """Left for a real upstream: that the file is uploaded there once, and the request names its id."""
    files.always = Answer(200, body=media.jpeg().data, headers={"Content-Type": "image/jpeg"})
    provider = {"name": "assets", "type": "www", "config": {"basic": {"username": "u", "password": "p"}}}
    await world.client.call("POST", PROVIDERS, json=[provider])
    image = {"link": files.url_at("/a.jpg"), "provider": {"name": "assets"}}

    sent = [await world.send("image", image) for _ in range(2)]

    assert [await world.words_of(each, 2) for each in sent] == [["delivered", "read"]] * 2
    assert [call.headers["authorization"] for call in files.received] == ["Basic dTpw"]


async def test_04_an_id_beside_a_link_is_refused_and_goes_nowhere(world: World) -> None:
    refused = await world.client.send(PHONE, "image", {"id": "1", "link": "https://example.com/a.jpg"})

    assert code_of(world.client, refused) == (400, 1009)
    assert await world.shown_on() == []


async def test_05_a_closed_window_is_470_without_a_sent_before_it(world: World) -> None:
    await tell_sent_too(world)

    sent = await world.send("text", TEXT, to=STRANGER)

    assert await world.failure_of(sent) == (["failed"], 470)
    [event] = await bodies(world, sent)
    assert value(event["cloud"])["statuses"][0]["errors"][0]["code"] == 131047
    assert event["onprem"]["statuses"][0]["errors"][0]["title"].startswith("Message failed to send")


@pytest.mark.parametrize(("kind", "body", "code"), [("template", HELLO, 1013), ("text", TEXT, 470)])
async def test_06_who_cannot_be_reached_is_1013_for_a_template_and_470_for_the_rest(
    world: World, kind: str, body: Any, code: int
) -> None:
    await world.phone(blocked=True)

    sent = await world.send(kind, body)

    assert await world.failure_of(sent) == (["failed"], code)
    [event] = await bodies(world, sent)
    assert value(event["cloud"])["statuses"][0]["errors"][0]["code"] == 131026


@pytest.mark.parametrize(("is_voice", "kind"), [(True, "voice"), (False, "audio")])
async def test_07_a_voice_note_has_a_type_of_its_own_in_one_dialect(world: World, is_voice: bool, kind: str) -> None:
    sample = media.ogg_opus()
    data = base64.b64encode(sample.data).decode()
    written = await world.write("audio", {"data": data, "mime_type": sample.mime, "voice": is_voice})

    told = await world.inbound()

    [event] = await bodies(world, written)
    assert (told["messages"][0] if "messages" in told else told)["type"] == kind
    assert value(event["cloud"])["messages"][0]["audio"]["voice"] is is_voice
    assert event["onprem"]["messages"][0]["type"] == kind


async def test_08_what_two_numbers_get_goes_to_two_urls(world: World) -> None:
    async with Receiver() as other:
        added = await world.operate("POST", "/numbers", json={"number": "15550124444", "name": "Other"})
        wish = {"callback_dialect": "onprem", "webhook": {"url": other.url}}
        await world.operate("PUT", f"/numbers/{added['phone_number_id']}", json=wish)

        await world.write("text", {"body": "To the first"}, number=world.client.number)
        await world.write("text", {"body": "To the second"}, number="15550124444")
        await world.hook.wait_until(lambda: bool(world.hook.received))
        await other.wait_until(lambda: bool(other.received))

        assert _texts(world.hook.received) == ["To the first"]
        assert _texts(other.received) == ["To the second"]


def _texts(calls: Sequence[Any]) -> list[str]:
    return [message["text"]["body"] for call in calls for message in call.json["messages"]]


async def test_09_a_204_is_a_failure_and_the_pauses_grow_evenly_to_their_cap(world: World) -> None:
    """Left to `webhook_success`: whether a 204 counts as taken."""
    settings = {"callback_backoff_delay_ms": 3000, "max_callback_backoff_delay_ms": 7000}
    await world.client.call("PATCH", APPLICATION, json=settings)
    await world.operate("PUT", "/clock", json={"frozen": True})
    world.hook.always = Answer(204)
    sent = await world.write("text", TEXT)

    pauses = [await _pause(world, sent, attempts) for attempts in (1, 2, 3, 4)]

    assert [int(pause) for pause in pauses] == [3, 6, 7, 7]  # each with a tenth of chance in it


async def _pause(world: World, message_id: str, attempts: int) -> float:
    """Wait for so many attempts; return the seconds to the next, and let them pass."""
    look = partial(world.control.get, f"/webhooks/deliveries?message={message_id}")
    shown = await looked_at_until(lambda shown: len(shown["deliveries"][0]["attempts"]) >= attempts, look)
    [delivery] = shown["deliveries"]
    due, last = (datetime.fromisoformat(each) for each in (delivery["due"], delivery["attempts"][-1]["at"]))
    seconds = (due - last).total_seconds()
    await world.operate("PUT", "/clock", json={"advance_seconds": seconds, "frozen": True})
    return seconds


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, ["delivered", "read"]),
        ({"webhooks": {"message": {"sent": True}}}, ["sent", "delivered", "read"]),
        ({"sent_status": True}, ["sent", "delivered", "read"]),
        ({"webhooks": {"message": {"delivered": False}}}, ["read"]),
    ],
)
async def test_10_sent_is_told_only_to_who_asks_for_it(world: World, settings: Any, words: list[str]) -> None:
    await world.client.call("PATCH", APPLICATION, json=settings)

    sent = await world.send("text", TEXT)

    assert await world.words_of(sent, len(words)) == words


async def test_11_a_quoted_message_is_the_same_in_both_dialects(world: World) -> None:
    sent = await world.send("text", TEXT)
    cloud_id = (await message(world, sent))["id"]

    written = await world.write("text", {"body": "Yes"}, context={"id": cloud_id})
    answered = await world.send("text", {"body": "Good"}, context={"message_id": written})

    [event] = await bodies(world, written)
    assert event["onprem"]["messages"][0]["context"]["id"] == sent
    assert value(event["cloud"])["messages"][0]["context"]["id"] == cloud_id
    assert (await message(world, answered))["onprem_id"] == answered
    quoted = await message(world, (await world.shown_on())[-1]["context_id"])
    assert quoted["id"] == (await message(world, written))["id"]


async def test_12_of_151_messages_in_one_second_one_is_too_many(world: World) -> None:
    recipients = [f"49151{number:07}" for number in range(151)]
    await world.operate("PUT", "/clock", json={"frozen": True})

    answers = await asyncio.gather(*(world.client.send(to, "template", HELLO) for to in recipients))

    refused = [code_of(world.client, answer) for answer in answers if answer.status != 201]
    assert set(refused) == {(429, 1015)}


async def test_13_a_number_of_poor_quality_is_connected(world: World) -> None:
    """Left for a real upstream: that its own health is LIMITED. Here the number's quality is as bad as can be."""
    directory = world.server.parts.resources.directory
    [number] = directory.numbers()
    await directory.save_number(replace(number, standing=replace(number.standing, quality="RED")))

    answer = await world.client.call("GET", "/v1/health")

    assert answer.json["health"] == {"gateway_status": "connected"}


async def test_14_moments_are_text_but_for_that_of_an_identity(world: World) -> None:
    sent = await world.send("text", TEXT)
    [status, _] = await world.statuses_of(sent, 2)
    await world.write("text", TEXT)
    written = await world.inbound()
    identity = await world.client.call("GET", f"/v1/contacts/{PHONE}/identity")

    assert (type(status["timestamp"]), status["timestamp"].isdigit()) == (str, True)
    told = written["messages"][0] if "messages" in written else written
    assert (type(told["timestamp"]), told["timestamp"].isdigit()) == (str, True)
    assert type(identity.json["contacts"]["created_timestamp"]) is int


async def test_15_a_code_that_one_dialect_does_not_know_is_in_the_details(world: World) -> None:
    await world.operate("POST", "/rules", json={"fail": {"code": "template_syncing"}, "next": 1})

    sent = await world.send("text", TEXT)

    [status] = await world.statuses_of(sent, 1)
    [error] = status["errors"]
    assert (error["code"], error["details"]) == (
        500,
        f"cloud 134101: Raised on purpose by a fault rule: {TEMPLATE_SYNCING.rule}",
    )
