"""Contacts of the On-Premises face: checked, blocked, and known by their keys."""

from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, code_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


TEXT = {"body": "Hello"}
TEMPLATE = {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}}


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def set_mode(world: World, mode: str) -> None:
    await world.operate("PUT", f"/numbers/{world.client.number}", json={"contacts_mode": mode})


async def check(world: World, *numbers: str, **more: Any) -> list[dict[str, Any]]:
    answer = await world.client.call("POST", "/v1/contacts", json={"contacts": numbers, **more})
    assert answer.status == 200, answer
    return list(answer.json["contacts"])


def told(world: World, member: str) -> list[Any]:
    bodies = [call.json for call in world.hook.received if call.method == "POST"]
    return [entry for body in bodies if "statuses" not in body for entry in body.get(member, [])]


async def test_by_default_every_number_is_valid_and_anybody_can_be_written_to(world: World) -> None:
    await world.phone(STRANGER, on_whatsapp=False)

    found = await check(world, f"+{STRANGER}")
    sent = await world.send("template", TEMPLATE, to=STRANGER)

    assert found == [{"input": f"+{STRANGER}", "status": "valid", "wa_id": STRANGER}]
    assert await world.failure_of(sent) == (["failed"], 1013)


async def test_a_classic_number_that_waits_is_told_who_is_on_whatsapp(world: World) -> None:
    await set_mode(world, "classic")
    await world.phone(STRANGER, on_whatsapp=False)

    found = await check(world, f"+{PHONE}", STRANGER, "nobody", blocking="wait")

    assert found == [
        {"input": f"+{PHONE}", "status": "valid", "wa_id": PHONE},
        {"input": STRANGER, "status": "invalid"},
        {"input": "nobody", "status": "invalid"},
    ]


@pytest.mark.parametrize("force_check", [True, False])
async def test_what_is_no_number_is_invalid_at_once(world: World, force_check: bool) -> None:
    await set_mode(world, "classic")

    found = await check(world, "nobody", STRANGER, force_check=force_check)
    await world.hook.wait_until(lambda: bool(told(world, "contacts")))

    assert [contact["status"] for contact in found] == ["invalid", "processing"]
    assert told(world, "contacts") == [{"input": STRANGER, "status": "valid", "wa_id": STRANGER}]


async def test_a_classic_number_that_does_not_wait_hears_by_callback_or_asks_again(world: World) -> None:
    await set_mode(world, "classic")

    first = await check(world, f"+{STRANGER}")
    await world.hook.wait_until(lambda: bool(told(world, "contacts")))
    again = await check(world, f"+{STRANGER}")

    valid = {"input": f"+{STRANGER}", "status": "valid", "wa_id": STRANGER}
    assert first == [{"input": f"+{STRANGER}", "status": "processing"}]
    assert told(world, "contacts") == [valid]
    assert again == [valid]


async def test_a_result_is_remembered_for_seven_days_unless_the_check_is_forced(world: World) -> None:
    await set_mode(world, "classic")
    await check(world, STRANGER, blocking="wait")
    await world.phone(STRANGER, on_whatsapp=False)

    remembered = await check(world, STRANGER, blocking="wait")
    forced = await check(world, STRANGER, blocking="wait", force_check=True)

    assert [each["status"] for each in remembered + forced] == ["valid", "invalid"]


async def test_a_classic_number_cannot_write_to_whom_it_has_not_checked(world: World) -> None:
    await set_mode(world, "classic")

    refused = await world.client.send(STRANGER, "template", TEMPLATE)
    await check(world, STRANGER, blocking="wait")
    accepted = await world.client.send(STRANGER, "template", TEMPLATE)
    await world.advance(days=7)
    late = await world.client.send(STRANGER, "template", TEMPLATE)

    assert code_of(world.client, refused) == (404, 1006)
    assert refused.json["errors"][0]["details"] == "unknown contact"
    assert (accepted.status, code_of(world.client, late)) == (201, (404, 1006))


async def test_whoever_has_written_is_known(world: World) -> None:
    await set_mode(world, "classic")

    assert (await world.client.send(PHONE, "text", TEXT)).status == 201


async def test_a_blocked_user_gets_nothing_until_the_block_is_lifted(world: World) -> None:
    path = f"/v1/contacts/{PHONE}/block"

    blocked = await world.client.call("POST", path, json={"reason": "spam"})
    failed = await world.failure_of(await world.send("text", TEXT))
    lifted = await world.client.call("DELETE", path)

    assert (blocked.status, failed[0], lifted.status) == (200, ["failed"], 200)
    assert await world.words_of(await world.send("text", TEXT), 2) == ["delivered", "read"]


async def test_only_who_wrote_lately_can_be_blocked(world: World) -> None:
    stranger = await world.client.call("POST", f"/v1/contacts/{STRANGER}/block")
    long_winded = await world.client.call("POST", f"/v1/contacts/{PHONE}/block", json={"reason": "x" * 61})

    assert stranger.status == 400
    assert long_winded.status == 400


async def notified(world: World) -> None:
    body = {"show_security_notifications": True}
    assert (await world.client.call("PATCH", "/v1/settings/application", json=body)).status == 200


async def test_a_user_whose_keys_never_changed_is_who_they_were(world: World) -> None:
    answer = await world.client.call("GET", f"/v1/contacts/{PHONE}/identity")

    shown = answer.json["contacts"]
    assert (answer.status, shown["acknowledged"], type(shown["created_timestamp"])) == (200, True, int)


async def test_changed_keys_hold_messages_back_until_they_are_acknowledged(world: World) -> None:
    await notified(world)
    await world.phone(identity="new")
    await world.hook.wait_until(lambda: bool(told(world, "messages")))
    (system,) = told(world, "messages")
    path = f"/v1/contacts/{PHONE}/identity"

    refused = await world.client.send(PHONE, "text", TEXT)
    shown = (await world.client.call("GET", path)).json["contacts"]
    wrong = await world.client.call("PUT", path, json={"hash": "wrong="})
    right = await world.client.call("PUT", path, json={"hash": shown["hash"]})

    assert system["system"] == {"identity": shown["hash"], "type": "user_identity_changed", "user": PHONE}
    assert (system["type"], system["from"]) == ("system", PHONE)
    assert (refused.json["errors"][0]["code"], shown["acknowledged"]) == (1028, False)
    assert (wrong.status, right.status) == (400, 200)
    assert (await world.client.call("GET", path)).json["contacts"]["acknowledged"] is True
    assert await world.words_of(await world.send("text", TEXT), 2) == ["delivered", "read"]


async def test_what_a_user_writes_says_who_they_are_to_who_asks_for_security_notifications(world: World) -> None:
    await world.write("text", {"body": "Unasked"})
    await notified(world)
    await world.write("text", {"body": "First"})
    await world.phone(identity="new")
    path = f"/v1/contacts/{PHONE}/identity"
    shown = (await world.client.call("GET", path)).json["contacts"]
    await world.write("location", {"latitude": 1, "longitude": 2})
    await world.client.call("PUT", path, json={"hash": shown["hash"]})
    await world.write("text", {"body": "Sure"})

    await world.hook.wait_until(lambda: len(told(world, "messages")) == 5)

    unasked, first, _system, changed, sure = (message.get("identity") for message in told(world, "messages"))
    assert unasked is None
    assert (first["acknowledged"], first["hash"] != shown["hash"]) == (True, True)
    assert [changed, sure] == [shown, shown | {"acknowledged": True}]
    assert (shown["acknowledged"], shown["created_timestamp"] > 0) == (False, True)


async def test_a_repeated_request_gets_its_id_again_though_the_keys_have_changed_since(world: World) -> None:
    await notified(world)
    message, key = world.client.message(PHONE, "text", TEXT), {"Idempotency-Key": "order-17"}
    first = await world.client.call("POST", "/v1/messages", json=message, headers=key)
    await world.phone(identity="new")

    again = await world.client.call("POST", "/v1/messages", json=message, headers=key)
    another = await world.client.call("POST", "/v1/messages", json=message, headers={"Idempotency-Key": "order-18"})

    assert (again.status, again.json) == (201, first.json)
    assert code_of(world.client, another) == (400, 1028)


async def test_what_is_wrong_with_the_number_is_told_before_what_is_not_known_of_the_user(world: World) -> None:
    await set_mode(world, "classic")

    itself = await world.client.send(world.client.number, "text", TEXT)
    unknown = await world.client.send(STRANGER, "text", TEXT)
    await world.operate("PATCH", f"/numbers/{world.client.number}", json={"registered": False})
    unregistered = await world.client.send(STRANGER, "text", TEXT)

    assert [code_of(world.client, each) for each in (itself, unknown, unregistered)] == [
        (400, 1021), (404, 1006), (503, 1011),
    ]  # fmt: skip


async def test_what_is_in_flight_when_the_keys_change_fails_with_480(world: World) -> None:
    await notified(world)
    await world.phone(online=False)
    sent = await world.send("text", TEXT)
    await world.operate("PUT", "/clock", json={"advance_seconds": 1})

    await world.phone(identity="new")

    assert await world.failure_of(sent) == (["failed"], 480)


async def test_who_does_not_ask_for_security_notifications_sees_nothing_of_it(world: World) -> None:
    await world.phone(identity="new")

    assert await world.words_of(await world.send("text", TEXT), 2) == ["delivered", "read"]
    assert told(world, "messages") == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"hash":1}', b'{"hash":null}', b'"\xff"'])
@pytest.mark.parametrize("path", ["/v1/contacts", f"/v1/contacts/{PHONE}/identity", f"/v1/contacts/{PHONE}/block"])
async def test_what_cannot_be_read_is_refused_in_words(world: World, path: str, body: bytes) -> None:
    method = "PUT" if path.endswith("identity") else "POST"

    answer = await world.client.call(method, path, data=body, headers={"Content-Type": "application/json"})

    assert answer.status < 500


@pytest.mark.parametrize("wa_id", ["abc", "1", "9" * 30, "%20", "+"])
async def test_what_is_no_number_has_no_identity(world: World, wa_id: str) -> None:
    answer = await world.client.call("GET", f"/v1/contacts/{wa_id}/identity")

    assert answer.status in (400, 404)


async def test_the_hash_of_a_users_keys_is_the_same_in_both_dialects(world: World) -> None:
    await world.operate("PUT", f"/numbers/{world.client.number}", json={"platform": {"identity_check": True}})
    await world.phone(identity="new")
    written = await world.write("text", TEXT)

    shown = (await world.client.call("GET", f"/v1/contacts/{PHONE}/identity")).json["contacts"]

    [delivery] = (await world.control.get(f"/webhooks/deliveries?message={written}"))["deliveries"]
    bodies = (await world.control.get(f"/webhooks/deliveries/{delivery['id']}"))["bodies"]
    assert f'"identity_key_hash":"{shown["hash"]}"' in bodies["cloud"]["text"]
