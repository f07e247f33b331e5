"""What a webhook receives: the exact bytes, signed, in order, again until it is taken."""

import asyncio
import hashlib
import hmac
import json
from functools import partial
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.conftest import Golden
from tests.journeys.conftest import LOOPBACK, PHONE, World
from tests.journeys.faces import CLOUD, ONPREM
from tests.support.clients import Body
from tests.support.operator import looked_at_until
from tests.support.receiver import Answer, Manner, Received
from tests.support.server import NUMBER, SECRET

from waypost.lib.signing import standard_secret

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Hello"}
NOON = "2027-01-31T12:00:00Z"


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def frozen(world: World) -> None:
    """Stop platform time at a moment that golden files can name, with the sample phone's window open."""
    await world.stand_at(NOON)
    await world.phone(name="Zoë / 👋")
    await world.write("text", {"body": "Ready"})
    await world.inbound()


def posts(world: World) -> list[Received]:
    return [got for got in world.hook.received if got.method == "POST"]


async def attempts_of(world: World, message_id: str, count: int) -> Body:
    """Look until a delivery about a message has had `count` attempts, and return it."""

    async def tried() -> list[Body]:
        found = (await world.operate("GET", f"/webhooks/deliveries?message={message_id}"))["deliveries"]
        return [delivery for delivery in found if len(delivery["attempts"]) >= count]

    return (await looked_at_until(bool, tried))[0]


async def wait_out(world: World, message_id: str, failures: int) -> None:
    """Let the first attempts fail, and platform time pass after each until the next is due."""
    for count in range(1, failures + 1):
        await attempts_of(world, message_id, count)
        await world.advance(seconds=10)


# -- Bytes and signatures -----------------------------------------------------------------------------------------


async def test_both_signatures_are_over_exactly_the_bytes_that_arrive(world: World) -> None:
    await world.phone(name="Żaneta / 👋")
    await world.write("text", {"body": "Grüße </b> 👋"})

    got = (await world.hook.wait_for_count(1))[0]

    hub = "sha256=" + hmac.new(SECRET.encode(), got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-hub-signature-256"] == hub
    assert Webhook(standard_secret(SECRET)).verify(got.body.decode(), got.headers) == json.loads(got.body)


async def test_a_signature_carries_the_machines_own_time_however_far_the_platforms_is(world: World) -> None:
    await world.advance(days=30)
    await world.write("text", TEXT)

    got = (await world.hook.wait_for_count(1))[0]

    assert Webhook(standard_secret(SECRET)).verify(got.body.decode(), got.headers) == json.loads(got.body)


async def test_names_and_texts_are_escaped_as_the_platform_does_it(world: World) -> None:
    await world.phone(name="Żaneta / 👋")
    await world.write("text", {"body": "Grüße </b>"})

    body = (await world.hook.wait_for_count(1))[0].body

    assert world.hook.messages()[0]["text"]["body"] == "Grüße </b>"
    if world.client.dialect == "cloud":
        assert rb"\u017baneta \/ \ud83d\udc4b" in body
        assert rb"Gr\u00fc\u00dfe <\/b>" in body
        assert body.isascii()


def settled(body: bytes, world: World, message_id: str) -> bytes:
    """Return a body with what differs from run to run replaced."""
    names = {message_id: "MESSAGE-ID"}
    text = body.decode()
    for name, word in names.items():
        text = text.replace(name, word)
    return text.replace(str(world.server.parts.resources.directory.numbers()[0].waba_id), "WABA-ID").encode()


@pytest.mark.parametrize("face", ["meta", "onprem"])
async def test_a_status_looks_as_it_did_in_2026(world: World, golden: Golden) -> None:
    await frozen(world)

    sent = await world.send("text", TEXT, biz_opaque_callback_data="order-17")
    await world.words_of(sent, world.told)

    first = next(got for got in posts(world) if sent in got.body.decode())
    golden(f"journeys/status-{world.client.dialect}.json", settled(first.body, world, sent))


@pytest.mark.parametrize("face", ["meta", "onprem"])
async def test_an_inbound_message_looks_as_it_did_in_2026(world: World, golden: Golden) -> None:
    await frozen(world)

    written = await world.write("text", {"body": "Grüße / 👋"})

    got = await world.hook.wait_for(lambda got: written in got.body.decode())
    golden(f"journeys/inbound-{world.client.dialect}.json", settled(got.body, world, written))


@CLOUD
async def test_opaque_data_comes_back_byte_for_byte(world: World) -> None:
    data = 'né/👋\n\\"' + "x" * 505

    sent = await world.send("text", TEXT, biz_opaque_callback_data=data)

    told = await world.statuses_of(sent, 3)
    assert [status["biz_opaque_callback_data"] for status in told] == [data] * 3
    assert await world.refusal("text", TEXT, biz_opaque_callback_data="x" * 513) == (400, 100)


# -- Order, success and failure -----------------------------------------------------------------------------------


async def test_the_statuses_of_a_message_wait_for_each_other_and_nobody_else_does(world: World) -> None:
    hold = asyncio.Event()
    world.hook.answer(hold=hold)
    slow = await world.send("text", TEXT)
    await world.hook.wait_for_count(1)

    quick = await world.send("text", TEXT)

    assert await world.words_of(quick, world.told) == world.told_words
    assert await world.words_of(slow, 1) == world.told_words[:1]
    hold.set()
    assert await world.words_of(slow, world.told) == world.told_words


@pytest.mark.parametrize("status", [201, 204, 302, 400, 404, 500, 503])
async def test_every_answer_but_200_is_a_failure_and_is_repeated_with_the_same_id(world: World, status: int) -> None:
    world.hook.answer(status, headers={"Location": world.hook.url_at("/elsewhere")}, times=2)

    sent = await world.send("text", TEXT)
    await wait_out(world, sent, 2)

    assert await world.words_of(sent, world.told + 2) == [world.told_words[0]] * 2 + world.told_words
    first, second, third = posts(world)[:3]
    assert {(got.path, got.body, got.headers["webhook-id"]) for got in (first, second, third)} == {
        ("/hook", first.body, first.headers["webhook-id"])
    }


@pytest.mark.parametrize("flags", [{"webhook_timeout_seconds": 1.0}])
@pytest.mark.parametrize("manner", ["silent", "close", "reset"])
async def test_no_answer_is_a_failure_and_is_repeated(world: World, manner: Manner) -> None:
    world.hook.answer(manner=manner)
    sent = await world.send("text", TEXT)
    await wait_out(world, sent, 1)

    assert await world.words_of(sent, world.told + 1) == world.told_words[:1] + world.told_words
    first, second = posts(world)[:2]
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


@pytest.mark.parametrize("flags", [{"webhook_timeout_seconds": 0.5}])
@pytest.mark.parametrize("manner", ["endless", "drip"])
async def test_a_200_whose_body_never_ends_counts_and_is_not_read(world: World, manner: Manner) -> None:
    world.hook.answer(manner=manner)

    sent = await world.send("text", TEXT)

    assert await world.words_of(sent, world.told) == world.told_words
    assert world.hook.bytes_sent < 8 * 2**20


@pytest.mark.parametrize("flags", [{"webhook_success": "2xx"}])
async def test_a_lenient_server_takes_every_2xx(world: World) -> None:
    world.hook.always = Answer(204)

    sent = await world.send("text", TEXT)

    assert await world.words_of(sent, world.told) == world.told_words


async def test_a_receiver_may_say_when_to_come_back(world: World) -> None:
    await frozen(world)
    world.hook.answer(503, headers={"Retry-After": "7200"})
    sent = await world.send("text", TEXT)
    await attempts_of(world, sent, 1)
    await world.advance(seconds=7199)
    assert (await attempts_of(world, sent, 1))["state"] == "waiting"
    assert world.hook.statuses(sent) == world.told_words[:1]

    await world.advance(seconds=7200 / 10 + 1)

    assert (await world.words_of(sent, world.told + 1))[:2] == [world.told_words[0]] * 2


async def test_after_eight_days_a_delivery_is_a_dead_letter_and_can_be_delivered_again(world: World) -> None:
    world.hook.always = Answer(500)
    sent = await world.send("text", TEXT)
    await attempts_of(world, sent, 1)
    await world.advance(seconds=4)
    await attempts_of(world, sent, 2)
    tried = len(posts(world))

    await world.advance(days=8)

    dead = await dead_letter(world, sent)
    assert len(posts(world)) == tried + world.told
    world.hook.always = Answer(200)
    await world.operate("POST", f"/webhooks/deliveries/{dead['id']}/redeliver")
    again = (await world.hook.wait_for_count(tried + world.told + 1))[-1]
    same = [got for got in posts(world)[:-1] if got.headers["webhook-id"] == dead["id"]]
    assert {(got.body, got.headers["webhook-id"]) for got in same} == {(again.body, again.headers["webhook-id"])}


async def dead_letter(world: World, message_id: str) -> Body:
    """Look until every delivery about a message is dead, and return the newest."""
    look = partial(world.operate, "GET", f"/webhooks/deliveries?message={message_id}&state=dead")
    shown = await looked_at_until(lambda shown: len(shown["deliveries"]) == world.told, look)
    return dict(shown["deliveries"][0])


# -- Where events go ----------------------------------------------------------------------------------------------


@ONPREM
@pytest.mark.parametrize(
    ("switches", "told"),
    [
        ({"sent": True}, ["sent", "delivered", "read"]),
        ({"delivered": False}, ["read"]),
        ({"sent": True, "read": False}, ["sent", "delivered"]),
        ({"sent": True, "delivered": False, "read": False}, ["sent"]),
    ],
)
async def test_the_settings_say_which_statuses_are_told(world: World, switches: Body, told: list[str]) -> None:
    settings = {"webhooks": {"message": switches}}
    assert (await world.client.call("PATCH", "/v1/settings/application", json=settings)).status == 200

    sent, other = await world.send("text", TEXT), await world.send("text", TEXT)

    assert await world.words_of(other, len(told)) == told
    assert await world.words_of(sent, len(told)) == told
    assert (await world.client.call("GET", "/v1/settings/application")).json["settings"]["application"]["webhooks"][
        "message"
    ] == {"sent": False, "delivered": True, "read": True} | switches


@ONPREM
async def test_failed_is_told_whatever_the_settings_say(world: World) -> None:
    quiet = {"webhooks": {"message": {"sent": False, "delivered": False, "read": False}}}
    await world.client.call("PATCH", "/v1/settings/application", json=quiet)

    sent = await world.send("text", TEXT, to="4915550002222")

    assert (await world.failure_of(sent)) == (["failed"], 470)


@ONPREM
@pytest.mark.parametrize("flags", [{"fetch_allow": LOOPBACK, "callback_dialect": "cloud"}])
async def test_setting_the_url_on_premises_turns_callbacks_into_its_dialect(world: World, flags: Any) -> None:
    _ = flags
    settings = {"webhooks": {"url": world.hook.url_at("/other")}}
    assert (await world.client.call("PATCH", "/v1/settings/application", json=settings)).status == 200

    written = await world.write("text", TEXT)

    got = await world.hook.wait_for(lambda got: got.path == "/other")
    assert (got.json["messages"][0]["id"], got.json["contacts"][0]["wa_id"]) == (written, PHONE)
    assert NUMBER not in got.body.decode()
