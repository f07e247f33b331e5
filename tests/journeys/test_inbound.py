"""A user writes: what the webhook is told, the file behind it, and what the business can do with it."""

import base64
import hashlib
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World, code_of
from tests.journeys.faces import CLOUD
from tests.support import media
from tests.support.clients import Body, MetaClient
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


JPEG = media.jpeg()
OGG = media.ogg_opus()
WEBP = media.sticker()
PDF = media.pdf()
CARD = {"name": {"formatted_name": "Ada", "first_name": "Ada"}, "phones": [{"phone": "+4930123", "type": "CELL"}]}


WRITTEN: list[tuple[str, Any]] = [
    ("text", {"body": "Grüße 👋"}),
    ("location", {"latitude": 52.5, "longitude": 13.4, "name": "Berlin", "address": "Mitte"}),
]


@pytest.mark.parametrize(("kind", "body"), WRITTEN)
async def test_what_a_user_writes_arrives_as_it_is(world: World, kind: str, body: Any) -> None:
    await world.phone(name="Ada")

    written = await world.write(kind, body)

    told = await world.inbound()
    assert (told["id"], told["from"], told["type"], told[kind]) == (written, PHONE, kind, body)
    assert told["timestamp"].isdigit()
    [contact] = next(world.hook.received[0].values())["contacts"]
    assert (contact["profile"], contact["wa_id"]) == ({"name": "Ada"}, PHONE)


async def test_a_contact_card_arrives_with_what_was_filled_in(world: World) -> None:
    """The On-Premises dialect names every list, empty ones too."""
    await world.write("contacts", [CARD])

    [card] = (await world.inbound())["contacts"]

    assert {name: value for name, value in card.items() if value} == CARD


FILES: list[tuple[str, media.Sample, Body]] = [
    ("image", JPEG, {"caption": "Look"}),
    ("video", media.mp4(), {}),
    ("document", PDF, {"filename": "Rechnung März.pdf", "caption": "Here"}),
    ("sticker", WEBP, {}),
    ("audio", media.mp3(), {}),
]


@pytest.mark.parametrize(("kind", "sample", "more"), FILES)
async def test_a_users_file_can_be_downloaded_by_its_id(
    world: World, kind: str, sample: media.Sample, more: Body
) -> None:
    await world.write_file(kind, sample, **more)

    told = (await world.inbound())[kind]
    digest = hashlib.sha256(sample.data).digest()
    expected = world.either(cloud=base64.b64encode(digest).decode(), onprem=digest.hex())
    assert (told["mime_type"], told["sha256"]) == (sample.mime, expected)
    assert {name: told[name] for name in more} == more
    got = await world.client.download(told["id"])
    assert (got.status, got.headers["Content-Type"], got.body) == (200, sample.mime, sample.data)


async def test_a_user_sends_a_file_that_was_uploaded_before(world: World) -> None:
    uploaded = world.client.media_id(await world.client.upload(JPEG.data, JPEG.mime))

    await world.write("image", {"id": uploaded, "caption": "Look"})

    told = (await world.inbound())["image"]
    assert (told["mime_type"], told["caption"], told["id"] == uploaded) == (JPEG.mime, "Look", False)
    assert (await world.client.download(told["id"])).body == JPEG.data


async def test_a_voice_message_is_a_flag_or_a_type_of_its_own(world: World) -> None:
    await world.write_file("audio", OGG, voice=True)

    told = await world.inbound()
    kind = world.either(cloud="audio", onprem="voice")
    assert (told["type"], told[kind]["mime_type"].partition(";")[0]) == (kind, "audio/ogg")
    assert told[kind].get("voice") is world.either(cloud=True, onprem=None)
    assert (await world.client.download(told[kind]["id"])).body == OGG.data


async def test_a_reply_names_the_message_it_answers(world: World) -> None:
    sent = await world.send("text", {"body": "Ready?"})

    await world.write("text", {"body": "Yes"}, context={"id": sent})

    assert (await world.inbound())["context"] == {"from": NUMBER, "id": sent}


async def test_a_reaction_names_the_message_it_is_on(world: World) -> None:
    sent = await world.send("text", {"body": "Ready?"})

    await world.write("reaction", {"message_id": sent, "emoji": "👍"})

    told = await world.inbound()
    assert (told["type"], told["reaction"]) == ("reaction", {"message_id": sent, "emoji": "👍"})


@pytest.mark.parametrize("reaction", [{}, {"emoji": ""}])
async def test_a_reaction_that_is_taken_back_has_no_emoji(world: World, reaction: Body) -> None:
    sent = await world.send("text", {"body": "Ready?"})

    await world.write("reaction", {"message_id": sent, **reaction})

    told = await world.inbound()
    expected = {"message_id": sent, **world.either(cloud={}, onprem={"emoji": ""})}
    assert (told["type"], told["reaction"]) == ("reaction", expected)


async def test_a_file_that_a_user_sent_can_be_sent_on(world: World) -> None:
    await world.write_file("image", JPEG)
    media_id = (await world.inbound())["image"]["id"]

    sent = await world.send("image", {"id": media_id})

    assert await world.words_of(sent, world.told) == world.told_words


# -- Mark as read -------------------------------------------------------------------------------------------------


async def test_a_message_is_marked_as_read(world: World) -> None:
    written = await world.write("text", {"body": "Hello"})

    answer = await world.client.mark_read(written)

    assert answer.status == 200
    if world.client.dialect == "cloud":
        assert answer.json == {"success": True}


@CLOUD
async def test_a_typing_indicator_marks_it_too(world: World) -> None:
    written = await world.write("text", {"body": "Hello"})
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": written}

    answer = await world.client.call(
        "POST", world.client.messages_path, json={**body, "typing_indicator": {"type": "text"}}
    )

    assert (answer.status, answer.json) == (200, {"success": True})


@pytest.mark.parametrize("which", ["unknown", "sent by the business", "garbage"])
async def test_only_what_a_user_wrote_can_be_marked(world: World, which: str) -> None:
    written = await world.write("text", {"body": "Hello"})
    sent = await world.send("text", {"body": "Hello"})
    message_id = {"unknown": f"{written[:-8]}AAAAAAAA", "sent by the business": sent, "garbage": "x"}[which]

    refused = await world.client.mark_read(message_id)

    assert code_of(world.client, refused) == world.either(cloud=(400, 131009), onprem=(404, 1006))


# -- How long a file lives ----------------------------------------------------------------------------------------


async def test_a_users_file_can_be_had_for_seven_days(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await world.write_file("image", JPEG)
    media_id = (await world.inbound())["image"]["id"]
    await world.advance(days=7, seconds=-1)
    assert (await world.client.download(media_id)).status == 200

    await world.advance(seconds=1)

    assert (await world.client.download(media_id)).status == world.either(cloud=400, onprem=404)
    assert (await world.refusal("image", {"id": media_id}))[0] == 400


async def test_an_uploaded_file_can_be_had_for_thirty_days(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    media_id = await world.upload(JPEG)
    await world.advance(days=30, seconds=-1)
    assert (await world.client.download(media_id)).status == 200

    await world.advance(seconds=1)

    assert (await world.client.download(media_id)).status == world.either(cloud=400, onprem=404)
    assert (await world.refusal("image", {"id": media_id}))[0] == 400


@CLOUD
@pytest.mark.parametrize("source", ["looked up", "in the webhook"])
async def test_a_media_url_works_for_five_minutes(world: World, source: str) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await world.write_file("image", JPEG)
    told = (await world.inbound())["image"]
    assert isinstance(world.client, MetaClient)
    looked_up = (await world.client.look_up(told["id"])).json["url"]
    url = {"looked up": looked_up, "in the webhook": told["url"]}[source]
    await world.advance(seconds=300)
    assert (await world.client.call("GET", url)).body == JPEG.data

    await world.advance(seconds=1)

    assert (await world.client.call("GET", url)).status == 404
    assert (await world.client.download(told["id"])).status == 200


@CLOUD
async def test_a_media_url_needs_the_credential_and_must_not_be_altered(world: World) -> None:
    media_id = await world.upload(JPEG)
    assert isinstance(world.client, MetaClient)
    found = (await world.client.look_up(media_id)).json

    async with world.client.session.get(found["url"]) as bare:
        assert bare.status == 401
    assert (await world.client.call("GET", found["url"].replace("hash=", "hash=x"))).status == 404
    assert (await world.client.call("GET", found["url"].replace("mid=", "mid=1"))).status == 404
    assert (found["sha256"], found["file_size"], found["mime_type"], found["id"]) == (
        hashlib.sha256(JPEG.data).hexdigest(),
        len(JPEG.data),
        "image/jpeg",
        media_id,
    )
