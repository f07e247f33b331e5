"""Users by their business-scoped ids: how they are written to, and what is told of those who hide their number."""

import logging
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, open_world
from tests.journeys.faces import CLOUD, META, ONPREM
from tests.support import media
from tests.support.clients import Answer, Body

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Hello"}
HELLO: Body = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}


async def send_to_user(world: World, recipient: str, kind: str = "text", body: Any = TEXT, **more: Any) -> Answer:
    sent = {"messaging_product": "whatsapp", "recipient": recipient, "type": kind, kind: body, **more}
    return await world.client.call("POST", world.client.messages_path, json=sent)


async def values_with(world: World, member: str, count: int = 1) -> list[Body]:
    """Wait until the webhook was told `count` values with a member, and return them."""

    def found() -> list[Body]:
        return [value for call in world.hook.received for value in call.values() if member in value]

    await world.hook.wait_until(lambda: len(found()) >= count)
    return found()


async def id_of(world: World, phone: str = PHONE) -> str:
    """Return the business-scoped id of a phone's user, as the business learns it."""
    await world.write("text", TEXT, phone=phone)
    return str((await values_with(world, "messages"))[-1]["messages"][0]["from_user_id"])


# -- Writing to an id -----------------------------------------------------------------------------------------------


@CLOUD
async def test_a_message_to_an_id_reaches_the_phone_and_the_answer_names_no_number(world: World) -> None:
    user_id = await id_of(world)

    answer = await send_to_user(world, user_id)

    assert (answer.status, answer.json["contacts"]) == (200, [{"input": user_id, "user_id": user_id}])
    sent = answer.json["messages"][0]["id"]
    assert await world.words_of(sent, 3) == ["sent", "delivered", "read"]
    assert [shown["id"] for shown in await world.shown_on()] == [sent]


@CLOUD
async def test_beside_a_phone_number_an_id_is_not_looked_at(world: World) -> None:
    answer = await send_to_user(world, "not an id", to=PHONE)

    assert answer.json["contacts"] == [{"input": PHONE, "wa_id": PHONE}]


@CLOUD
async def test_an_id_of_nobody_is_accepted_and_fails(world: World) -> None:
    answer = await send_to_user(world, "US.90817263544536271809")

    assert answer.status == 200
    sent = answer.json["messages"][0]["id"]
    assert await world.failure_of(sent) == (["failed"], 131026)
    assert "recipient_id" not in (await world.statuses_of(sent, 1))[0]


@CLOUD
async def test_an_id_follows_the_rules_of_its_phone(world: World) -> None:
    user_id = await id_of(world, STRANGER)
    await world.advance(hours=25)

    answer = await send_to_user(world, user_id)

    assert await world.failure_of(answer.json["messages"][0]["id"]) == (["failed"], 131047)


@CLOUD
@pytest.mark.parametrize("recipient", ["15550001111", "US.", "us.123", "US.12 3", "", "US." + "1" * 129])
async def test_what_is_no_id_is_refused(world: World, recipient: str) -> None:
    answer = await send_to_user(world, recipient)

    assert (answer.status, world.client.error_code(answer)) == (400, 131009)


@CLOUD
async def test_an_authentication_template_needs_a_phone_number(world: World) -> None:
    user_id = await id_of(world)
    code = [{"type": "text", "text": "123456"}]
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": code}
    login = {**HELLO, "name": "login_code", "components": [{"type": "body", "parameters": code}, button]}

    answer = await send_to_user(world, user_id, "template", login)

    assert (answer.status, world.client.error_code(answer)) == (400, 131062)


@CLOUD
async def test_that_it_needs_a_phone_number_is_told_before_what_is_wrong_with_its_components(world: World) -> None:
    user_id = await id_of(world)
    login = {**HELLO, "name": "login_code", "components": [{"type": "nonsense"}]}

    answer = await send_to_user(world, user_id, "template", login)

    assert (answer.status, world.client.error_code(answer)) == (400, 131062)


# -- Usernames ------------------------------------------------------------------------------------------------------


@CLOUD
async def test_a_user_with_a_username_is_told_without_a_number(world: World) -> None:
    await world.phone(STRANGER, username="jopark", name="Jo Park")

    await world.write("text", TEXT, phone=STRANGER)

    (value,) = await values_with(world, "messages")
    message = value["messages"][0]
    user_id = message["from_user_id"]
    assert value["contacts"] == [{"profile": {"name": "Jo Park", "username": "jopark"}, "user_id": user_id}]
    assert message.keys() == {"from_user_id", "id", "timestamp", "type", "text"}


@CLOUD
async def test_statuses_of_a_hidden_user_name_the_id_only(world: World) -> None:
    await world.phone(STRANGER, username="jopark", name="Jo Park")
    user_id = await id_of(world, STRANGER)

    sent = (await send_to_user(world, user_id)).json["messages"][0]["id"]

    told = await world.statuses_of(sent, 3)
    assert {(status.get("recipient_id"), status["recipient_user_id"]) for status in told} == {(None, user_id)}
    contacts = [value["contacts"] for value in await values_with(world, "statuses", 3)]
    shown = [{"profile": {"name": "Jo Park", "username": "jopark"}, "user_id": user_id}]
    assert contacts == [shown] * 3


@CLOUD
async def test_what_a_hidden_user_quotes_of_their_own_does_not_tell_the_number(world: World) -> None:
    await world.phone(STRANGER, username="jopark")
    first = await world.write("text", TEXT, phone=STRANGER)
    await values_with(world, "messages")

    await world.write("text", TEXT, phone=STRANGER, context={"id": first})

    told = [value["messages"][0].get("context") for value in await values_with(world, "messages", 2)]
    assert told == [None, {"id": first}]


@CLOUD
async def test_another_number_of_a_hidden_user_is_told_as_another_id(world: World) -> None:
    await world.phone(STRANGER, username="jopark", name="Jo Park")
    user_id = await id_of(world, STRANGER)

    await world.operate("POST", f"/phones/{STRANGER}/move", json={"wa_id": "4915550005555"})

    message = (await values_with(world, "messages", 2))[1]["messages"][0]
    new_id = message["system"]["user_id"]
    assert (message.get("from"), message["from_user_id"]) == (None, user_id)
    assert message["system"] == {
        "body": f"User Jo Park changed from {user_id} to {new_id}",
        "user_id": new_id,
        "previous_user_id": user_id,
        "type": "user_changed_user_id",
    }
    await world.write("text", TEXT, phone="4915550005555")
    assert (await values_with(world, "messages", 3))[2]["messages"][0]["from_user_id"] == new_id


@CLOUD
@pytest.mark.parametrize(("flags", "ids"), [({}, {"user_id", "previous_user_id"}), ({"webhook_shape": "2025"}, set())])
async def test_another_number_is_told_with_the_other_id_in_the_shape_of_2026(world: World, ids: set[str]) -> None:
    await world.operate("POST", f"/phones/{PHONE}/move", json={"wa_id": "4915550005555"})

    (value,) = await values_with(world, "messages")
    assert value["messages"][0]["system"].keys() == {"body", "wa_id", "type", *ids}


async def told_from(world: World, count: int) -> str | None:
    """Have a stranger write and return the `from` of that, which is told as the `count`-th message."""
    await world.write("text", TEXT, phone=STRANGER)
    from_: str | None = (await values_with(world, "messages", count))[-1]["messages"][0].get("from")
    return from_


@CLOUD
async def test_who_wrote_before_is_known_for_30_days(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    told = [await told_from(world, 1)]
    await world.phone(STRANGER, username="jopark")
    await world.advance(seconds=30 * 86_400 - 1)
    told.append(await told_from(world, 2))  # known still, and for another 30 days
    await world.advance(days=30)
    told.append(await told_from(world, 3))

    assert told == [STRANGER, STRANGER, None]


@CLOUD
async def test_who_is_written_to_by_number_is_known(world: World) -> None:
    await world.phone(STRANGER, username="jopark")
    await world.statuses_of(await world.send("template", HELLO, to=STRANGER), 3)

    await world.write("text", TEXT, phone=STRANGER)

    assert (await values_with(world, "messages"))[0]["messages"][0]["from"] == STRANGER


@CLOUD
@pytest.mark.parametrize("flags", [{"webhook_shape": "2025"}])
async def test_in_the_shape_of_2025_every_number_is_shown(world: World) -> None:
    await world.phone(STRANGER, username="jopark", name="Jo Park")

    await world.write("text", TEXT, phone=STRANGER)

    (value,) = await values_with(world, "messages")
    assert value["contacts"] == [{"profile": {"name": "Jo Park"}, "wa_id": STRANGER}]
    assert value["messages"][0]["from"] == STRANGER


@CLOUD
@pytest.mark.parametrize(("flags", "has_contacts"), [({"webhook_shape": "2025"}, False), ({}, True)])
async def test_every_status_has_contacts_in_the_shape_of_2026_and_none_in_that_of_2025(
    world: World, *, has_contacts: bool
) -> None:
    voice = await world.upload(media.Sample("audio/ogg; codecs=opus", media.ogg_opus().data))
    heard = await world.send("audio", {"id": voice, "voice": True})
    await world.statuses_of(heard, 3)
    await world.operate("POST", f"/phones/{PHONE}/played", json={"message_id": heard})
    await world.statuses_of(await world.send("text", TEXT, to=STRANGER), 1)

    told = await values_with(world, "statuses", 5)

    has = {value["statuses"][0]["status"]: "contacts" in value for value in told}
    assert has == dict.fromkeys(("sent", "delivered", "read", "played", "failed"), has_contacts)


@CLOUD
async def test_a_failed_status_names_its_addressee_as_the_message_did(world: World) -> None:
    by_number = await world.send("text", TEXT, to=STRANGER)
    user_id = await id_of(world)
    await world.advance(hours=25)
    by_id = (await send_to_user(world, user_id)).json["messages"][0]["id"]

    told = {value["statuses"][0]["id"]: value for value in await values_with(world, "statuses", 2)}

    named = {
        sent: (value["contacts"], value["statuses"][0].keys() & {"recipient_id", "recipient_user_id"})
        for sent, value in told.items()
    }
    assert named == {
        by_number: ([{"wa_id": STRANGER}], {"recipient_id"}),
        by_id: ([{"user_id": user_id}], {"recipient_user_id"}),
    }


@META
async def test_a_restart_keeps_username_and_acquaintance(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await world.phone(STRANGER, username="jopark")
        await world.statuses_of(await world.send("template", HELLO, to=STRANGER), 3)
        await world.phone("4915550003333", username="samito")

    async with open_world(face, tmp_path / "data") as world:
        await world.write("text", TEXT, phone=STRANGER)
        await world.write("text", TEXT, phone="4915550003333")

        told = [value["messages"][0].get("from") for value in await values_with(world, "messages", 2)]
        assert told == [STRANGER, None]


# -- The same in a dialect that has numbers only --------------------------------------------------------------------


@ONPREM
async def test_on_premises_a_hidden_user_is_held_back_and_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await world.phone(STRANGER, username="jopark")

    await world.write("text", TEXT, phone=STRANGER)
    await world.write("text", TEXT)

    assert (await world.inbound())["from"] == PHONE
    assert [record.getMessage() for record in caplog.records].count("message.held_back") == 1


@ONPREM
@pytest.mark.parametrize("flags", [{"hidden_users": "pseudo"}])
async def test_on_premises_a_hidden_user_can_have_a_number_that_is_none_and_be_answered(world: World) -> None:
    await world.phone(STRANGER, username="jopark", name="Jo Park")
    written = await world.write("text", TEXT, phone=STRANGER)
    message = await world.inbound()

    sent = await world.send("text", TEXT, to=message["from"])

    assert (message["id"], message["from"][0], len(message["from"])) == (written, "0", 15)
    told = await world.statuses_of(sent, 2)
    assert [(status["status"], status["recipient_id"]) for status in told] == [
        ("delivered", message["from"]),
        ("read", message["from"]),
    ]
    assert len(await world.shown_on(STRANGER)) == 1


@ONPREM
@pytest.mark.parametrize("flags", [{"hidden_users": "pseudo"}])
async def test_on_premises_another_number_of_a_hidden_user_is_told_as_other_digits(world: World) -> None:
    await world.phone(STRANGER, username="jopark", name="Jo Park")
    await world.write("text", TEXT, phone=STRANGER)

    await world.operate("POST", f"/phones/{STRANGER}/move", json={"wa_id": "4915550005555"})
    await world.write("text", TEXT, phone="4915550005555")

    await world.hook.wait_until(lambda: len(world.hook.messages()) == 3)
    former, told, later = world.hook.messages()
    assert [message["from"][0] for message in (former, later)] == ["0", "0"]
    assert (told["type"], told["from"]) == ("system", former["from"])
    assert told["system"] == {
        "body": f"User Jo Park changed from {former['from']} to {later['from']}",
        "new_wa_id": later["from"],
        "type": "user_changed_number",
    }


# -- Keys -----------------------------------------------------------------------------------------------------------


@CLOUD
async def test_a_message_for_other_keys_than_the_users_is_refused(world: World) -> None:
    await world.operate("PUT", f"/numbers/{world.client.number}", json={"platform": {"identity_check": True}})
    await world.write("text", TEXT)
    known = (await values_with(world, "messages"))[0]["contacts"][0]["identity_key_hash"]
    assert await world.send("text", TEXT, recipient_identity_key_hash=known)

    await world.phone(identity="new")

    assert await world.refusal("text", TEXT, recipient_identity_key_hash=known) == (400, 137000)
    await world.write("text", TEXT)
    now = (await values_with(world, "messages", 2))[1]["contacts"][0]["identity_key_hash"]
    told = await world.statuses_of(await world.send("text", TEXT, recipient_identity_key_hash=now), 1)
    assert told[0]["recipient_identity_key_hash"] == now != known


@CLOUD
async def test_without_the_check_no_hash_is_told_or_looked_at(world: World) -> None:
    await world.write("text", TEXT)

    assert "identity_key_hash" not in (await values_with(world, "messages"))[0]["contacts"][0]
    assert await world.send("text", TEXT, recipient_identity_key_hash="0000")
