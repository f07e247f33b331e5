"""Everything that a user can send arrives in the shape of the platform's own samples, on every face."""

from io import BytesIO
from typing import Any

import aiohttp
import pytest
from tests.journeys.conftest import PHONE, World
from tests.journeys.faces import META
from tests.support import inbound, media
from tests.support.clients import Body
from tests.support.receiver import Received
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


ACTIONS = frozenset({"request_welcome", "status_played", "user_preferences_stop"})
"""Samples of what is no message that somebody writes."""
CASES = [("meta", name) for name in inbound.samples("cloud", but=ACTIONS)]
CASES += [("proxy", name) for name in inbound.samples("cloud", but=ACTIONS)]
CASES += [("onprem", name) for name in inbound.samples("onprem")]
NEWER = {"contacts": [{"user_id": "string"}], "messages": [{"from_user_id": "string"}]}
"""What came after the samples were written. # spec: cloud-api.md#7.4"""


async def told_of(world: World, play: Body) -> Body:
    """Let the user do something, and return the value of the webhook that tells it."""
    sent = await world.send("text", {"body": "Ready?"})
    await world.statuses_of(sent, world.told)
    written = await world.write("text", {"body": "Is it ready?"})
    await world.inbound()
    message = inbound.named(play, {"$sent": sent, "$written": written})
    before = len(world.hook.received)
    await world.operate("POST", f"/phones/{PHONE}/messages", json=message)
    await world.hook.wait_for_count(before + 1)
    return dict(next(world.hook.received[before].values()))


def with_newer(shape: Body) -> Body:
    """Return a sample's shape with the members of the shape of 2026."""
    return {name: _with(members, NEWER.get(name)) for name, members in shape.items()}


def _with(members: Any, newer: Any) -> Any:
    return [dict(sorted({**members[0], **newer[0]}.items()))] if newer else members


@pytest.mark.parametrize(("face", "name"), CASES)
async def test_what_a_user_sends_has_the_shape_of_the_sample(world: World, name: str) -> None:
    told = await told_of(world, inbound.PLAYS[name])

    expected = inbound.shape(inbound.sample(world.client.dialect, name))
    assert inbound.shape(told) == world.either(cloud=with_newer(expected), onprem=expected)


@pytest.mark.parametrize(("face", "name"), CASES)
async def test_what_a_user_sends_is_written_in_the_order_of_the_sample(world: World, name: str) -> None:
    told = await told_of(world, inbound.PLAYS[name])

    printed = inbound.sample(world.client.dialect, name)
    assert inbound.order(told, printed) == inbound.order(printed, printed)


async def test_an_edit_names_the_message_and_says_what_it_says_now(world: World) -> None:
    written = await world.write("text", {"body": "Is it redy?"})
    await world.inbound()

    await world.write("edit", {"original_message_id": written, "message": {"type": "text", "text": {"body": "Ready?"}}})

    told = next((await last_call(world, 2)).values())["messages"][0]
    now = {"type": "text", "text": {"body": "Ready?"}}
    assert told["type"] == world.either(cloud="edit", onprem="unknown")
    assert told.get("edit") == world.either(cloud={"original_message_id": written, "message": now}, onprem=None)


async def test_a_deleted_message_is_named_by_the_id_it_came_with(world: World) -> None:
    written = await world.write("text", {"body": "Oops"})
    await world.inbound()

    await world.write("revoke", {"original_message_id": written})

    told = next((await last_call(world, 2)).values())
    if world.client.dialect == "cloud":
        assert told["messages"][0]["revoke"] == {"original_message_id": written}
    else:
        assert (told["statuses"][0]["status"], told["statuses"][0]["id"]) == ("deleted", written)


@META
async def test_a_new_caption_comes_with_the_file_it_stands_under(world: World) -> None:
    written = await world.write_file("image", media.jpeg(), caption="Bfore")
    image = (await world.inbound())["image"]

    edit = {"original_message_id": written, "message": {"type": "image", "image": {"caption": "Before"}}}
    await world.write("edit", edit)

    told = next((await last_call(world, 2)).values())["messages"][0]["edit"]["message"]
    kept = {name: image[name] for name in ("id", "mime_type", "sha256")}
    assert told == {"type": "image", "image": {"caption": "Before", **kept}}


@pytest.mark.parametrize(("code", "title"), [(131051, "Message type unknown"), (131060, "This message is currently")])
@META
async def test_what_cannot_be_shown_says_why(world: World, code: int, title: str) -> None:
    await world.write("unsupported", {"code": code})

    told = await world.inbound()
    assert (told["type"], told.get("unsupported"), told["errors"][0]["code"]) == ("unsupported", None, code)
    assert told["errors"][0]["title"].startswith(title)


async def test_a_message_that_disappears_comes_without_what_it_says(world: World) -> None:
    await world.operate("POST", f"/phones/{PHONE}/messages", json={"type": "ephemeral"})

    told = await world.inbound()
    assert told["type"] == world.either(cloud="unsupported", onprem="ephemeral")
    assert told["errors"][0]["code"] == world.either(cloud=131051, onprem=501)
    assert {"text", "unsupported", "ephemeral"}.isdisjoint(told)


async def test_a_file_that_cannot_be_fetched_comes_without_an_id(world: World) -> None:
    await world.write("image", {"unavailable": True, "mime_type": "image/jpeg", "caption": "Look"})

    told = await world.inbound()
    assert (told["type"], told["image"]["mime_type"], told["image"]["caption"]) == ("image", "image/jpeg", "Look")
    assert "id" not in told["image"]
    assert told["errors"][0]["code"] == world.either(cloud=131052, onprem=400)
    assert told["image"].get("status") == world.either(cloud=None, onprem="undownloaded")


@META
async def test_a_file_over_100_mb_comes_without_an_id_too(world: World) -> None:
    form = aiohttp.FormData()
    form.add_field("message", '{"type": "document", "document": {"filename": "film.mkv"}}')
    form.add_field("file", BytesIO(bytes(100 * 2**20 + 1)), filename="film.mkv", content_type="video/x-matroska")

    await world.operate("POST", f"/phones/{PHONE}/messages", data=form)

    told = await world.inbound()
    assert (told["document"], told["errors"][0]["code"]) == ({"filename": "film.mkv"}, 131052)


CALLS: list[Body] = [
    {"response": "accept", "expiration_timestamp": 1_900_000_000, "response_source": "user_action"},
    {"response": "reject", "response_source": "user_action"},
]


@pytest.mark.parametrize("reply", CALLS)
@pytest.mark.parametrize("face", ["meta", "onprem"])
async def test_an_answer_about_calls_is_told_where_there_are_calls(world: World, reply: Body) -> None:
    await world.write("interactive", {"type": "call_permission_reply", "call_permission_reply": reply})

    told = await world.inbound()
    assert told["type"] == world.either(cloud="interactive", onprem="unknown")
    assert told.get("interactive", {}).get("call_permission_reply") == world.either(cloud=reply, onprem=None)


@META
async def test_a_card_may_have_a_vcard_and_an_origin(world: World) -> None:
    card = {"name": {"formatted_name": "Ada"}, "vcard": "BEGIN:VCARD", "origin": "phone_book"}

    await world.write("contacts", [card])

    assert (await world.inbound())["contacts"] == [card]


@META
async def test_the_older_shape_of_a_changed_identity_can_be_told(world: World) -> None:
    system = {
        "type": "customer_identity_changed", "body": "Keys changed", "customer": PHONE,
        "identity": {"hash": "Qm9ndXM=", "acknowledged": False, "created_timestamp": 1_790_000_000_000},
    }  # fmt: skip

    await world.write("system", system)

    told = await world.inbound()
    assert (told["type"], told["system"], told["from"]) == ("system", system, PHONE)
    assert told["identity"] == system["identity"]
    [value] = world.hook.received[-1].values()
    assert value["contacts"][0]["wa_id"] == PHONE


TEXT = {"type": "text", "text": {"body": "x"}}
REFUSED: list[tuple[str, Body, str]] = [
    ("another's", {"type": "revoke", "revoke": {"original_message_id": "$sent"}}, "was not written by"),
    ("unknown", {"type": "revoke", "revoke": {"original_message_id": "wamid.AA"}}, "is no message between"),
    ("of a reaction", {"type": "revoke", "revoke": {"original_message_id": "$reaction"}}, "is of type reaction"),
    (
        "another type",
        {"type": "edit", "edit": {"original_message_id": "$written", "message": {"type": "image", "image": {}}}},
        "is of type text, and stays it",
    ),
    ("no content", {"type": "edit", "edit": {"original_message_id": "$written", "message": {"type": "text"}}}, "text"),
    ("reply and forwarded", {**TEXT, "context": {"id": "$sent", "forwarded": True}}, "not both"),
    (
        "product of nothing",
        {**TEXT, "context": {"referred_product": {"catalog_id": "1", "product_retailer_id": "2"}}},
        "context.id",
    ),
    ("off the planet", {"type": "location", "location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
    (
        "no JSON",
        {
            "type": "interactive",
            "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{"}},
        },
        "response_json",
    ),
    ("misspelt advertisement", {**TEXT, "referral": {"source_url": "u", "source_id": "1", "source_type": "tv"}}, "tv"),
]


@META
@pytest.mark.parametrize(("play", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_what_no_user_can_send_is_refused(world: World, play: Body, words: str) -> None:
    ids = {"$sent": await world.send("text", {"body": "Ready?"}), "$written": await world.write("text", {"body": "x"})}
    ids["$reaction"] = await world.write("reaction", {"message_id": ids["$sent"], "emoji": "👍"})

    refused = await world.control.call("POST", f"/phones/{PHONE}/messages", json=inbound.named(play, ids))

    assert refused.status == 400
    assert words in refused.json["error"]["message"]


async def last_call(world: World, count: int) -> Received:
    """Wait until the webhook was called so often, and return the last call."""
    return (await world.hook.wait_for_count(count))[count - 1]


@META
async def test_what_the_platform_says_of_a_user_opens_no_window(world: World) -> None:
    other = "4915550002222"

    await world.write("system", {"type": "user_changed_number", "wa_id": "4915550003333"}, phone=other)

    sent = await world.send("text", {"body": "Hello"}, to=other)
    assert await world.failure_of(sent) == (["failed"], 131047)
    assert NUMBER not in (await world.inbound())["system"].values()


@META
async def test_a_first_contact_can_be_written_like_any_other_message(world: World) -> None:
    await world.operate("POST", f"/phones/{PHONE}/messages", json={"type": "request_welcome"})

    value = (await world.hook.next()).json["entry"][0]["changes"][0]["value"]
    assert value["messages"][0]["type"] == "request_welcome"


@META
async def test_a_document_of_a_form_is_called_as_its_file(world: World) -> None:
    form = aiohttp.FormData()
    form.add_field("message", '{"type":"document","document":{}}')
    form.add_field("file", media.pdf().data, filename="receipt.pdf", content_type="application/pdf")

    await world.operate("POST", f"/phones/{PHONE}/messages", data=form)

    value = (await world.hook.next()).json["entry"][0]["changes"][0]["value"]
    document = value["messages"][0]["document"]
    assert document["filename"] == "receipt.pdf"
    assert "&source=webhook&ext=" in document["url"]
