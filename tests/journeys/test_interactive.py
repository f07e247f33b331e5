"""Interactive messages of every kind, on every face that has them, as the user gets them."""

import asyncio
from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, World
from tests.journeys.faces import CLOUD, META, ONPREM
from tests.support import media
from tests.support.clients import Body
from tests.support.interactive import CLOUD_ONLY, KINDS, button, card, changed, places, quick, sections, whole
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


JPEG = media.jpeg()
PNG = media.png()
MP4 = media.mp4()


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "carousel"])
async def test_each_kind_reaches_the_phone_as_it_was_sent_where_the_dialect_has_it(world: World, kind: str) -> None:
    body = whole(kind)

    answer = await world.client.send("+15550001111", "interactive", body)

    if world.client.dialect == "onprem" and kind in CLOUD_ONLY:
        assert (answer.status, world.client.error_code(answer), await world.shown_on()) == (400, 1009, [])
        assert kind in answer.json["errors"][0]["details"]
        return
    assert await world.words_of(answer.json["messages"][0]["id"], world.told) == world.told_words
    [shown] = await world.shown_on()
    assert (shown["type"], shown["body"], shown["content"]) == ("interactive", "Which one?", body)
    assert (shown["media"], shown["more_media"]) == (None, [])


@pytest.mark.parametrize("kind", ["product", "call_permission_request"])
@CLOUD
async def test_a_message_without_a_text_is_listed_by_its_kind(world: World, kind: str) -> None:
    body = whole(kind)
    del body["body"]

    await world.words_of(await world.send("interactive", body), world.told)

    assert [shown["body"] for shown in await world.shown_on()] == [f"[{kind}]"]
    assert (await world.operate("GET", "/messages"))["messages"][0]["preview"] == f"[{kind}]"


HEADERS: list[tuple[str, media.Sample]] = [("image", JPEG), ("video", MP4), ("document", media.pdf())]


@pytest.mark.parametrize(("name", "sample"), HEADERS)
@pytest.mark.parametrize("source", ["id", "link"])
async def test_a_header_has_its_file_by_id_or_by_link(
    world: World, files: Receiver, name: str, sample: media.Sample, source: str
) -> None:
    files.always = Answer(200, body=sample.data, headers={"Content-Type": sample.mime})
    file = {"id": await world.upload(sample)} if source == "id" else {"link": files.url_at("/head")}
    body = changed(whole("button"), "header", {"type": name, name: file})

    sent = await world.send("interactive", body)

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert shown["content"]["header"] == {"type": name, name: file}
    assert await world.stored_bytes(shown) == sample.data


@pytest.mark.parametrize(("name", "sample"), [("image", media.pdf()), ("video", media.three_gp()), ("video", JPEG)])
async def test_a_header_of_the_wrong_file_type_fails_on_the_webhook(
    world: World, name: str, sample: media.Sample
) -> None:
    body = changed(whole("button"), "header", {"type": name, name: {"id": await world.upload(sample)}})

    sent = await world.send("interactive", body)

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131053, onprem=1014))


async def test_a_header_with_an_id_that_nobody_knows_is_refused(world: World) -> None:
    body = changed(whole("button"), "header", {"type": "image", "image": {"id": "123456789012345"}})

    assert await world.refusal("interactive", body) == (400, world.either(cloud=100, onprem=1009))


# -- Carousels ----------------------------------------------------------------------------------------------------


def carousel(*cards: Body) -> Body:
    return changed(whole("carousel"), "action.cards", list(cards))


async def stored_bytes_of(world: World, views: list[Body]) -> list[bytes]:
    return [await world.stored_bytes({"media": view}) for view in views]


@CLOUD
async def test_a_carousel_shows_the_file_of_each_card_in_order(world: World, files: Receiver) -> None:
    files.always = Answer(200, body=MP4.data, headers={"Content-Type": MP4.mime})
    jpeg, png = await world.upload(JPEG), await world.upload(PNG)
    body = carousel(
        card(0, video={"link": files.url_at("/city.mp4")}), card(1, image={"id": jpeg}), card(2, image={"id": png})
    )

    sent = await world.send("interactive", body)

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert shown["content"] == body
    assert await stored_bytes_of(world, [shown["media"], *shown["more_media"]]) == [MP4.data, JPEG.data, PNG.data]
    detail = await world.operate("GET", f"/messages/{sent}")
    assert [detail["media"], *detail["more_media"]] == [shown["media"], *shown["more_media"]]


@META
async def test_a_carousel_of_quick_replies_with_the_link_last(world: World, files: Receiver) -> None:
    files.always = Answer(200, body=PNG.data, headers={"Content-Type": PNG.mime})
    jpeg = await world.upload(JPEG)
    cards = [card(0, image={"id": jpeg}), card(1, image={"id": jpeg}), card(2, image={"link": files.url_at("/a.png")})]
    body = carousel(*({**each, "action": quick("Yes", "No")} for each in cards))

    sent = await world.send("interactive", body)

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert await stored_bytes_of(world, [shown["media"], *shown["more_media"]]) == [JPEG.data, JPEG.data, PNG.data]
    assert [call.path for call in files.received] == ["/a.png"]


@META
async def test_a_carousel_with_one_unknown_id_is_refused_and_its_id_is_named(world: World) -> None:
    body = carousel(card(0, image={"id": await world.upload(JPEG)}), card(1, image={"id": "123456789012345"}))

    answer = await world.client.send("+15550001111", "interactive", body)

    assert (answer.status, world.client.error_code(answer)) == (400, 100)
    details = answer.json["error"]["error_data"]["details"]
    assert details.startswith(
        "Param image['id'] is not a valid whatsapp business account media attachment ID: 12345678"
    )


@META
async def test_a_carousel_with_one_dead_link_fails_on_the_webhook(world: World, files: Receiver) -> None:
    files.always = Answer(404)
    body = carousel(card(0, image={"id": await world.upload(JPEG)}), card(1, image={"link": files.url_at("/gone.jpg")}))

    sent = await world.send("interactive", body)

    assert await world.failure_of(sent) == (["failed"], 131053)
    assert await world.shown_on() == []


@META
async def test_a_card_whose_file_is_deleted_later_is_shown_without_it(world: World) -> None:
    gone = await world.upload(PNG)
    body = carousel(card(0, image={"id": await world.upload(JPEG)}), card(1, image={"id": gone}))
    await world.words_of(await world.send("interactive", body), world.told)

    await world.client.delete(gone)

    [shown] = await world.shown_on()
    assert (shown["media"]["mime_type"], shown["more_media"]) == ("image/jpeg", [None])


async def test_a_carousel_is_for_the_cloud_only(world: World) -> None:
    links = carousel(*(card(number, image={"link": "https://127.0.0.1:1/a.jpg"}) for number in range(2)))

    answer = await world.client.send("+15550001111", "interactive", links)

    assert answer.status == world.either(cloud=200, onprem=400)


# -- Limits: each dialect has its codes ---------------------------------------------------------------------------

REFUSED: list[tuple[str, str, Any, int]] = [
    ("button", "action.buttons", [button(number) for number in range(4)], 1009),
    ("button", "action.buttons.0.reply.title", "x" * 21, 1009),
    ("list", "action.sections", [], 2015),
    ("list", "action.sections", sections(6, 5), 2016),
    ("flow", "action.parameters.flow_cta", "Start 🚲", 2017),
    ("product_list", "action.sections.0.product_items", [{"product_retailer_id": "p"}] * 31, 2023),
    ("list", "header", {"type": "image", "image": {"id": "1"}}, 2036),
    ("product", "header", {"type": "text", "text": "Hi"}, 2036),
    ("button", "type", "order_details", 1009),
]


@pytest.mark.parametrize(("kind", "path", "value", "onprem"), REFUSED)
async def test_a_limit_is_refused_at_once(world: World, kind: str, path: str, value: Any, onprem: int) -> None:
    body = changed(whole(kind), path, value)

    assert await world.refusal("interactive", body) == (400, world.either(cloud=131009, onprem=onprem))
    assert await world.shown_on() == []


async def test_outside_the_window_an_interactive_message_fails_on_the_webhook(world: World) -> None:
    sent = await world.send("interactive", whole("button"), to="4915550002222")

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131047, onprem=470))


ODD: list[Any] = [None, True, -1, 1.5, 2**60, "", " ", "\u202e\ufeff", "x" * 5_000, [], [[]], {}, {"type": "text"}]


@pytest.mark.parametrize("flags", [{"rules": "relaxed"}])
@pytest.mark.parametrize("face", ["meta", "onprem"])
@pytest.mark.parametrize("kind", ["button", "list", "flow", "address_message", "carousel"])
async def test_an_odd_value_in_any_place_is_taken_or_refused_and_never_our_fault(world: World, kind: str) -> None:
    bodies = [changed(whole(kind), path, value) for path in places(whole(kind)) for value in ODD]

    answers = await asyncio.gather(*(world.client.send("+15550001111", "interactive", body) for body in bodies))

    assert {answer.status for answer in answers} <= {world.client.sent_status, 400}


# -- What other types say of the dialects -------------------------------------------------------------------------


@pytest.mark.parametrize(("sample", "arrives"), [(media.ogg_opus(), True), (media.mp3(), False)])
@pytest.mark.parametrize("source", ["id", "link"])
async def test_a_voice_message_is_ogg_with_opus_and_for_the_cloud_only(
    world: World, files: Receiver, source: str, sample: media.Sample, *, arrives: bool
) -> None:
    files.always = Answer(200, body=sample.data, headers={"Content-Type": sample.mime})
    file = {"id": await world.upload(sample)} if source == "id" else {"link": files.url_at("/voice")}

    answer = await world.client.send("+15550001111", "audio", {**file, "voice": True})

    if world.client.dialect == "onprem":
        assert (answer.status, world.client.error_code(answer)) == (400, 1010)
        return
    [first, *_] = await world.statuses_of(answer.json["messages"][0]["id"], 3 if arrives else 1)
    assert (first["status"], [error["code"] for error in first.get("errors", [])]) == (
        ("sent", []) if arrives else ("failed", [131053])
    )


@META
async def test_a_link_that_was_fetched_as_a_sound_is_looked_at_anew_as_a_voice(world: World, files: Receiver) -> None:
    mp3 = media.mp3()
    files.always = Answer(200, body=mp3.data, headers={"Content-Type": mp3.mime})
    link = {"link": files.url_at("/sound")}
    assert await world.words_of(await world.send("audio", link), 3) == world.told_words

    voice = await world.send("audio", {**link, "voice": True})

    assert await world.failure_of(voice) == (["failed"], 131053)


async def test_a_template_is_sent_without_its_quote(world: World) -> None:
    asked = await world.write("text", {"body": "Hello?"})
    hello = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}

    sent = await world.send("template", hello, context={"message_id": asked})

    assert await world.words_of(sent, world.told) == world.told_words
    assert [shown["context_id"] for shown in await world.shown_on()] == [None]


async def test_a_reaction_cannot_quote(world: World) -> None:
    asked = await world.write("text", {"body": "Hello?"})
    reaction = {"message_id": asked, "emoji": "👍"}

    refused = await world.refusal("reaction", reaction, context={"message_id": asked})

    assert refused == (400, world.either(cloud=100, onprem=1010))


@ONPREM
@pytest.mark.parametrize(
    ("kind", "body", "ttl", "code"),
    [
        ("text", {"body": "Hi"}, "P1D", 1010),
        ("template", {"name": "hello_world", "language": {"code": "en_US"}}, "tomorrow", 1009),
        ("template", {"name": "hello_world", "language": {"code": "en_US"}}, "P", 1009),
        ("template", {"name": "hello_world", "language": {"code": "en_US"}}, -1, 1009),
    ],
)
async def test_a_life_is_for_templates_only(world: World, kind: str, body: Body, ttl: Any, code: int) -> None:
    assert await world.refusal(kind, body, ttl=ttl) == (400, code)


@ONPREM
@pytest.mark.parametrize("ttl", ["P1D", "PT2H30M", "P1DT12H", "86400", 86_400])
async def test_a_template_may_have_a_life(world: World, ttl: Any) -> None:
    sent = await world.send("template", {"name": "hello_world", "language": {"code": "en_US"}}, ttl=ttl)

    assert await world.words_of(sent, world.told) == world.told_words
