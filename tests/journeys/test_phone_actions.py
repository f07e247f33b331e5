"""What a user does beside writing: read, listen, open a chat, take another number; and what they see."""

from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World
from tests.journeys.faces import CLOUD, META
from tests.support import inbound, media
from tests.support.clients import Body
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


NEW, NEWER = "4915550007777", "4915550008888"


async def act(world: World, action: str, phone: str = PHONE, **body: Any) -> Body:
    return await world.operate("POST", f"/phones/{phone}/{action}", json=body)


async def refusal(world: World, action: str, phone: str = PHONE, **body: Any) -> str:
    refused = await world.control.call("POST", f"/phones/{phone}/{action}", json=body)
    assert refused.status == 400
    return str(refused.json["error"]["message"])


async def voice(world: World) -> str:
    """Send a voice message that the user has read, and return its id."""
    media_id = await world.upload(media.Sample("audio/ogg; codecs=opus", media.ogg_opus().data))
    sent = await world.send("audio", {"id": media_id, "voice": True})
    await world.statuses_of(sent, 3)
    return sent


# -- Reading and listening ----------------------------------------------------------------------------------------


@CLOUD
async def test_a_voice_message_is_played_once(world: World) -> None:
    sent = await voice(world)

    first = await act(world, "played", message_id=sent)
    statuses = await world.statuses_of(sent, 4)
    again = await act(world, "played", message_id=sent)

    assert (first, again) == ({"first": True}, {"first": False})
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read", "played"]
    expected = inbound.shape(inbound.sample("cloud", "status_played")["statuses"][0])
    assert inbound.shape(statuses[3]) == dict(sorted({**expected, "recipient_user_id": "string"}.items()))
    assert [m["status"] for m in await world.shown_on()] == ["played"]


@CLOUD
async def test_the_value_of_played_is_that_of_the_sample_with_the_contacts_of_2026(world: World) -> None:
    sent = await voice(world)

    await act(world, "played", message_id=sent)

    read, played = [next((await world.hook.wait_for_status(sent, word)).values()) for word in ("read", "played")]
    assert sorted(played) == sorted([*inbound.sample("cloud", "status_played"), "contacts"])
    assert played["contacts"] == read["contacts"]


@META
async def test_who_plays_a_voice_message_has_read_it(world: World) -> None:
    await world.phone(reads=False)
    media_id = await world.upload(media.Sample("audio/ogg; codecs=opus", media.ogg_opus().data))
    sent = await world.send("audio", {"id": media_id, "voice": True})
    await world.statuses_of(sent, 2)

    await act(world, "played", message_id=sent)

    assert await world.words_of(sent, 4) == ["sent", "delivered", "read", "played"]


async def test_only_a_voice_message_can_be_played(world: World) -> None:
    sent = await world.send("text", {"body": "Hello"})
    await world.statuses_of(sent, world.told)

    assert "is no voice message" in await refusal(world, "played", message_id=sent)


@META
async def test_an_open_chat_skips_delivered_and_read_has_the_price(world: World) -> None:
    await world.phone(chat_open=NUMBER)

    sent = await world.send("text", {"body": "Hello"})

    told = await world.statuses_of(sent, 2)
    assert [status["status"] for status in told] == ["sent", "read"]
    assert told[1]["pricing"] == told[0]["pricing"]


@META
async def test_a_read_after_delivered_has_no_price(world: World) -> None:
    sent = await world.send("text", {"body": "Hello"})

    told = await world.statuses_of(sent, 3)

    assert ["pricing" in status for status in told] == [True, True, False]


async def test_an_open_chat_is_read_whatever_the_user_does_by_themselves(world: World) -> None:
    await world.phone(reads=False)
    sent = await world.send("text", {"body": "Hello"})
    await world.statuses_of(sent, world.told - 1)

    await world.phone(chat_open=NUMBER)

    assert (await world.words_of(sent, world.told))[-1] == "read"


async def test_without_read_receipts_the_user_reads_and_nobody_is_told(world: World) -> None:
    await world.phone(read_receipts=False)
    hidden = await world.send("text", {"body": "1"})
    await world.statuses_of(hidden, world.told - 1)

    await world.phone(read_receipts=True)
    shown = await world.send("text", {"body": "2"})

    await world.statuses_of(shown, world.told)
    assert await world.words_of(hidden, world.told - 1) == world.told_words[:-1]
    assert [m["status"] for m in await world.shown_on()] == ["read", "read"]


@META
async def test_without_read_receipts_an_open_chat_tells_delivered(world: World) -> None:
    await world.phone(read_receipts=False, chat_open=NUMBER)

    sent = await world.send("text", {"body": "Hello"})

    assert await world.words_of(sent, 2) == ["sent", "delivered"]


@META
async def test_a_phone_that_comes_back_gets_its_backlog_in_order(world: World) -> None:
    await world.phone(online=False)
    sent = [await world.send("text", {"body": str(number)}) for number in range(3)]
    assert [await world.words_of(message_id, 1) for message_id in sent] == [["sent"]] * 3

    await world.phone(online=True)

    await world.statuses_of(sent[2], 3)
    assert [m["id"] for m in await world.shown_on()] == sent
    assert [await world.words_of(message_id, 3) for message_id in sent] == [["sent", "delivered", "read"]] * 3


@META
async def test_a_chat_of_no_business_cannot_be_open(world: World) -> None:
    refused = await world.control.call("PATCH", f"/phones/{PHONE}", json={"chat_open": "15550009999"})

    assert (refused.status, NUMBER in refused.json["error"]["message"]) == (400, True)


# -- What the phone sees of the business --------------------------------------------------------------------------


async def test_the_phone_sees_which_of_its_messages_were_read(world: World) -> None:
    first, second = await world.write("text", {"body": "One"}), await world.write("text", {"body": "Two"})
    third = await world.write("text", {"body": "Three"})

    await world.client.mark_read(second)

    written = (await world.operate("GET", f"/phones/{PHONE}/messages"))["written"][-3:]
    name = world.either(cloud="id", onprem="onprem_id")
    assert [(m[name], m["body"], m["read"]) for m in written] == [
        (first, "One", True),
        (second, "Two", True),
        (third, "Three", False),
    ]


async def typing_to(world: World) -> list[Body]:
    return list((await world.operate("GET", f"/phones/{PHONE}/messages"))["typing"])


async def begin_typing(world: World) -> None:
    written = await world.write("text", {"body": "Hello"})
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": written}
    indicator = {"typing_indicator": {"type": "text"}}
    await world.client.call("POST", world.client.messages_path, json={**body, **indicator})


@CLOUD
async def test_typing_shows_for_25_seconds(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    await begin_typing(world)

    assert await typing_to(world) == [{"phone_number_id": NUMBER, "typing_until": "2027-01-31T12:00:25Z"}]
    await world.advance(seconds=24.9)
    assert len(await typing_to(world)) == 1
    await world.advance(seconds=0.1)
    assert await typing_to(world) == []


@META
async def test_an_answer_ends_the_typing(world: World) -> None:
    await begin_typing(world)

    await world.statuses_of(await world.send("text", {"body": "Hi"}), 3)

    assert await typing_to(world) == []


@META
async def test_marking_alone_shows_no_typing(world: World) -> None:
    await world.client.mark_read(await world.write("text", {"body": "Hello"}))

    assert await typing_to(world) == []


# -- Opening a chat -----------------------------------------------------------------------------------------------


async def greet(world: World) -> None:
    path = f"/v24.0/{NUMBER}/conversational_automation"
    answer = await world.client.call("POST", path, json={"enable_welcome_message": True})
    assert answer.status == 200, answer


@META
async def test_the_first_opening_of_a_chat_is_told_in_the_shape_of_the_sample(world: World) -> None:
    await greet(world)

    opened = await act(world, "open", STRANGER)

    told = inbound.shape(next((await world.hook.next()).values()))
    expected = inbound.shape(inbound.sample("cloud", "request_welcome"))
    newer = {"contacts": [{"user_id": "string"}], "messages": [{"from_user_id": "string"}]}
    assert told["messages"][0] == {**expected["messages"][0], **newer["messages"][0]}
    assert told["contacts"][0] == {**expected["contacts"][0], **newer["contacts"][0]}
    assert opened["welcome"]["wa_id"] == STRANGER
    assert await world.words_of(await world.send("text", {"body": "Welcome!"}, to=STRANGER), 1)


@META
async def test_a_chat_is_opened_for_the_first_time_once(world: World) -> None:
    await act(world, "open", STRANGER)
    await greet(world)

    assert await act(world, "open", STRANGER) == {"welcome": None}
    assert (await act(world, "open", NEW))["welcome"] is not None
    assert await act(world, "open", NEW) == {"welcome": None}
    assert await act(world, "open", PHONE) == {"welcome": None}


async def test_a_number_that_does_not_greet_is_not_told(world: World) -> None:
    assert await act(world, "open", STRANGER) == {"welcome": None}


# -- Another number -----------------------------------------------------------------------------------------------


async def test_a_user_takes_the_window_along_to_another_number(world: World) -> None:
    await world.phone(name="Jo Park")

    moved = await act(world, "move", wa_id=f"+{NEW}")

    told = (await world.inbound())["system"]
    new = world.either(cloud="wa_id", onprem="new_wa_id")
    words = f"User Jo Park changed from {PHONE} to {NEW}"
    assert {name: told[name] for name in ("body", new, "type")} == {
        "body": words, new: NEW, "type": "user_changed_number",
    }  # fmt: skip
    assert (moved["phone"]["wa_id"], moved["phone"]["name"], len(moved["told"])) == (NEW, "Jo Park", 1)
    text = await world.send("text", {"body": "Hello"}, to=NEW)
    assert await world.words_of(text, world.told) == world.told_words


@META
async def test_nobody_is_left_at_the_old_number(world: World) -> None:
    await act(world, "move", wa_id=NEW)

    text, template = await world.send("text", {"body": "Hello"}), {"name": "hello_world", "language": {"code": "en_US"}}

    assert (await world.failure_of(text))[1] == 131047
    assert (await world.failure_of(await world.send("template", template)))[1] == 131026
    assert "not on WhatsApp" in await refusal(world, "messages", type="text", text={"body": "x"})


@META
async def test_who_knows_the_old_number_only_is_told_what_the_user_does_under_the_new_one(world: World) -> None:
    await act(world, "move", wa_id=NEW)

    chosen = await act(world, "preferences", NEW, marketing="stop")
    again = await act(world, "move", NEW, wa_id=NEWER)

    assert (chosen["told"], len(again["told"])) == ([NUMBER], 1)
    await world.hook.wait_for_count(3)
    values = [call.json["entry"][0]["changes"][0]["value"] for call in world.hook.received]
    assert [value["messages"][0]["from"] for value in values if "messages" in value] == [PHONE, NEW]
    assert [value["contacts"][0]["wa_id"] for value in values if "contacts" in value] == [NEW]


@META
async def test_who_was_never_talked_to_is_not_told_of_a_new_number(world: World) -> None:
    assert (await act(world, "move", STRANGER, wa_id=NEW))["told"] == []


@META
@pytest.mark.parametrize(("new", "words"), [(PHONE, "the phone's own"), (NUMBER, "a business number"), ("12", "wa_id")])
async def test_a_number_that_nobody_can_take_is_refused(world: World, new: str, words: str) -> None:
    assert words in await refusal(world, "move", wa_id=new)
