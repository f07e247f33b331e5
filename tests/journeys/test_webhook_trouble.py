"""Fault rules for webhooks and requests: what a receiver meets on bad days, on demand."""

import hashlib
import hmac
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.journeys.conftest import LOOPBACK, PHONE, STRANGER, World, open_world
from tests.journeys.faces import CLOUD, META
from tests.support.clients import Body
from tests.support.operator import looked_at_until
from tests.support.receiver import Answer, Received, Receiver
from tests.support.server import NUMBER, SECRET

from waypost.lib.signing import standard_secret

pytestmark = pytest.mark.anyio

TEXT = {"body": "Hello"}
TOKEN = "open sesame"


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def rule(world: World, **wish: Any) -> Body:
    return await world.operate("POST", "/rules", json=wish)


async def trouble(world: World, **webhook: Any) -> Body:
    return await rule(world, webhook=webhook)


async def write_many(world: World, count: int) -> list[str]:
    """Let the sample phone's user write several times; return the ids in order."""
    return [await world.write("text", {"body": f"No. {number}"}) for number in range(count)]


def messages_of(world: World, call: Received) -> list[str]:
    return [message["id"] for message in world.client.inbound(call.json)]


async def states_of(world: World, message_id: str, *, states: set[str]) -> list[Body]:
    """Look until the deliveries about a message have these states, and return them."""
    look = partial(world.operate, "GET", f"/webhooks/deliveries?message={message_id}")
    shown = await looked_at_until(lambda shown: {one["state"] for one in shown["deliveries"]} == states, look)
    return list(shown["deliveries"])


# -- Batches ------------------------------------------------------------------------------------------------------


async def test_a_batch_brings_updates_of_several_messages_in_one_signed_post(world: World) -> None:
    size = 2 * world.told + 1
    await trouble(world, batch={"size": size, "seconds": 3600})

    sent = [await world.send("text", TEXT), await world.send("text", TEXT)]
    written = await world.write("text", TEXT)

    [got] = await world.hook.wait_for_count(1)
    assert [world.hook.statuses(each) for each in sent] == [world.told_words] * 2
    assert messages_of(world, got) == [written]
    hub = "sha256=" + hmac.new(SECRET.encode(), got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-hub-signature-256"] == hub
    assert Webhook(standard_secret(SECRET)).verify(got.body.decode(), got.headers) == got.json
    for each in (*sent, written):
        await states_of(world, each, states={"done"})


@CLOUD
async def test_a_batch_is_shaped_as_the_platforms_is(world: World) -> None:
    await trouble(world, batch={"size": 4, "seconds": 3600})

    sent = await world.send("text", TEXT)
    await world.write("text", TEXT)

    [got] = await world.hook.wait_for_count(1)
    [entry] = got.json["entry"]
    statuses, messages = entry["changes"]
    assert (got.json["object"], sorted(entry)) == ("whatsapp_business_account", ["changes", "id"])
    assert [change["field"] for change in entry["changes"]] == ["messages", "messages"]
    assert statuses["value"]["metadata"] == messages["value"]["metadata"]
    assert [(one["id"], one["status"]) for one in statuses["value"]["statuses"]] == [
        (sent, word) for word in world.told_words
    ]
    assert len(messages["value"]["contacts"]) == len(messages["value"]["messages"]) == 1
    assert got.body.isascii()


@META
async def test_what_is_dated_has_an_entry_of_its_own_in_a_batch(world: World) -> None:
    await trouble(world, batch={"size": 3, "seconds": 3600})
    parts = world.server.parts
    number = parts.resources.directory.numbers()[0]

    await world.write("text", TEXT)
    await parts.receive.notice(number, "account_update", b'{"event":"ACCOUNT_DELETED"}')
    await world.write("text", TEXT)

    [got] = await world.hook.wait_for_count(1)
    assert [("time" in entry, entry["changes"][0]["field"]) for entry in got.json["entry"]] == [
        (False, "messages"),
        (True, "account_update"),
        (False, "messages"),
    ]


@META
async def test_fields_of_users_share_an_entry_of_a_batch_and_lose_nothing(world: World) -> None:
    await trouble(world, batch={"size": 4, "seconds": 3600})
    error = {"code": 1, "title": "t", "message": "t", "error_data": {"details": "d"}, "href": "h"}
    notices = f"/numbers/{world.client.number}/notices"

    await world.write("text", TEXT)
    await world.operate("POST", f"/phones/{PHONE}/preferences", json={"marketing": "stop"})
    await world.operate("POST", notices, json={"field": "messages", "value": {"errors": [error]}})
    await world.operate("POST", notices, json={"field": "messages", "value": {"errors": [{**error, "code": 2}]}})

    [got] = await world.hook.wait_for_count(1)
    [entry] = got.json["entry"]
    assert [change["field"] for change in entry["changes"]] == ["messages", "user_preferences", "messages"]
    assert [error["code"] for error in entry["changes"][2]["value"]["errors"]] == [1, 2]


async def test_a_batch_is_at_most_3_mb_long(world: World) -> None:
    await trouble(world, batch={"size": 10, "seconds": 3600})

    written = [await world.write("text", {"body": "é" * 65_000}) for _ in range(10)]
    await world.operate("DELETE", "/rules")

    first, second = await world.hook.wait_for_count(2)
    assert messages_of(world, first) + messages_of(world, second) == written
    assert len(first.body) < 3_000_000


@META
async def test_a_rule_for_a_phone_is_not_troubled_by_a_notice(world: World) -> None:
    await rule(world, webhook={"duplicate": 1}, phone=PHONE)

    notice = {"field": "history", "value": {"messages": "none", "statuses": 1}}
    await world.operate("POST", f"/numbers/{world.client.number}/notices", json=notice)

    assert (await world.hook.next()).json["entry"][0]["changes"][0]["field"] == "history"


async def test_a_batch_goes_when_its_time_is_up_and_when_its_rule_is_taken_back(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    given = await trouble(world, batch={"size": 1000, "seconds": 60})
    first = await write_many(world, 2)
    await world.advance(seconds=61)
    timely = (await world.hook.wait_for_count(1))[0]

    second = await write_many(world, 2)
    await world.operate("DELETE", f"/rules/{given['id']}")

    released = (await world.hook.wait_for_count(2))[1]
    assert (messages_of(world, timely), messages_of(world, released)) == (first, second)


async def test_a_batch_that_is_refused_comes_again_as_the_same_batch(world: World) -> None:
    world.hook.answer(503)
    await trouble(world, batch={"size": 3, "seconds": 3600})

    written = await write_many(world, 3)

    first, second = await world.hook.wait_for_count(2)
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert messages_of(world, second) == written
    [one] = await states_of(world, written[2], states={"done"})
    assert [attempt["status"] for attempt in one["attempts"]] == [503, 200]


async def test_each_delivery_of_a_batch_shows_the_bytes_that_were_sent_and_with_whom(world: World) -> None:
    await trouble(world, batch={"size": 3, "seconds": 3600})
    written = await write_many(world, 3)
    [got] = await world.hook.wait_for_count(1)
    found = [(await states_of(world, each, states={"done"}))[0]["id"] for each in written]

    shown = [await world.operate("GET", f"/webhooks/deliveries/{each}") for each in found]
    await world.operate("POST", f"/webhooks/deliveries/{found[1]}/redeliver")
    alone = (await world.hook.wait_for_count(2))[1]
    await states_of(world, written[1], states={"done"})
    again = await world.operate("GET", f"/webhooks/deliveries/{found[1]}")

    batch = {
        "id": got.headers["webhook-id"],
        "deliveries": found,
        "body": {"text": got.body.decode(), "encoding": "utf-8"},
    }
    assert [(each["batches"], each["body"]) for each in shown] == [([batch], batch["body"])] * 3
    for each in shown:
        [attempt] = each["attempts"]
        assert attempt["batch"] == batch["id"]
        assert attempt["request_headers"].items() <= got.headers.items()
        assert [one["value"] for one in each["verify"]] == [got.headers[one["header"]] for one in each["verify"]]
    assert [each["batch"] for each in again["attempts"]] == [batch["id"], None]
    assert (again["batches"], again["body"]["text"]) == ([batch], alone.body.decode())


async def test_a_thousand_updates_fit_into_one_batch(world: World) -> None:
    await trouble(world, batch={"size": 250, "seconds": 3600})

    written = await write_many(world, 250)

    [got] = await world.hook.wait_for_count(1)
    assert messages_of(world, got) == written


async def test_what_a_batch_had_gathered_is_told_singly_after_a_restart(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data", fetch_allow=LOOPBACK) as before:
        await trouble(before, batch={"size": 1000, "seconds": 3600})
        written = await write_many(before, 3)
        assert before.hook.received == []

    async with open_world(face, tmp_path / "data", fetch_allow=LOOPBACK) as after:
        await after.hook.wait_for_count(3)

        # In any order: they are of three messages.
        assert sorted(messages_of(after, call) for call in after.hook.received) == sorted([each] for each in written)


# -- Duplicates, order, delay, drop -------------------------------------------------------------------------------


async def test_a_duplicate_is_the_same_bytes_under_the_same_id(world: World) -> None:
    await trouble(world, duplicate=2)

    await world.write("text", TEXT)

    calls = await world.hook.wait_for_count(3)
    assert {(call.body, call.headers["webhook-id"]) for call in calls} == {
        (calls[0].body, calls[0].headers["webhook-id"])
    }


async def orders(world: World, seed: int) -> list[int]:
    """Return in which order four messages of a window arrive."""
    given = await trouble(world, reorder={"window": 4, "seed": seed})
    before = len(world.hook.received)
    written = await write_many(world, 4)
    calls = (await world.hook.wait_for_count(before + 4))[before:]
    await world.operate("DELETE", f"/rules/{given['id']}")
    return [written.index(messages_of(world, call)[0]) for call in calls]


async def test_an_order_follows_from_its_seed_and_is_another_one(world: World) -> None:
    first, again, other = await orders(world, 7), await orders(world, 7), await orders(world, 8)

    assert first == again
    assert sorted(first) == sorted(other) == [0, 1, 2, 3]
    assert first != other
    assert [0, 1, 2, 3] not in (first, other)


async def test_a_window_that_is_not_full_goes_on_when_its_time_is_up(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    await trouble(world, reorder={"window": 4, "seconds": 60})
    written = await write_many(world, 2)

    await world.advance(seconds=61)

    calls = await world.hook.wait_for_count(2)
    assert [messages_of(world, call)[0] for call in calls] == written[::-1]


async def test_a_delayed_webhook_comes_when_platform_time_has_passed(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    await trouble(world, delay_seconds=3600)
    written = await world.write("text", TEXT)
    await states_of(world, written, states={"waiting"})
    await world.advance(seconds=3599)
    early = list(world.hook.received)

    await world.advance(seconds=2)

    [got] = await world.hook.wait_for_count(1)
    assert (early, messages_of(world, got)) == ([], [written])


async def test_a_dropped_webhook_is_shown_as_such_and_can_be_delivered_later(world: World) -> None:
    await trouble(world, drop=True)
    written = await world.write("text", TEXT)
    [dropped] = await states_of(world, written, states={"dropped"})
    listed = (await world.operate("GET", "/webhooks/deliveries?state=dropped"))["deliveries"]
    before = list(world.hook.received)

    await world.operate("POST", f"/webhooks/deliveries/{dropped['id']}/redeliver")

    [got] = await world.hook.wait_for_count(1)
    assert (before, [one["id"] for one in listed]) == ([], [dropped["id"]])
    assert messages_of(world, got) == [written]


async def test_slow_makes_retries_wait_longer(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    world.hook.always = Answer(503)
    await trouble(world, slow=1000)
    written = await world.write("text", TEXT)
    look = partial(world.operate, "GET", f"/webhooks/deliveries?message={written}")
    expected = world.either(cloud=2, onprem=1)
    await looked_at_until(lambda shown: len(shown["deliveries"][0]["attempts"]) == expected, look)
    tried = len(world.hook.received)
    await world.advance(seconds=1000)
    early = len(world.hook.received)
    world.hook.always = Answer(200)

    await world.advance(seconds=6000)

    assert early == tried
    assert messages_of(world, (await world.hook.wait_for_count(tried + 1))[-1]) == [written]


async def test_one_rule_combines_what_it_demands(world: World) -> None:
    await rule(
        world,
        webhook={"reorder": {"window": 4, "seed": 7}, "batch": {"size": 4, "seconds": 3600}, "duplicate": 1},
        number=NUMBER,
    )

    written = await write_many(world, 4)

    first, copy = await world.hook.wait_for_count(2)
    assert (first.body, sorted(messages_of(world, first))) == (copy.body, sorted(written))
    assert messages_of(world, first) != written


async def test_a_rule_is_for_a_phone_and_for_the_next_or_every_nth_event(world: World) -> None:
    await world.write("text", TEXT, phone=STRANGER)
    await world.hook.wait_for_count(1)
    await rule(world, webhook={"drop": True}, phone=STRANGER, next=1)
    mine = await world.write("text", TEXT)
    dropped = await world.write("text", TEXT, phone=STRANGER)
    told = await world.write("text", TEXT, phone=STRANGER)
    await rule(world, webhook={"drop": True}, every=2)

    kept, second = await write_many(world, 2)

    for message_id, state in (
        (mine, "done"),
        (dropped, "dropped"),
        (told, "done"),
        (kept, "done"),
        (second, "dropped"),
    ):
        await states_of(world, message_id, states={state})


async def test_a_rule_counts_an_event_once_however_many_endpoints_are_told(world: World) -> None:
    async with Receiver() as other:
        await world.operate("POST", f"/numbers/{NUMBER}/webhooks", json={"url": other.url})
        await rule(world, webhook={"drop": True}, next=1)

        dropped, told = await write_many(world, 2)

        assert len(await states_of(world, dropped, states={"dropped"})) == 2
        assert len(await states_of(world, told, states={"done"})) == 2


async def test_without_rules_everything_is_as_always(world: World) -> None:
    await trouble(world, batch={"size": 1000}, duplicate=3, drop=True)
    await world.operate("DELETE", "/rules")

    sent = await world.send("text", TEXT)

    assert await world.words_of(sent, world.told) == world.told_words
    assert len(world.hook.received) == world.told


# -- Handshakes ---------------------------------------------------------------------------------------------------


async def test_the_next_verification_fails_whatever_was_answered(world: World) -> None:
    async with Receiver(verify_token=TOKEN) as other:
        wish = {"webhook": {"url": other.url, "verify_token": TOKEN}}
        await rule(world, webhook={"fail_handshake": True}, next=1)

        refused = await world.control.call("PUT", f"/numbers/{NUMBER}", json=wish)
        await world.operate("PUT", f"/numbers/{NUMBER}", json=wish)

        assert refused.status == 400
        assert "fault rule" in refused.json["error"]["message"]
        assert len(other.received) == 2


# -- Requests -----------------------------------------------------------------------------------------------------


async def test_a_request_fails_in_the_callers_dialect_and_leaves_nothing_behind(world: World) -> None:
    path = world.client.messages_path
    given = await rule(world, path=path[: len(path) - 3], fail={"code": "throughput"}, next=2)
    before = (await world.operate("GET", "/messages"))["messages"]

    failed = [await world.client.send(STRANGER, "text", TEXT) for _ in range(2)]
    sent = await world.send("text", TEXT)

    assert given["seen"] == 0
    assert {(answer.status, world.client.error_code(answer)) for answer in failed} == {
        world.either(cloud=(400, 130429), onprem=(429, 1015))
    }
    after = (await world.operate("GET", "/messages"))["messages"]
    assert [one["id"] for one in after[1:]] == [one["id"] for one in before]
    assert await world.words_of(sent, world.told) == world.told_words


async def test_a_request_is_held_and_then_answered(world: World) -> None:
    await rule(world, path=world.client.messages_path, delay_seconds=0.3, next=1)
    await rule(world, path=world.client.messages_path, delay_seconds=0.1, fail={"code": "throughput"}, next=1)
    began = time.monotonic()

    failed = await world.client.send(STRANGER, "text", TEXT)
    waited = time.monotonic() - began
    sent = await world.client.send(STRANGER, "text", TEXT)

    assert (failed.status, waited >= 0.4) == (world.either(cloud=400, onprem=429), True)
    assert sent.status == world.client.sent_status


async def test_a_pattern_covers_the_paths_that_match_it_and_every_nth_of_their_requests(world: World) -> None:
    await rule(world, path="*/mess?ges", fail={"code": 131000}, every=2)

    statuses = [(await world.client.send(STRANGER, "text", TEXT)).status for _ in range(4)]
    media = await world.client.call("GET", "/v24.0/1")

    fine = world.client.sent_status
    assert [status == fine for status in statuses] == [True, False, True, False]
    assert media.status in (400, 401, 404)


BAD_RULES: list[Body] = [
    {"webhook": {}}, {"webhook": {"batch": {"size": 0}}}, {"webhook": {"batch": {"size": 1001}}},
    {"webhook": {"reorder": {"window": 1}}}, {"webhook": {"duplicate": -1}}, {"webhook": {"slow": 0.5}},
    {"webhook": {"colour": 1}}, {"path": "/v24.0/"}, {"path": "messages", "fail": {"code": 100}},
    {"path": "/x", "fail": {"code": 100}, "phone": "15550001111"},
    {"path": "/x", "fail": {"code": 100}, "webhook": {"drop": True}},
    {"path": "/_waypost/v1/rules", "fail": {"code": 100}},
]  # fmt: skip


@META
@pytest.mark.parametrize("wish", BAD_RULES)
async def test_a_rule_that_cannot_be_is_refused(world: World, wish: Body) -> None:
    refused = await world.control.call("POST", "/rules", json=wish)

    assert refused.status == 400
    assert await world.operate("GET", "/rules") == {"rules": []}


@META
async def test_no_rule_can_shut_the_control_api(world: World) -> None:
    await rule(world, path="*", fail={"code": 131000})

    failed = await world.client.send(STRANGER, "text", TEXT)
    await world.operate("DELETE", "/rules")

    assert failed.status >= 400
    assert await world.send("text", TEXT)


@META
async def test_a_rule_is_shown_as_it_was_given(world: World) -> None:
    webhook = {
        "batch": {"size": 5, "seconds": 2.0},
        "reorder": {"window": 3, "seed": 9, "seconds": 1.5},
        "duplicate": 1,
        "delay_seconds": 4.5,
        "drop": True,
        "slow": 2.0,
        "fail_handshake": True,
    }

    shown = await rule(world, webhook=webhook, next=3)

    assert shown["webhook"] == webhook
    assert (shown["next"], shown["path"]) == (3, None)
