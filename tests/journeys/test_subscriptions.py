"""Where a number's events go: set by each face in its own way, after the receiver has shown that it wants them."""

from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, PHONE, World, code_of
from tests.journeys.faces import META, ONPREM, PROXY
from tests.support.operator import looked_at_until
from tests.support.receiver import Receiver
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

TEXT = {"body": "Hello"}
TOKEN = "open sesame"
CONFIGS = "/v1/configs/webhook"


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


def override(url: str, token: str = TOKEN) -> dict[str, Any]:
    return {"webhook_configuration": {"override_callback_uri": url, "verify_token": token}}


async def webhook_url(world: World) -> str | None:
    [number] = (await world.operate("GET", "/numbers"))["numbers"]
    return number["webhook"]["url"] if number["webhook"] else None


async def attempt_of(world: World, message_id: str) -> dict[str, Any]:
    """Look until a delivery about a message has been tried, and return how that went."""

    async def attempts() -> list[Any]:
        found = (await world.operate("GET", f"/webhooks/deliveries?message={message_id}"))["deliveries"]
        return [attempt for delivery in found for attempt in delivery["attempts"]]

    return dict((await looked_at_until(bool, attempts))[0])


@META
async def test_meta_asks_the_receiver_first(world: World) -> None:
    async with Receiver(verify_token=TOKEN) as other:
        answer = await world.client.call("POST", f"/v24.0/{NUMBER}", json=override(other.url))

        assert (answer.status, answer.json) == (200, {"success": True})
        asked = other.received[0]
        assert (asked.method, asked.path, sorted(asked.query)) == (
            "GET",
            "/hook",
            ["hub.challenge", "hub.mode", "hub.verify_token"],
        )
        await world.write("text", TEXT)
        await other.wait_until(lambda: bool(other.messages()))
        looked = await world.client.call("GET", f"/v24.0/{NUMBER}?fields=webhook_configuration")
        assert looked.json["webhook_configuration"] == {"phone_number": other.url, "application": world.hook.url}


BAD_ECHOES: list[tuple[int, bytes]] = [(200, b"wrong"), (200, b""), (204, b""), (403, b""), (500, b"")]


@META
@pytest.mark.parametrize(("status", "body"), BAD_ECHOES)
async def test_a_receiver_that_does_not_echo_the_challenge_is_not_subscribed(
    world: World, files: Receiver, status: int, body: bytes
) -> None:
    files.answer(status, body=body)

    refused = await world.client.call("POST", f"/v24.0/{NUMBER}", json=override(files.url))

    assert code_of(world.client, refused) == (400, 100)
    assert await webhook_url(world) == world.hook.url


@META
async def test_a_wrong_verify_token_is_the_receivers_to_refuse(world: World) -> None:
    async with Receiver(verify_token=TOKEN) as other:
        refused = await world.client.call("POST", f"/v24.0/{NUMBER}", json=override(other.url, "wrong"))

    assert code_of(world.client, refused) == (400, 100)
    assert await webhook_url(world) == world.hook.url


@META
async def test_the_verification_request_follows_no_redirect(world: World, files: Receiver) -> None:
    files.answer(302, headers={"Location": world.hook.url})

    refused = await world.client.call("POST", f"/v24.0/{NUMBER}", json=override(files.url))

    assert code_of(world.client, refused) == (400, 100)
    assert world.hook.received == []


@META
async def test_an_empty_url_lifts_the_override_so_that_the_apps_own_callback_is_told(world: World) -> None:
    async with Receiver(verify_token=TOKEN) as other:
        await world.client.call("POST", f"/v24.0/{NUMBER}", json=override(other.url))
        overridden = await webhook_url(world)

        answer = await world.client.call("POST", f"/v24.0/{NUMBER}", json=override(""))

        assert (overridden, answer.json) == (other.url, {"success": True})
        assert await webhook_url(world) == world.hook.url


@PROXY
async def test_360dialog_sets_url_and_headers_without_asking(world: World) -> None:
    async with Receiver() as other:
        wanted = {"url": other.url, "headers": {"X-Shop-Key": "canary", "Authorization": "Basic c2hvcA=="}}

        answer = await world.client.call("POST", CONFIGS, json=wanted)

        assert (answer.status, answer.json) == (200, wanted)
        assert (await world.client.call("GET", CONFIGS)).json == wanted
        sent = await world.send("text", TEXT)
        got = await other.wait_for_status(sent, "sent")
        assert (got.headers["x-shop-key"], got.headers["authorization"]) == ("canary", "Basic c2hvcA==")
        assert {call.method for call in other.received} == {"POST"}


@PROXY
@pytest.mark.parametrize(
    "wanted",
    [
        {"url": "ftp://127.0.0.1/"},
        {"url": "http://user:pw@127.0.0.1/"},
        {"url": ""},
        {"url": "https://127.0.0.1/", "headers": {"Host": "evil.example"}},
        {"url": "https://127.0.0.1/", "headers": {"X": "a\r\nY: b"}},
        {"url": "https://127.0.0.1/", "headers": {"Content-Length": "0"}},
        {"url": 5},
        {},
        [],
    ],
)
async def test_a_configuration_that_cannot_be_is_refused(world: World, wanted: Any) -> None:
    refused = await world.client.call("POST", CONFIGS, json=wanted)

    assert refused.status == 400
    assert await webhook_url(world) == world.hook.url


@pytest.mark.parametrize("flags", [{}])
@PROXY
async def test_a_clients_webhook_on_loopback_is_not_called_unless_allowed(world: World, files: Receiver) -> None:
    by_port = await world.client.call("POST", CONFIGS, json={"url": files.url})
    by_address = await world.client.call("POST", CONFIGS, json={"url": "http://127.0.0.1/hook"})

    sent = await world.send("text", TEXT)

    assert (by_port.status, by_address.status) == (400, 200)
    dead = await attempt_of(world, sent)
    assert (dead["status"], files.connections) == (None, 0)


@ONPREM
async def test_on_premises_sets_the_url_by_its_settings(world: World) -> None:
    async with Receiver() as other:
        settings = {"webhooks": {"url": other.url}}
        assert (await world.client.call("PATCH", "/v1/settings/application", json=settings)).status == 200

        written = await world.write("text", TEXT)

        await other.wait_until(lambda: bool(other.messages()))
        assert (other.messages()[0]["id"], other.messages()[0]["from"]) == (written, PHONE)


async def test_the_operator_sets_it_by_the_control_api_after_the_challenge(world: World) -> None:
    async with Receiver(verify_token=TOKEN) as other:
        wish = {"url": other.url, "verify_token": TOKEN}
        await world.operate("PUT", f"/numbers/{NUMBER}", json={"webhook": wish})

        sent = await world.send("text", TEXT)

        await other.wait_until(lambda: len(other.statuses(sent)) == world.told)
        assert other.statuses(sent) == world.told_words


async def test_the_operator_is_told_of_a_wrong_echo(world: World, files: Receiver) -> None:
    wish = {"url": files.url, "verify_token": TOKEN}

    refused = await world.control.call("PUT", f"/numbers/{NUMBER}", json={"webhook": wish})

    assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_parameter")
    assert "bare hub.challenge" in refused.json["error"]["message"]
    assert await webhook_url(world) == world.hook.url


async def test_what_waits_goes_to_the_new_url(world: World) -> None:
    world.hook.answer(500, times=50)
    sent = await world.send("text", TEXT)
    await world.hook.wait_for_count(1)
    async with Receiver() as other:
        await world.operate("PUT", f"/numbers/{NUMBER}", json={"webhook": {"url": other.url}})
        await world.advance(seconds=10)

        await other.wait_until(lambda: len(other.statuses(sent)) == world.told)

        assert other.statuses(sent) == world.told_words
