"""A user taps what a message offers: the webhook is told what WhatsApp would tell, on every face."""

from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World
from tests.journeys.faces import META, ONPREM
from tests.support import interactive, media
from tests.support.clients import Body
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def tap(world: World, message_id: str, **what: Any) -> Body:
    """Tap, and return the message that the webhook is told."""
    await world.statuses_of(message_id, world.told)
    await world.operate("POST", f"/phones/{PHONE}/taps", json={"message_id": message_id, **what})
    return await world.inbound()


async def repair_ready(world: World) -> str:
    """Send a template with a quick reply, and return its id."""
    image = await world.upload(media.jpeg())
    words = [{"type": "text", "text": text} for text in ("Ada", "8841", "5 EUR", "noon")]
    components: list[Body] = [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": image}}]},
        {"type": "body", "parameters": words},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "8841"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "1",
         "parameters": [{"type": "payload", "payload": "stop-8841"}]},
    ]  # fmt: skip
    language = {"code": "en_US", "policy": "deterministic"}
    return await world.send("template", {"name": "repair_ready", "language": language, "components": components})


async def test_a_tapped_button_names_the_message_it_belongs_to(world: World) -> None:
    sent = await world.send("interactive", {"type": "button", **interactive.whole("button")})

    told = await tap(world, sent, button="Button 2")

    assert told["interactive"] == {"type": "button_reply", "button_reply": {"id": "b2", "title": "Button 2"}}
    assert (told["type"], told["context"]) == ("interactive", {"from": NUMBER, "id": sent})


async def test_a_chosen_row_comes_with_its_description(world: World) -> None:
    sent = await world.send("interactive", {"type": "list", **interactive.whole("list")})

    told = await tap(world, sent, row="r3")

    row = {"id": "r3", "title": "Row 3", "description": "About 45 minutes"}
    assert told["interactive"] == {"type": "list_reply", "list_reply": row}


async def test_a_quick_reply_of_a_template_comes_with_its_payload(world: World) -> None:
    sent = await repair_ready(world)

    told = await tap(world, sent, button="Stop updates")

    assert (told["type"], told["button"]) == ("button", {"payload": "stop-8841", "text": "Stop updates"})
    assert told["context"] == {"from": NUMBER, "id": sent}


@META
async def test_what_has_not_reached_the_phone_cannot_be_tapped(world: World) -> None:
    await world.phone(online=False)
    sent = await world.send("interactive", {"type": "button", **interactive.whole("button")})
    await world.statuses_of(sent, 1)

    refused = await world.control.call("POST", f"/phones/{PHONE}/taps", json={"message_id": sent, "button": "b1"})

    assert refused.status == 400
    assert "is not on the phone 15550001111: it is sent" in refused.json["error"]["message"]


@META
async def test_a_button_that_is_not_there_is_refused_with_those_that_are(world: World) -> None:
    sent = await world.send("interactive", {"type": "button", **interactive.whole("button")})
    await world.statuses_of(sent, 3)

    refused = await world.control.call("POST", f"/phones/{PHONE}/taps", json={"message_id": sent, "button": "Maybe"})

    assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_value")
    assert '"Button 1", "Button 2", "Button 3"' in refused.json["error"]["message"]


ROW = {"type": "list_reply", "list_reply": {"id": "r1", "title": "Row"}}
BUTTON = {"type": "button_reply", "button_reply": {"id": "b1", "title": "Button"}}
FORM = {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{}"}}
ANSWERS: list[tuple[str, str, Any]] = [
    ("list", "interactive", ROW),
    ("button", "interactive", BUTTON),
    ("flow", "interactive", FORM),
    ("template", "button", {"text": "Stop", "payload": "stop"}),
]


async def everything(world: World) -> Body:
    """Send one message of each kind that can be answered, then a text; return their ids by kind."""
    made = {
        kind: await world.send("interactive", {"type": kind, **interactive.whole(kind)})
        for kind in ("list", "button", "flow")
    }
    made["template"] = await repair_ready(world)
    made["text"] = await world.send("text", {"body": "Well?"})
    return made


@META
@pytest.mark.parametrize(("kind", "type_", "body"), ANSWERS)
async def test_an_answer_by_hand_quotes_the_newest_message_that_offers_it(
    world: World, kind: str, type_: str, body: Any
) -> None:
    sent = await everything(world)

    await world.write(type_, body)

    assert (await world.inbound())["context"] == {"from": NUMBER, "id": sent[kind]}


@ONPREM
async def test_the_message_that_an_answer_quotes_is_named_in_the_subscribers_dialect(world: World) -> None:
    sent = await world.send("interactive", {"type": "list", **interactive.whole("list")})

    await world.write("interactive", ROW)

    assert (await world.inbound())["context"] == {"from": NUMBER, "id": sent}


@META
async def test_an_answer_that_nothing_offers_quotes_the_newest_that_could_be_answered(world: World) -> None:
    await world.send("interactive", {"type": "list", **interactive.whole("list")})
    newest = await world.send("interactive", {"type": "list", **interactive.whole("list")})

    await world.write("interactive", BUTTON)

    assert (await world.inbound())["context"] == {"from": NUMBER, "id": newest}


@META
async def test_a_context_that_is_given_wins(world: World) -> None:
    sent = await everything(world)

    await world.write("interactive", ROW, context={"id": sent["text"]})

    assert (await world.inbound())["context"] == {"from": NUMBER, "id": sent["text"]}


@META
async def test_an_answer_in_an_empty_thread_quotes_nothing(world: World) -> None:
    await world.write("interactive", ROW)

    assert "context" not in await world.inbound()
