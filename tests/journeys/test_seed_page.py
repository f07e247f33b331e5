"""The page that Waypost was asked for: each object of its samples, as printed, with real media behind it.

# spec: seed-media-messages.txt
"""

import base64
from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, PHONE, World, code_of
from tests.journeys.faces import CLOUD, ONPREM
from tests.support import media
from tests.support.clients import Body
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


OGG = media.ogg_opus()
PDF = media.pdf()
JPEG = media.jpeg()
WEBP = media.sticker()
MP4 = media.mp4()

PROVIDERS = "/v1/settings/application/media/providers"
BASIC = {"name": "provider-name", "type": "www", "config": {"basic": {"username": "u", "password": "p:w"}}}
BEARER = {"name": "provider-name", "type": "www", "config": {"bearer": "secret-of-the-provider"}}
BASIC_HEADER = "Basic " + base64.b64encode(b"u:p:w").decode()
BEARER_HEADER = "Bearer secret-of-the-provider"


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


BY_ID: list[tuple[str, media.Sample, Body, str]] = [
    ("audio", OGG, {}, "[audio]"),
    (
        "document",
        PDF,
        {"caption": "your-document-caption-to-be-sent", "filename": "your-document-filename"},
        "your-document-caption-to-be-sent",
    ),
    ("video", MP4, {"caption": "your-video-caption"}, "your-video-caption"),
    ("image", JPEG, {"caption": "your-image-caption"}, "your-image-caption"),
    ("sticker", WEBP, {}, "[sticker]"),
]


@pytest.mark.parametrize(("kind", "sample", "more", "text"), BY_ID)
async def test_an_object_by_id_reaches_the_phone(
    world: World, kind: str, sample: media.Sample, more: Body, text: str
) -> None:
    media_id = await world.upload(sample)

    sent = await world.send(kind, {"id": media_id, **more})

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert (shown["type"], shown["body"], shown["media"]["mime_type"]) == (kind, text, sample.mime)
    assert shown["content"] == {"id": media_id, **more}
    assert await world.stored_bytes(shown) == sample.data


BY_LINK: list[tuple[str, media.Sample, str, Body]] = [
    ("document", PDF, "/the-url.pdf", {"caption": "your-document-caption"}),
    ("image", JPEG, "/IMAGE_URL", {}),
    ("image", JPEG, "/the-url", {"caption": "your-image-caption"}),
    ("sticker", WEBP, "/the-url", {}),
]


@pytest.mark.parametrize(("kind", "sample", "path", "more"), BY_LINK)
async def test_an_object_by_link_reaches_the_phone(
    world: World, files: Receiver, kind: str, sample: media.Sample, path: str, more: Body
) -> None:
    files.always = Answer(200, body=sample.data, headers={"Content-Type": sample.mime})

    sent = await world.send(kind, {"link": files.url_at(path), **more})

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert await world.stored_bytes(shown) == sample.data
    assert [(call.path, "authorization" in call.headers) for call in files.received] == [(path, False)]


CARDS = [{"name": {"formatted_name": "Rosa Prado"}, "phones": [{"phone": "+1 555 010 0142", "type": "CELL"}]}]
PLACE = {"latitude": 52.5, "longitude": 13.4, "name": "Berlin", "address": "Alexanderplatz"}


@pytest.mark.parametrize(
    ("named", "member", "body", "kind"),
    [
        ("contact", "contact", CARDS, "contacts"),
        ("contact", "contacts", CARDS, "contacts"),
        ("contacts", "contacts", CARDS, "contacts"),
        ("location", "location", PLACE, "location"),
        ("text", "text", {"body": "Hello"}, "text"),
    ],
)
async def test_the_types_without_media_reach_the_phone_under_either_name(
    world: World, named: str, member: str, body: Any, kind: str
) -> None:
    message = world.client.message(PHONE, "text", body)
    del message["text"]

    answer = await world.client.call("POST", world.client.messages_path, json={**message, "type": named, member: body})

    assert answer.status == world.client.sent_status
    assert await world.words_of(answer.json["messages"][0]["id"], world.told) == world.told_words
    assert [(shown["type"], shown["content"]) for shown in await world.shown_on()] == [(kind, body)]


async def test_the_misprinted_paths_work(world: World) -> None:
    paths = [world.client.messages_path, f"{world.client.messages_path}/", *world.client.aliases]
    message = world.client.message(PHONE, "text", {"body": "Hello"})

    answers = [await world.client.call("POST", path, json=message) for path in paths]

    assert [answer.status for answer in answers] == [world.client.sent_status] * len(paths)


# -- Providers: the credentials that On-Premises keeps for links --------------------------------------------------

WITH_PROVIDER: list[tuple[str, media.Sample, str, Body]] = [
    ("document", PDF, "the-provider-name/{url}", {"provider": {"name": "provider-name"}, "caption": "c"}),
    ("document", PDF, "provider-name/{url}", {"caption": "your-document-caption"}),
    ("image", JPEG, "{url}", {"provider": {"name": "provider-name"}, "caption": "your-image-caption"}),
    ("sticker", WEBP, "{url}", {"provider": {"name": "provider-name"}}),
]


@ONPREM
@pytest.mark.parametrize("credentials", [(BASIC, BASIC_HEADER), (BEARER, BEARER_HEADER)])
@pytest.mark.parametrize(("kind", "sample", "form", "more"), WITH_PROVIDER)
async def test_a_link_with_a_provider_is_fetched_with_its_credentials(
    world: World, files: Receiver, credentials: tuple[Body, str], kind: str, sample: media.Sample, form: str, more: Body
) -> None:
    files.always = Answer(200, body=sample.data, headers={"Content-Type": sample.mime})
    assert (await world.client.call("POST", PROVIDERS, json=[credentials[0]])).status == 200

    sent = await world.send(kind, {"link": form.format(url=files.url_at("/the-url")), **more})

    assert await world.words_of(sent, world.told) == world.told_words
    assert [(call.path, call.headers["authorization"]) for call in files.received] == [("/the-url", credentials[1])]


@pytest.mark.parametrize("face", ["onprem-key"])
async def test_a_program_for_360dialogs_on_premises_host_uses_providers_too(world: World, files: Receiver) -> None:
    files.always = Answer(200, body=PDF.data, headers={"Content-Type": PDF.mime})
    assert (await world.client.call("POST", PROVIDERS, json=[BEARER])).status == 200

    sent = await world.send("document", {"link": files.url_at("/d"), "provider": {"name": "provider-name"}})

    assert await world.words_of(sent, world.told) == world.told_words
    assert [call.headers["authorization"] for call in files.received] == [BEARER_HEADER]


@ONPREM
@pytest.mark.parametrize("flags", [{"fetch_allow": LOOPBACK, "max_redirects": 3}])
async def test_credentials_of_a_provider_never_reach_another_host(world: World, files: Receiver) -> None:
    async with Receiver() as other:
        other.always = Answer(200, body=PDF.data, headers={"Content-Type": PDF.mime})
        files.always = Answer(302, headers={"Location": other.url_at("/moved.pdf")})
        await world.client.call("POST", PROVIDERS, json=[BASIC])

        sent = await world.send("document", {"link": files.url_at("/d.pdf"), "provider": {"name": "provider-name"}})

        assert await world.words_of(sent, world.told) == world.told_words
        assert [call.headers.get("authorization") for call in files.received] == [BASIC_HEADER]
        assert [call.headers.get("authorization") for call in other.received] == [None]


@ONPREM
async def test_a_provider_that_is_not_configured_fails_on_the_webhook_and_nothing_is_fetched(
    world: World, files: Receiver
) -> None:
    sent = await world.send("image", {"link": files.url_at("/x"), "provider": {"name": "nobody"}})

    [failed] = await world.statuses_of(sent, 1)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 1014)
    assert "'nobody' is not configured" in failed["errors"][0]["details"]
    assert files.received == []


@CLOUD
@pytest.mark.parametrize(("kind", "sample", "form", "more"), WITH_PROVIDER)
async def test_the_cloud_faces_know_no_providers(
    world: World, files: Receiver, kind: str, sample: media.Sample, form: str, more: Body
) -> None:
    files.always = Answer(200, body=sample.data)
    body = {"link": form.format(url=files.url_at("/the-url")), **more}

    answer = await world.client.send(PHONE, kind, body)

    assert code_of(world.client, answer) == (400, 100)
    assert files.received == []
