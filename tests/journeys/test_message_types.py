"""Every message type, sent on every face, as the user gets it; and its limits."""

from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, PHONE, World
from tests.journeys.faces import CLOUD, ONPREM
from tests.support import media
from tests.support.clients import Body
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


JPEG = media.jpeg()
PDF = media.pdf()
CARD = {
    "name": {"formatted_name": "Rosa Prado", "first_name": "Rosa", "last_name": "Prado"},
    "phones": [{"phone": "+1 555 010 0142", "type": "WORK", "wa_id": "15550100142"}],
    "emails": [{"email": "rosa@example.com", "type": "WORK"}],
    "addresses": [{"street": "Calle 1", "city": "León", "country_code": "ES", "type": "HOME"}],
    "org": {"company": "Prado", "department": "Sales", "title": "Head"},
    "urls": [{"url": "https://example.com", "type": "WORK"}],
    "birthday": "1990-02-28",
}


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


PLAIN: list[tuple[str, Any, str]] = [
    ("text", {"body": "Grüße 👋 / *bold*"}, "Grüße 👋 / *bold*"),
    ("location", {"latitude": 52.52, "longitude": 13.4, "name": "Berlin", "address": "Mitte"}, "[location] Berlin"),
    ("location", {"latitude": -33.5, "longitude": 151.2}, "[location] -33.5, 151.2"),
    ("contacts", [CARD], "[contacts]"),
]


@pytest.mark.parametrize(("kind", "body", "text"), PLAIN)
async def test_a_message_without_a_file_reaches_the_phone_as_it_was_sent(
    world: World, kind: str, body: Any, text: str
) -> None:
    sent = await world.send(kind, body)

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert (shown["type"], shown["body"], shown["content"]) == (kind, text, body)


FILES: list[tuple[str, media.Sample, Body]] = [
    ("image", JPEG, {"caption": "Your bike"}),
    ("image", media.png(), {}),
    ("audio", media.mp3(), {}),
    ("audio", media.aac(), {}),
    ("audio", media.amr(), {}),
    ("audio", media.m4a(), {}),
    ("audio", media.ogg_opus(), {}),
    ("video", media.mp4(), {"caption": "Look"}),
    ("video", media.three_gp(), {}),
    ("document", PDF, {"caption": "Invoice", "filename": "Rechnung März.pdf"}),
    ("document", media.xlsx(), {}),
    ("sticker", media.sticker(), {}),
]


@pytest.mark.parametrize(("kind", "sample", "more"), FILES)
async def test_a_file_by_id_reaches_the_phone(world: World, kind: str, sample: media.Sample, more: Body) -> None:
    media_id = await world.upload(sample)

    sent = await world.send(kind, {"id": media_id, **more})

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert (shown["type"], shown["content"]) == (kind, {"id": media_id, **more})
    assert (shown["media"]["mime_type"].partition(";")[0], shown["media"]["size"]) == (sample.mime, len(sample.data))
    assert await world.stored_bytes(shown) == sample.data


@pytest.mark.parametrize(("kind", "sample", "more"), FILES)
async def test_a_file_by_link_reaches_the_phone(
    world: World, files: Receiver, kind: str, sample: media.Sample, more: Body
) -> None:
    files.always = Answer(200, body=sample.data, headers={"Content-Type": sample.mime})
    link = files.url_at("/file?sig=%2B")

    sent = await world.send(kind, {"link": link, **more})

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert shown["content"] == {"link": link, **more}
    assert await world.stored_bytes(shown) == sample.data


async def test_a_moving_sticker_is_for_the_cloud_only(world: World) -> None:
    media_id = await world.upload(media.animated_sticker(frames=12).padded_to(150_000))

    sent = await world.send("sticker", {"id": media_id})

    expected = world.either(cloud=["sent"], onprem=["failed"])
    assert (await world.words_of(sent, 1))[:1] == expected


async def test_a_reply_quotes_what_the_user_wrote(world: World) -> None:
    asked = await world.write("text", {"body": "Where is my bike?"})

    sent = await world.send("text", {"body": "Here"}, context={"message_id": asked})

    assert await world.words_of(sent, world.told) == world.told_words
    assert [shown["context_id"] for shown in await world.shown_on()] == [asked]


@pytest.mark.parametrize(("days", "shown"), [(30, True), (31, False)])
async def test_a_quote_of_what_is_over_30_days_old_is_dropped_and_the_message_sent(
    world: World, days: int, shown: bool
) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    asked = await world.write("text", {"body": "Where is my bike?"})
    await world.advance(days=days)
    await world.write("text", {"body": "Hello?"})

    sent = await world.send("text", {"body": "Here"}, context={"message_id": asked})

    assert await world.words_of(sent, world.told) == world.told_words
    assert [bool(message["context_id"]) for message in await world.shown_on()] == [shown]


async def test_a_quote_of_what_nobody_wrote_is_dropped_and_the_message_sent(world: World) -> None:
    await world.write("text", {"body": "Where is my bike?"})

    await world.words_of(
        await world.send("text", {"body": "Here"}, context={"message_id": "wamid.nobodys"}), world.told
    )

    assert [message["context_id"] for message in await world.shown_on()] == [None]


async def test_a_quote_of_what_the_user_had_deleted_is_dropped_and_the_message_sent(world: World) -> None:
    asked = await world.write("text", {"body": "Where is my bike?"})
    await world.write("revoke", {"original_message_id": asked})

    sent = await world.send("text", {"body": "Here"}, context={"message_id": asked})

    assert await world.words_of(sent, world.told) == world.told_words
    assert [message["context_id"] for message in await world.shown_on()] == [None]


async def test_a_quote_stays_when_the_user_deletes_what_it_quotes_later(world: World) -> None:
    asked = await world.write("text", {"body": "Where is my bike?"})
    sent = await world.send("text", {"body": "Here"}, context={"message_id": asked})
    assert await world.words_of(sent, world.told) == world.told_words

    await world.write("revoke", {"original_message_id": asked})

    assert [message["context_id"] for message in await world.shown_on()] == [asked]


# -- Reactions: only ever `sent` ----------------------------------------------------------------------------------


@pytest.fixture
def sent_is_told() -> Body:
    return {"webhooks": {"message": {"sent": True}}}


@pytest.mark.parametrize("emoji", ["👍", ""])
async def test_a_reaction_is_sent_and_never_delivered_or_read(world: World, sent_is_told: Body, emoji: str) -> None:
    asked = await world.write("text", {"body": "Thanks"})
    if world.client.dialect == "onprem":
        await world.client.call("PATCH", "/v1/settings/application", json=sent_is_told)

    reaction = await world.send("reaction", {"message_id": asked, "emoji": emoji})
    after = await world.send("text", {"body": "Goodbye"})

    assert (await world.words_of(after, 3)) == ["sent", "delivered", "read"]
    assert await world.words_of(reaction, 1) == ["sent"]
    assert (await world.shown_on())[0]["content"] == {"message_id": asked, "emoji": emoji}


@pytest.mark.parametrize("stranger", ["unknown", "of another user"])
async def test_a_reaction_to_no_message_of_the_thread_fails_on_the_webhook(world: World, stranger: str) -> None:
    of_another = await world.write("text", {"body": "Hi"}, phone="4915550009999")
    target = {"unknown": of_another[:-6] + "AAAAAA", "of another user": of_another}[stranger]

    reaction = await world.send("reaction", {"message_id": target, "emoji": "👍"})

    assert await world.failure_of(reaction) == (["failed"], world.either(cloud=131009, onprem=1009))


async def test_a_reaction_to_what_the_user_has_deleted_fails_on_the_webhook(world: World) -> None:
    gone = await world.write("text", {"body": "Oops"})
    await world.write("revoke", {"original_message_id": gone})

    reaction = await world.send("reaction", {"message_id": gone, "emoji": "👍"})

    assert await world.failure_of(reaction) == (["failed"], world.either(cloud=131009, onprem=1009))


# -- Templates ----------------------------------------------------------------------------------------------------


def body_of(*texts: str) -> Body:
    return {"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}


def url_button(text: str) -> Body:
    return {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": text}]}


def template(name: str, *components: Body, language: str = "en_US") -> Body:
    return {"name": name, "language": {"policy": "deterministic", "code": language}, "components": list(components)}


REPAIR_TEXT = "Hi Ana, ticket 7 is ready. The repair costs 12 €, pick it up by Friday."


TEMPLATES: list[tuple[Body, str]] = [
    (template("parcel_update", body_of("Ana", "3 €", "Monday")), "Hi Ana, pay 3 € before Monday."),
    (
        template(
            "parcel_update",
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "Ana"},
                    {
                        "type": "currency",
                        "currency": {"fallback_value": "$3.00", "code": "USD", "amount_1000": 3000},
                    },
                    {"type": "date_time", "date_time": {"fallback_value": "May 4"}},
                ],
            },
        ),
        "Hi Ana, pay $3.00 before May 4.",
    ),
    (
        template(
            "login_code",
            body_of("123456"),
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123456"}]},
        ),
        "123456 is your verification code.",
    ),
]


@pytest.mark.parametrize(("body", "text"), TEMPLATES)
async def test_a_template_is_shown_with_its_parameters_filled_in(world: World, body: Body, text: str) -> None:
    sent = await world.send("template", body)

    assert await world.words_of(sent, world.told) == world.told_words
    assert [shown["body"] for shown in await world.shown_on()] == [text]


NAMED = template(
    "repair_ready_named",
    {
        "type": "body",
        "parameters": [
            {"type": "text", "parameter_name": "ticket", "text": "7"},
            {"type": "text", "parameter_name": "first_name", "text": "Ana"},
        ],
    },
)


@CLOUD
async def test_named_parameters_are_filled_in_by_their_names(world: World) -> None:
    sent = await world.send("template", NAMED)

    assert await world.words_of(sent, world.told) == world.told_words
    assert [shown["body"] for shown in await world.shown_on()] == ["Hi Ana, ticket 7 is ready."]


@ONPREM
async def test_on_premises_has_no_named_parameters(world: World) -> None:
    assert await world.refusal("template", NAMED) == (400, 1010)


@pytest.mark.parametrize("source", ["id", "link"])
async def test_a_template_has_its_media_header_by_id_or_by_link(world: World, files: Receiver, source: str) -> None:
    files.always = Answer(200, body=JPEG.data, headers={"Content-Type": "image/jpeg"})
    image = {"id": await world.upload(JPEG)} if source == "id" else {"link": files.url_at("/head.jpg")}
    header = {"type": "header", "parameters": [{"type": "image", "image": image}]}

    sent = await world.send(
        "template", template("repair_ready", header, body_of("Ana", "7", "12 €", "Friday"), url_button("7"))
    )

    assert await world.words_of(sent, world.told) == world.told_words
    [shown] = await world.shown_on()
    assert shown["body"] == REPAIR_TEXT
    assert await world.stored_bytes(shown) == JPEG.data


async def test_a_document_header_keeps_its_file_name(world: World) -> None:
    document = {"id": await world.upload(PDF), "filename": "pass.pdf"}
    header = {"type": "header", "parameters": [{"type": "document", "document": document}]}
    button = {**url_button("x"), "index": 1}

    sent = await world.send("template", template("boarding_reminder", header, body_of("Ana"), button, language="es"))

    assert await world.words_of(sent, world.told) == world.told_words
    assert "pass.pdf" in str((await world.shown_on())[0]["content"])


async def test_a_header_of_the_wrong_file_type_fails_on_the_webhook(world: World) -> None:
    header = {"type": "header", "parameters": [{"type": "image", "image": {"id": await world.upload(PDF)}}]}
    body = template("repair_ready", header, body_of("Ana", "7", "12 €", "Friday"), url_button("7"))

    sent = await world.send("template", body)

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131053, onprem=1014))


# -- Limits -------------------------------------------------------------------------------------------------------

WAVE = "👋🏽"  # two code points


@pytest.mark.parametrize("body", ["x" * 4096, WAVE * 2048])
async def test_a_text_may_have_4096_characters(world: World, body: str) -> None:
    sent = await world.send("text", {"body": body})

    assert await world.words_of(sent, world.told) == world.told_words
    assert [shown["body"] for shown in await world.shown_on()] == [body]


async def test_a_caption_may_have_1024_characters(world: World) -> None:
    sent = await world.send("image", {"id": await world.upload(JPEG), "caption": "ü" * 1024})

    assert await world.words_of(sent, world.told) == world.told_words


TOO_LONG: list[tuple[str, Any]] = [
    ("text", {"body": "x" * 4097}),
    ("text", {"body": WAVE * 2048 + "!"}),
    ("image", {"link": "https://127.0.0.1/a.jpg", "caption": "x" * 1025}),
    ("video", {"link": "https://127.0.0.1/a.mp4", "caption": "x" * 1025}),
    ("document", {"link": "https://127.0.0.1/a.pdf", "caption": "x" * 1025}),
]


@pytest.mark.parametrize(("kind", "body"), TOO_LONG)
async def test_one_character_more_is_refused(world: World, kind: str, body: Any) -> None:
    assert await world.refusal(kind, body) == (400, world.either(cloud=100, onprem=1001))
    assert await world.shown_on() == []


async def test_257_contacts_may_be_sent_and_no_more(world: World) -> None:
    card = {"name": {"formatted_name": "Rosa", "first_name": "Rosa"}}

    sent = await world.send("contacts", [card] * 257)

    assert await world.words_of(sent, world.told) == world.told_words
    assert await world.refusal("contacts", [card] * 258) == (400, world.either(cloud=100, onprem=1009))
    assert (await world.refusal("contacts", []))[0] == 400


WRONG_KIND: list[tuple[str, media.Sample]] = [
    ("image", PDF),
    ("video", JPEG),
    ("audio", media.mp4()),
    ("sticker", JPEG),
    ("image", media.jpeg().padded_to(5 * 2**20 + 1)),
]


@pytest.mark.parametrize(("kind", "sample"), WRONG_KIND)
async def test_a_linked_file_of_the_wrong_type_or_size_fails_on_the_webhook(
    world: World, files: Receiver, kind: str, sample: media.Sample
) -> None:
    files.always = Answer(200, body=sample.data, headers={"Content-Type": sample.mime})

    sent = await world.send(kind, {"link": files.url_at("/file")})

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131053, onprem=1014))
    assert await world.shown_on() == []


@pytest.mark.parametrize(("kind", "sample"), WRONG_KIND[:4])
async def test_an_uploaded_file_sent_as_the_wrong_type_fails_on_the_webhook(
    world: World, kind: str, sample: media.Sample
) -> None:
    sent = await world.send(kind, {"id": await world.upload(sample)})

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131053, onprem=1014))
    assert await world.shown_on(PHONE) == []
