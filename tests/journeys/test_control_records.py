"""The control API: looking at messages and deliveries, and managing numbers."""

import asyncio
from pathlib import Path

import pytest
from tests.support.clients import Body
from tests.support.operator import PHONE, Operator, operating
from tests.support.receiver import Answer, Receiver
from tests.support.server import NUMBER

from waypost.errors import Fault
from waypost.errors.outcomes import UNDELIVERABLE
from waypost.lib.ids import parse_message_id
from waypost.model import Event, MessageKey, Status, StatusUpdate

pytestmark = pytest.mark.anyio

OTHER_PHONE = "4915550002222"
REDELIVER = "/webhooks/deliveries/redeliver"


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def test_a_message_shows_its_request_and_everything_that_happened(operator: Operator) -> None:
    raw = b'{"messaging_product":"whatsapp", "to":"+1 555 000 1111","type":"text","text":{"body":"Hi"}}'
    headers = {"Content-Type": "application/json"}
    sent = await operator.client.call("POST", operator.client.messages_path, data=raw, headers=headers)
    message_id = sent.json["messages"][0]["id"]

    shown = await operator.settled(
        f"/messages/{message_id}", lambda m: [d["state"] for d in m["deliveries"]] == ["done"] * 3
    )

    assert shown["request"] == {"text": raw.decode(), "encoding": "utf-8"}
    assert (shown["direction"], shown["status"], shown["preview"]) == ("outbound", "read", "Hi")
    events = [(entry["event"], entry.get("status")) for entry in shown["timeline"]]
    assert sorted(events) == [
        ("message.accepted", None),
        ("message.status", "delivered"), ("message.status", "read"), ("message.status", "sent"),
        ("webhook.delivered", "delivered"), ("webhook.delivered", "read"), ("webhook.delivered", "sent"),
    ]  # fmt: skip
    assert events[0] == ("message.accepted", None)


async def test_a_delivery_shows_the_exact_bytes_that_the_webhook_got(operator: Operator) -> None:
    sent = await operator.send_text("Grüße / 👋")
    got = await operator.hook.wait_for_status(sent, "read")
    listed = await operator.call("GET", f"/webhooks/deliveries?message={sent}")
    newest = listed["deliveries"][0]["id"]

    shown = await operator.settled(f"/webhooks/deliveries/{newest}", lambda d: d["state"] == "done")

    assert shown["body"] == {"text": got.body.decode(), "encoding": "utf-8"}
    assert shown["headers"]["x-hub-signature-256"] == got.headers["x-hub-signature-256"]
    assert shown["headers"]["webhook-id"] == got.headers["webhook-id"]
    assert [(a["number"], a["status"]) for a in shown["attempts"]] == [(1, 200)]
    assert set(shown["bodies"]) == {"cloud", "onprem"}


async def test_a_failure_that_comes_while_a_message_is_looked_at_is_shown_with_its_reason(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await operator.send_text(to="15550990001")  # is offline: it stays `sent`
    await operator.settled(f"/messages/{sent}", lambda message: message["status"] == "sent")
    parts, ref = operator.server.parts, parse_message_id(sent)
    assert ref is not None
    key, fault, events_of = (
        MessageKey(ref.key),
        Fault(UNDELIVERABLE, "Nobody is there."),
        parts.resources.store.events_of,
    )

    async def fail_first(asked: MessageKey) -> list[Event]:
        await parts.receive.statuses(
            [StatusUpdate(key, Status.FAILED, parts.resources.clock.now_ms(), None, fault=fault)]
        )
        return await events_of(asked)

    monkeypatch.setattr(parts.resources.store, "events_of", fail_first)

    shown = await operator.call("GET", f"/messages/{sent}")

    [failed] = [entry for entry in shown["timeline"] if entry.get("fault")]
    assert (shown["status"], failed["fault"]["details"]) == ("failed", "Nobody is there.")


async def test_a_message_and_a_delivery_are_found_by_either_id(operator: Operator) -> None:
    sent = await operator.send_text()
    shown = await operator.call("GET", f"/messages/{sent}")

    assert (await operator.call("GET", f"/messages/{shown['onprem_id']}"))["id"] == sent


async def test_lists_can_be_narrowed_down(operator: Operator) -> None:
    await operator.send_text("1")
    await operator.control.write(OTHER_PHONE, "2")
    newest = await operator.send_text("3", to=OTHER_PHONE)

    found = await operator.call("GET", f"/messages?phone={OTHER_PHONE}&number={NUMBER}&limit=1")

    assert [message["id"] for message in found["messages"]] == [newest]


async def test_a_delivery_can_be_made_again_with_the_same_id_and_bytes(operator: Operator) -> None:
    sent = await operator.send_text()
    first = await operator.hook.wait_for_status(sent, "read")
    delivery = (await operator.call("GET", f"/webhooks/deliveries?message={sent}"))["deliveries"][0]["id"]
    await operator.settled(f"/webhooks/deliveries/{delivery}", lambda d: d["state"] == "done")
    before = len(operator.hook.received)

    await operator.call("POST", f"/webhooks/deliveries/{delivery}/redeliver")

    again = (await operator.hook.wait_for_count(before + 1))[-1]
    assert (again.body, again.headers["webhook-id"]) == (first.body, first.headers["webhook-id"])


async def test_many_deliveries_are_made_again_in_one_request_and_in_their_order(operator: Operator) -> None:
    one, two = await operator.send_text("1"), await operator.send_text("2", to=OTHER_PHONE)
    await operator.statuses(one, "read")
    await operator.settled(f"/webhooks/deliveries?message={one}&state=done", lambda d: len(d["deliveries"]) == 3)
    before = len(operator.hook.received)
    wish: Body = {"state": "done", "number": NUMBER, "kind": "status", "message": one}

    counted = await operator.call("POST", REDELIVER, json=wish | {"dry_run": True})
    nothing = await operator.call("POST", REDELIVER, json=wish | {"to": "2020-01-01T00:00:00Z"})
    none_dead = await operator.call("POST", REDELIVER, json={})
    done = await operator.call("POST", REDELIVER, json=wish)

    await operator.hook.wait_until(lambda: operator.hook.statuses(one).count("read") == 2)
    assert [each["deliveries"] for each in (counted, nothing, none_dead)] == [3, 0, 0]
    assert done == {"deliveries": 3, "nowhere": 0, "next": None}
    again = [got for got in operator.hook.received[before:] if one in got.body.decode()]
    assert operator.hook.statuses(one)[-3:] == ["sent", "delivered", "read"]
    assert len({got.headers["webhook-id"] for got in again}) == 3
    assert two not in str([got.body for got in again])


async def test_what_has_nowhere_to_go_is_counted_and_stays_as_it_is(operator: Operator) -> None:
    sent = await operator.send_text()
    await operator.statuses(sent, "read")
    await operator.settled(f"/webhooks/deliveries?message={sent}&state=done", lambda d: len(d["deliveries"]) == 3)
    await operator.call("DELETE", f"/numbers/{NUMBER}/webhook")

    done = await operator.call("POST", REDELIVER, json={"state": "done"})

    assert done == {"deliveries": 0, "nowhere": 3, "next": None}
    assert len((await operator.call("GET", "/webhooks/deliveries?state=done"))["deliveries"]) == 3


@pytest.mark.parametrize(
    "wish",
    [
        {"state": "waiting"},
        {"number": "x"},
        {"message": "x"},
        {"kind": "a b"},
        {"after": "x"},
        {"from": "noon"},
        {"x": 1},
    ],
)
async def test_a_wish_to_deliver_again_that_cannot_be_read_is_refused(operator: Operator, wish: Body) -> None:
    got = await operator.refused("POST", REDELIVER, json=wish)

    assert got[0] == 400


async def test_a_delivery_that_waits_for_its_next_attempt_is_made_again_at_once(operator: Operator) -> None:
    await operator.call("PUT", "/clock", json={"frozen": True})
    operator.hook.always = Answer(500)
    sent = await operator.send_text()
    waiting = await _backing_off(operator, sent, attempts=2)
    operator.hook.always = Answer(200)

    await operator.call("POST", f"/webhooks/deliveries/{waiting}/redeliver")

    await operator.hook.wait_for_status(sent, "read")
    shown = await operator.settled(f"/webhooks/deliveries/{waiting}", lambda d: d["state"] == "done")
    assert [(each["number"], each["status"]) for each in shown["attempts"]] == [(1, 500), (2, 500), (1, 200)]


async def test_a_delivery_behind_one_that_waits_is_made_again_after_it(operator: Operator) -> None:
    await operator.call("PUT", "/clock", json={"frozen": True})
    operator.hook.always = Answer(500)
    sent = await operator.send_text()
    await _backing_off(operator, sent, attempts=2)
    operator.hook.always = Answer(200)
    last = (await operator.call("GET", f"/webhooks/deliveries?message={sent}"))["deliveries"][0]["id"]

    await operator.call("POST", f"/webhooks/deliveries/{last}/redeliver")

    assert list(dict.fromkeys(await operator.statuses(sent, "read"))) == ["sent", "delivered", "read"]


async def test_a_delivery_that_waits_is_not_made_after_a_reset(operator: Operator) -> None:
    await operator.call("PUT", "/clock", json={"frozen": True})
    operator.hook.always = Answer(500)
    sent = await operator.send_text()
    await _backing_off(operator, sent, attempts=2)
    operator.hook.always = Answer(200)

    await operator.call("POST", "/reset")
    await operator.call("PUT", "/clock", json={"advance_seconds": 60})
    await operator.control.write(PHONE, "Hello")

    await operator.inbound()
    assert operator.hook.statuses(sent) == ["sent", "sent"]


async def _backing_off(operator: Operator, message_id: str, *, attempts: int) -> str:
    """Wait until the first delivery of a message has had so many attempts, and return its id."""
    path = f"/webhooks/deliveries?message={message_id}"
    found = await operator.settled(path, lambda d: d["deliveries"] and len(_first(d)["attempts"]) == attempts)
    return str(_first(found)["id"])


def _first(found: Body) -> Body:
    return dict(found["deliveries"][-1])


@pytest.mark.parametrize("path", ["/messages/wamid.AAAA", "/webhooks/deliveries/evt_1", "/media/1", "/media/x"])
async def test_what_is_not_there_is_not_found(operator: Operator, path: str) -> None:
    got = await operator.refused("GET", path)

    assert got[:2] == (404, "unknown_object")


async def test_a_webhook_on_loopback_is_set_after_it_has_answered_the_challenge(operator: Operator) -> None:
    async with Receiver(verify_token="open sesame") as other:
        webhook = {"url": other.url, "verify_token": "open sesame"}
        shown = await operator.call("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook, "name": "Shop"})

        await operator.control.write(PHONE, "Hello")

        assert shown["webhook"] == {"url": other.url, "header_names": [], "disabled": False}
        assert shown["name"] == "Shop"
        await other.wait_for(lambda got: got.method == "POST")


async def test_a_webhook_that_does_not_know_the_token_is_refused(operator: Operator) -> None:
    async with Receiver(verify_token="open sesame") as other:
        webhook = {"url": other.url, "verify_token": "wrong"}

        got = await operator.refused("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook})

    assert got[:2] == (400, "invalid_parameter")
    numbers = (await operator.call("GET", "/numbers"))["numbers"]
    assert numbers[0]["webhook"]["url"] == operator.hook.url


async def test_headers_of_a_webhook_go_with_every_call_and_are_not_shown(operator: Operator) -> None:
    webhook = {"url": operator.hook.url, "headers": {"X-Key": "canary"}}
    await operator.call("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook})

    await operator.control.write(PHONE, "Hello")

    got = await operator.hook.wait_for(lambda got: got.method == "POST")
    assert got.headers["x-key"] == "canary"
    shown = await operator.control.call("GET", "/numbers")
    assert b"canary" not in shown.body


async def test_without_a_webhook_nothing_is_told_and_nothing_can_be_delivered_again(operator: Operator) -> None:
    sent = await operator.send_text()
    await operator.statuses(sent, "read")
    delivery = (await operator.call("GET", f"/webhooks/deliveries?message={sent}"))["deliveries"][0]["id"]

    await operator.call("DELETE", f"/numbers/{NUMBER}/webhook")

    got = await operator.refused("POST", f"/webhooks/deliveries/{delivery}/redeliver")
    assert got[:2] == (400, "invalid_value")
    assert (await operator.call("GET", "/numbers"))["numbers"][0]["webhook"] is None


async def test_a_number_can_be_added_and_sends_with_its_own_token(own_operator: Operator) -> None:
    added = await own_operator.call("POST", "/numbers", json={"number": "4915550003333", "name": "Second"})
    message = {"type": "text", "text": {"body": "Hi"}}
    await own_operator.call("POST", f"/phones/{PHONE}/messages", json={**message, "number": "4915550003333"})
    own_operator.client.number, own_operator.client.token = "4915550003333", added["token"]

    sent = await own_operator.send_text()

    shown = await own_operator.settled(f"/messages/{sent}", lambda m: m["status"] == "read")
    assert shown["phone_number_id"] == "4915550003333"
    missing = await own_operator.refused("POST", f"/phones/{PHONE}/messages", json=message)
    assert missing[:2] == (400, "missing_parameter")


async def test_of_two_who_add_a_number_at_once_one_is_told_that_it_is_there(own_operator: Operator) -> None:
    wish = {"number": "4915550003333"}

    answers = await asyncio.gather(*(own_operator.control.call("POST", "/numbers", json=wish) for _ in range(2)))

    assert sorted(answer.status for answer in answers) == [200, 400]


async def test_a_new_token_works_and_is_listed_without_what_it_is(own_operator: Operator) -> None:
    made = await own_operator.call("POST", "/tokens", json={"phone_number_id": NUMBER})
    own_operator.client.token = made["token"]

    await own_operator.send_text()

    listed = await own_operator.control.call("GET", "/tokens")
    assert len(listed.json["tokens"]) == 2
    assert made["token"].encode() not in listed.body


async def test_a3_a_token_that_was_taken_back_opens_nothing(own_operator: Operator) -> None:
    before = {token["id"] for token in (await own_operator.call("GET", "/tokens"))["tokens"]}
    made = await own_operator.call("POST", "/tokens", json={"phone_number_id": NUMBER})
    [added] = {token["id"] for token in (await own_operator.call("GET", "/tokens"))["tokens"]} - before

    await own_operator.call("DELETE", f"/tokens/{added}")

    own_operator.client.token = made["token"]
    refused = await own_operator.client.send(PHONE, "text", {"body": "Hi"})
    assert (refused.status, own_operator.client.error_code(refused)) == (401, 190)
    assert (await own_operator.refused("DELETE", f"/tokens/{added}"))[0] == 404


async def test_the_callback_dialect_can_be_changed(operator: Operator) -> None:
    await operator.call("PUT", f"/numbers/{NUMBER}", json={"callback_dialect": "onprem"})

    written = await operator.control.write(PHONE, "Hello")

    got = await operator.hook.wait_for(lambda got: got.method == "POST")
    assert got.json["messages"][0]["id"] == written["onprem_id"]


async def test_a_changed_callback_dialect_outlives_a_restart(tmp_path: Path) -> None:
    async with operating(tmp_path / "data", callback_dialect="cloud") as operator:
        await operator.call("PUT", f"/numbers/{NUMBER}", json={"callback_dialect": "onprem"})

    async with operating(tmp_path / "data") as operator:
        assert (await operator.call("GET", f"/numbers/{NUMBER}"))["callback_dialect"] == "onprem"


async def test_templates_are_listed(operator: Operator) -> None:
    found = (await operator.call("GET", "/templates"))["templates"]

    assert "hello_world" in [template["name"] for template in found]
