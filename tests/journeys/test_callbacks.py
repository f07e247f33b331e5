"""Who is told: the number's override, the account's, the app's own callback, and the further endpoints."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.journeys.conftest import LOOPBACK, World, code_of
from tests.journeys.faces import META, PROXY
from tests.support.clients import Body
from tests.support.operator import looked_at_until
from tests.support.receiver import Answer, Received, Receiver
from tests.support.server import NUMBER, SECRET

from waypost.lib.signing import standard_secret

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


TEXT = {"body": "Hello"}
TOKEN = "open sesame"
NUMBERS = f"/numbers/{NUMBER}"
HOOKS = f"{NUMBERS}/webhooks"


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    async with Receiver(verify_token=TOKEN) as receiver:
        yield receiver


@pytest.fixture
async def third() -> AsyncIterator[Receiver]:
    async with Receiver(verify_token=TOKEN) as receiver:
        yield receiver


def account_of(world: World) -> int:
    return world.server.parts.resources.directory.numbers()[0].waba_id


def app_of(world: World) -> int:
    return world.server.parts.resources.directory.numbers()[0].app_id


def apps(world: World) -> str:
    return f"/v24.0/{account_of(world)}/subscribed_apps"


def subscriptions(world: World) -> str:
    return f"/v24.0/{app_of(world)}/subscriptions"


def override(url: str) -> Body:
    return {"override_callback_uri": url, "verify_token": TOKEN}


def fields_of(hook: Receiver) -> list[str]:
    """Return the webhook fields that a receiver was told of, in order."""
    calls = [call.json for call in hook.received if call.method == "POST"]
    return [change["field"] for body in calls for entry in body["entry"] for change in entry["changes"]]


async def tell_of_account(world: World) -> None:
    """Let something happen to the account that is about no message."""
    parts = world.server.parts
    await parts.receive.notice(parts.resources.directory.numbers()[0], "account_update", b'{"event":"ACCOUNT_DELETED"}')


async def told_of(hook: Receiver, world: World) -> list[str]:
    """Send a message and return what a receiver is told of it."""
    sent = await world.send("text", TEXT)
    await hook.wait_until(lambda: len(hook.statuses(sent)) == world.told)
    return hook.statuses(sent)


async def deliveries_of(world: World, message_id: str, is_so: Any) -> list[Body]:
    """Look until the deliveries about a message are so, and return them."""
    look = partial(world.operate, "GET", f"/webhooks/deliveries?message={message_id}")
    return list((await looked_at_until(lambda shown: is_so(shown["deliveries"]), look))["deliveries"])


def is_refused_twice(found: list[Body]) -> bool:
    """Return whether a further endpoint has refused often enough that it is asked again only when time passes."""
    return any(one["endpoint"] and len(one["attempts"]) >= 2 for one in found)


# -- Precedence ---------------------------------------------------------------------------------------------------


@PROXY
async def test_the_accounts_webhook_is_told_until_the_number_has_its_own(
    world: World, other: Receiver, third: Receiver
) -> None:
    wanted = {"url": other.url, "headers": {"X-Hook-Key": "9f1c"}, "override_all": False}
    answer = await world.client.call("POST", "/waba_webhook", json=wanted)
    by_account = await told_of(other, world)

    await world.client.call("POST", "/v1/configs/webhook", json={"url": third.url})
    by_number = await told_of(third, world)

    assert (answer.status, answer.json) == (200, {"url": other.url, "headers": {"X-Hook-Key": "9f1c"}})
    assert (by_account, by_number) == (world.told_words, world.told_words)
    assert other.received[0].headers["x-hook-key"] == "9f1c"
    assert {call.method for call in other.received} == {"POST"}
    assert (len(other.received), world.hook.received) == (world.told, [])
    shown = await world.client.call("GET", "/waba_webhook")
    assert shown.json == {"url": other.url, "headers": {"X-Hook-Key": "9f1c"}}
    assert (await world.client.call("GET", "/v1/configs/webhook")).json == {"url": third.url}


@PROXY
async def test_override_all_takes_the_numbers_own_webhooks_away(world: World, other: Receiver, third: Receiver) -> None:
    await world.client.call("POST", "/v1/configs/webhook", json={"url": third.url})

    answer = await world.client.call("POST", "/waba_webhook", json={"url": other.url, "override_all": True})

    assert answer.json == {"url": other.url, "override_all": True}
    assert await told_of(other, world) == world.told_words
    assert third.received == []


@PROXY
async def test_an_account_without_a_webhook_says_so_and_takes_no_nonsense(world: World) -> None:
    absent = await world.client.call("GET", "/waba_webhook")
    refused = [
        (await world.client.call("POST", "/waba_webhook", json=body)).status
        for body in ({}, {"url": ""}, {"url": "ftp://127.0.0.1/"}, {"url": world.hook.url, "override_all": "yes"})
    ]

    assert (absent.status, refused) == (404, [400] * 4)
    assert absent.json["meta"]["developer_message"] == "No webhook is configured for this account."


@META
async def test_an_app_overrides_the_accounts_callback_after_the_handshake(world: World, other: Receiver) -> None:
    answer = await world.client.call("POST", apps(world), json=override(other.url))

    asked = other.received[0]
    assert (answer.status, answer.json) == (200, {"success": True})
    assert (asked.method, asked.query["hub.mode"], asked.query["hub.verify_token"]) == ("GET", "subscribe", TOKEN)
    assert await told_of(other, world) == world.told_words
    app_id = str(app_of(world))
    assert (await world.client.call("GET", apps(world))).json == {
        "data": [
            {
                "whatsapp_business_api_data": {
                    "id": app_id,
                    "name": "Waypost",
                    "link": f"https://www.facebook.com/games/?app_id={app_id}",
                },
                "override_callback_uri": other.url,
            }
        ]
    }


@META
async def test_the_number_comes_before_the_account_and_the_account_before_the_app(
    world: World, other: Receiver, third: Receiver
) -> None:
    await world.client.call("POST", apps(world), json=override(other.url))
    number = {"webhook_configuration": override(third.url)}
    await world.client.call("POST", f"/v24.0/{NUMBER}", json=number)
    all_three = (await world.client.call("GET", f"/v24.0/{NUMBER}?fields=webhook_configuration")).json
    by_number = await told_of(third, world)
    await world.client.call("POST", f"/v24.0/{NUMBER}", json={"webhook_configuration": override("")})
    by_account = await told_of(other, world)

    await world.client.call("POST", apps(world))
    by_app = await told_of(world.hook, world)

    assert all_three["webhook_configuration"] == {
        "phone_number": third.url,
        "whatsapp_business_account": other.url,
        "application": world.hook.url,
    }
    assert [by_number, by_account, by_app] == [world.told_words] * 3
    assert (len(third.received), len(other.received)) == (1 + world.told, 1 + world.told)


@META
async def test_account_fields_go_to_the_apps_own_callback_whatever_overrides_messages(
    world: World, other: Receiver
) -> None:
    await world.client.call("POST", apps(world), json=override(other.url))

    await tell_of_account(world)
    await told_of(other, world)

    await world.hook.wait_for_count(1)
    assert fields_of(world.hook) == ["account_update"]
    assert set(fields_of(other)) == {"messages"}


@META
async def test_an_override_that_fails_the_handshake_changes_nothing(world: World, other: Receiver) -> None:
    wrong = {"override_callback_uri": other.url, "verify_token": "wrong"}

    refused = await world.client.call("POST", apps(world), json=wrong)

    assert code_of(world.client, refused) == (400, 100)
    assert await told_of(world.hook, world) == world.told_words


@META
async def test_an_app_that_is_not_subscribed_is_told_nothing(world: World) -> None:
    await world.client.call("DELETE", apps(world))
    gone = (await world.client.call("GET", apps(world))).json
    silent = await world.send("text", TEXT)
    found = await world.operate("GET", f"/webhooks/deliveries?message={silent}")

    await world.client.call("POST", apps(world), json={})

    assert (gone, found["deliveries"]) == ({"data": []}, [])
    assert await told_of(world.hook, world) == world.told_words
    assert world.hook.statuses(silent) == []


@META
async def test_another_account_or_app_is_not_there(world: World) -> None:
    paths = ["/v24.0/42/subscribed_apps", "/v24.0/42/subscriptions"]

    refused = [await world.client.call(method, path) for path in paths for method in ("GET", "DELETE")]

    assert {code_of(world.client, answer) for answer in refused} == {(400, 100)}


# -- The app's own callback ---------------------------------------------------------------------------------------


@META
async def test_an_app_is_told_only_of_the_fields_that_it_subscribed_to(world: World, other: Receiver) -> None:
    wish = {
        "object": "whatsapp_business_account",
        "callback_url": other.url,
        "verify_token": TOKEN,
        "fields": "account_update, security",
    }
    answer = await world.client.call("POST", subscriptions(world), json=wish)

    silent = await world.send("text", TEXT)
    await tell_of_account(world)

    await other.wait_for_count(2)
    assert (answer.json, fields_of(other)) == ({"success": True}, ["account_update"])
    assert (await world.operate("GET", f"/webhooks/deliveries?message={silent}"))["deliveries"] == []
    fields = [{"name": name, "version": "v24.0"} for name in ("account_update", "security")]
    shown = {"object": wish["object"], "callback_url": other.url, "active": True, "fields": fields}
    assert (await world.client.call("GET", subscriptions(world))).json == {"data": [shown]}


@META
async def test_fields_and_then_the_whole_subscription_can_be_taken_away(world: World) -> None:
    await world.client.call("DELETE", f"{subscriptions(world)}?object=whatsapp_business_account&fields=account_update")
    await tell_of_account(world)
    words = await told_of(world.hook, world)

    await world.client.call("DELETE", subscriptions(world))

    assert (words, set(fields_of(world.hook))) == (world.told_words, {"messages"})
    assert (await world.client.call("GET", subscriptions(world))).json == {"data": []}
    silent = await world.send("text", TEXT)
    assert (await world.operate("GET", f"/webhooks/deliveries?message={silent}"))["deliveries"] == []


@META
async def test_an_apps_own_token_manages_its_subscription(world: World) -> None:
    own, guessed = f"{app_of(world)}|{SECRET}", f"{app_of(world)}|guess"

    mine = await world.client.call("GET", subscriptions(world), headers={"Authorization": f"Bearer {own}"})
    wrong = await world.client.call("GET", subscriptions(world), headers={"Authorization": f"Bearer {guessed}"})

    assert (mine.status, wrong.status) == (200, 401)


BAD_SUBSCRIPTIONS: list[Body] = [
    {"object": "page"}, {"fields": ["no_such_field"]}, {"callback_url": ""}, {"verify_token": "wrong"},
]  # fmt: skip


@META
@pytest.mark.parametrize("change", BAD_SUBSCRIPTIONS)
async def test_a_subscription_that_cannot_be_is_refused(world: World, other: Receiver, change: Body) -> None:
    wish = {"object": "whatsapp_business_account", "callback_url": other.url, "verify_token": TOKEN}

    refused = await world.client.call("POST", subscriptions(world), json=wish | change)

    assert code_of(world.client, refused) == (400, 100)
    assert await told_of(world.hook, world) == world.told_words


# -- Fan-out ------------------------------------------------------------------------------------------------------


async def test_every_endpoint_is_told_everything_in_its_own_words_under_its_own_secret(
    world: World, other: Receiver, third: Receiver
) -> None:
    secret = "a-secret-of-its-own"
    one = await world.operate(
        "POST", HOOKS, json={"url": other.url, "verify_token": TOKEN, "headers": {"X-Key": "1"}, "secret": secret}
    )
    await world.operate("POST", HOOKS, json={"url": third.url, "callback_dialect": "cloud", "fields": ["messages"]})

    words = [await told_of(hook, world) for hook in (world.hook, other)]
    written = await world.write("text", TEXT)

    await other.wait_until(lambda: bool(other.messages()))
    await third.wait_until(lambda: bool(third.messages()))
    got = other.received[-1]
    assert words == [world.told_words] * 2
    assert (other.messages()[0]["id"], got.headers["x-key"]) == (written, "1")
    hub = "sha256=" + hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-hub-signature-256"] == hub
    assert Webhook(standard_secret(secret)).verify(got.body.decode(), got.headers) == got.json
    assert "entry" in third.received[-1].json
    assert secret not in str(one)
    assert (await world.operate("GET", HOOKS))["webhooks"][0] == one


def posts(hook: Receiver, message_id: str) -> list[Received]:
    return [call for call in hook.received if message_id in call.body.decode()]


async def test_one_endpoint_that_is_down_delays_no_other_and_misses_nothing(world: World, other: Receiver) -> None:
    await world.operate("POST", HOOKS, json={"url": other.url})
    other.always = Answer(503)
    sent = await world.send("text", TEXT)
    await other.wait_for_count(1)

    await world.hook.wait_until(lambda: len(world.hook.statuses(sent)) == world.told)
    refused = list(other.received)
    other.always = Answer(200)
    await deliveries_of(world, sent, is_refused_twice)
    await world.advance(seconds=60)

    await other.wait_until(lambda: len(other.statuses(sent)) == len(refused) + world.told)
    assert other.statuses(sent)[len(refused) :] == world.told_words
    assert world.hook.statuses(sent) == world.told_words
    ids = [{call.headers["webhook-id"] for call in posts(hook, sent)} for hook in (world.hook, other)]
    assert ids[0] == ids[1]


async def test_an_endpoint_that_never_answers_takes_no_places_from_the_others(world: World, other: Receiver) -> None:
    await world.operate("POST", HOOKS, json={"url": other.url})
    other.always = Answer(manner="silent")

    for _ in range(70):  # more than are under way to one endpoint at once
        await world.write("text", TEXT)

    await world.hook.wait_until(lambda: len(world.hook.messages()) == 70)
    assert len(other.received) < 70


async def test_the_inspector_shows_each_endpoints_delivery_and_delivers_one_again(
    world: World, other: Receiver
) -> None:
    endpoint = (await world.operate("POST", HOOKS, json={"url": other.url}))["id"]
    sent = await world.send("text", TEXT)

    found = await deliveries_of(world, sent, lambda all_: [one["state"] for one in all_] == ["done"] * 2 * world.told)

    mine = next(one for one in found if one["endpoint"] == endpoint)
    detail = await world.operate("POST", f"/webhooks/deliveries/{mine['id']}/redeliver")
    again = (await other.wait_for_count(world.told + 1))[-1]
    assert (mine["url"], mine["id"][:4], mine["event_id"][:4]) == (other.url, "dlv_", "evt_")
    assert (again.headers["webhook-id"], again.body.decode()) == (mine["event_id"], detail["body"]["text"])
    assert detail["headers"]["x-hub-signature-256"] == again.headers["x-hub-signature-256"]
    assert len(posts(world.hook, sent)) == world.told


async def test_what_waits_for_an_endpoint_goes_to_its_new_url(world: World, other: Receiver, third: Receiver) -> None:
    endpoint = (await world.operate("POST", HOOKS, json={"url": other.url}))["id"]
    other.always = Answer(500)
    sent = await world.send("text", TEXT)
    await deliveries_of(world, sent, is_refused_twice)

    changed = await world.operate("PATCH", f"{HOOKS}/{endpoint}", json={"url": third.url})
    await world.advance(seconds=60)

    await third.wait_until(lambda: len(third.statuses(sent)) == world.told)
    assert (changed["url"], third.statuses(sent)) == (third.url, world.told_words)


async def test_what_waits_for_an_endpoint_that_is_removed_is_cancelled(world: World, other: Receiver) -> None:
    endpoint = (await world.operate("POST", HOOKS, json={"url": other.url}))["id"]
    other.always = Answer(500)
    sent = await world.send("text", TEXT)
    await deliveries_of(world, sent, is_refused_twice)
    tried = len(other.received)

    await world.operate("DELETE", f"{HOOKS}/{endpoint}")
    await world.advance(seconds=60)

    found = await deliveries_of(
        world, sent, lambda all_: {one["state"] for one in all_ if one["endpoint"]} == {"cancelled"}
    )
    assert (len(other.received), await world.operate("GET", HOOKS)) == (tried, {"webhooks": []})
    assert {one["state"] for one in found if not one["endpoint"]} == {"done"}


async def test_an_endpoint_is_told_even_if_there_is_no_other_callback(world: World, other: Receiver) -> None:
    await world.operate("DELETE", f"{NUMBERS}/webhook")
    await world.operate("POST", HOOKS, json={"url": other.url})

    assert await told_of(other, world) == world.told_words
    assert world.hook.received == []


async def test_endpoints_that_are_added_and_removed_at_once_do_not_undo_each_other(
    world: World, other: Receiver
) -> None:
    gone = (await world.operate("POST", HOOKS, json={"url": other.url}))["id"]

    *added, _ = await asyncio.gather(
        *(world.operate("POST", HOOKS, json={"url": other.url}) for _ in range(3)),
        world.operate("DELETE", f"{HOOKS}/{gone}"),
    )

    there = (await world.operate("GET", HOOKS))["webhooks"]
    assert {one["id"] for one in there} == {one["id"] for one in added}


async def test_endpoints_outlive_a_reset(world: World, other: Receiver) -> None:
    await world.operate("POST", HOOKS, json={"url": other.url})

    await world.operate("POST", "/reset")

    assert await told_of(other, world) == world.told_words


async def test_an_endpoint_that_is_gone_is_disabled_alone_and_told_again_once_it_is_set(
    world: World, other: Receiver
) -> None:
    endpoint = (await world.operate("POST", HOOKS, json={"url": other.url}))["id"]
    other.always = Answer(410)
    sent = await world.send("text", TEXT)
    found = await deliveries_of(world, sent, lambda all_: {one["state"] for one in all_} == {"done", "dead"})
    disabled = (await world.operate("GET", HOOKS))["webhooks"][0]["disabled"]
    tried = len(other.received)
    other.always = Answer(200)

    await world.operate("PATCH", f"{HOOKS}/{endpoint}", json={"url": other.url})
    words = await told_of(other, world)

    assert (disabled, tried, words) == (True, 1, world.told_words)
    assert {one["state"] for one in found if not one["endpoint"]} == {"done"}
    assert await told_of(world.hook, world) == world.told_words


@PROXY
async def test_a_number_that_joins_an_account_is_told_where_its_account_says(world: World, other: Receiver) -> None:
    await world.client.call("POST", "/waba_webhook", json={"url": other.url})

    await world.operate("POST", "/numbers", json={"number": "15550009876"})

    await world.write("text", TEXT, number="15550009876")
    await other.wait_until(lambda: bool(other.messages()))
    assert world.hook.received == []


BAD_ENDPOINTS: list[Body] = [
    {}, {"url": ""}, {"url": "ftp://127.0.0.1/"}, {"url": "http://127.0.0.1/", "fields": ["no_such"]},
    {"url": "http://127.0.0.1/", "secret": "short"}, {"url": "http://127.0.0.1/", "headers": {"Host": "x"}},
    {"url": "http://127.0.0.1/", "callback_dialect": "fax"}, {"url": "http://127.0.0.1/", "colour": "red"},
]  # fmt: skip


@META
@pytest.mark.parametrize("wish", BAD_ENDPOINTS)
async def test_an_endpoint_that_cannot_be_is_refused(world: World, wish: Body) -> None:
    refused = await world.control.call("POST", HOOKS, json=wish)

    assert refused.status == 400
    assert await world.operate("GET", HOOKS) == {"webhooks": []}


@PROXY
async def test_360dialog_refuses_a_configuration_in_its_own_body(world: World) -> None:
    answer = await world.client.call("POST", "/v1/configs/webhook", json={"url": ""})

    meta = answer.json["meta"]
    assert meta.pop("360dialog_trace_id")
    assert (answer.status, meta) == (
        400,
        {"success": False, "http_code": 400, "developer_message": "The webhook URL is empty."},
    )


@PROXY
@pytest.mark.parametrize("path", ["/flows", "/groups"])
async def test_360dialog_blocks_what_is_not_offered_in_its_own_body(world: World, path: str) -> None:
    answer = await world.client.call("GET", path)

    assert (answer.status, answer.json["meta"]["developer_message"]) == (403, "The endpoint is blocked")
