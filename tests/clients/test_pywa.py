"""pywa, asynchronous: what it sends, its media, and how it names a refusal. Its updates and accounts have own files."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from pywa_async import WhatsApp, errors, types
from pywa_async.types.templates import BodyText, TemplateLanguage
from tests.clients.conftest import PHONE, Stand
from tests.clients.pywa_program import Program, running_program
from tests.support import media
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()


@pytest.fixture
async def program(stand: Stand) -> AsyncIterator[Program]:
    async with running_program(stand) as made:
        yield made


CARD = types.Contact(
    name=types.Contact.Name(formatted_name="Ada Byron", first_name="Ada"),
    phones=[types.Contact.Phone(phone="+4930123", type="WORK")],
    emails=[types.Contact.Email(email="ada@example.com")],
    org=types.Contact.Org(company="Engines"),
)

Send = Callable[[WhatsApp], Awaitable[types.SentMessage]]

SENDS: dict[str, tuple[str, Send]] = {
    "text": ("text", lambda wa: wa.send_message(PHONE, "See https://example.com", preview_url=True)),
    "location": ("location", lambda wa: wa.send_location(PHONE, 52.5, 13.4, "Berlin", "Mitte")),
    "a full contact": ("contacts", lambda wa: wa.send_contact(PHONE, CARD)),
    "a bare contact": (
        "contacts",
        lambda wa: wa.send_contact(PHONE, types.Contact(name=types.Contact.Name(formatted_name="A", first_name="A"))),
    ),
    "template": (
        "template",
        lambda wa: wa.send_template(
            PHONE, "parcel_update", TemplateLanguage.ENGLISH_US, [BodyText.params("Ada", "9 EUR", "Monday")]
        ),
    ),
    "template with names": (
        "template",
        lambda wa: wa.send_template(
            PHONE, "repair_ready_named", TemplateLanguage.ENGLISH_US, [BodyText.params(first_name="Ada", ticket="7")]
        ),
    ),
    "image": ("image", lambda wa: wa.send_image(PHONE, JPEG.data, "Look", mime_type="image/jpeg")),
    "video": ("video", lambda wa: wa.send_video(PHONE, media.mp4().data, mime_type="video/mp4")),
    "document": (
        "document",
        lambda wa: wa.send_document(PHONE, media.pdf().data, filename="a.pdf", mime_type="application/pdf"),
    ),
    "audio": ("audio", lambda wa: wa.send_audio(PHONE, media.mp3().data, mime_type="audio/mpeg")),
    "voice": ("audio", lambda wa: wa.send_voice(PHONE, media.ogg_opus().data, mime_type="audio/ogg")),
    "sticker": ("sticker", lambda wa: wa.send_sticker(PHONE, media.sticker().data, mime_type="image/webp")),
}

BUTTONS = [types.Button("One", "one"), types.Button("Two", "two")]

ROWS = types.SectionList("Pick", [types.Section("Fruit", [types.SectionRow("Apple", "a", "Red")])])

FLOW = types.FlowButton(
    title="Open",
    flow_id="4711",
    flow_token="token",
    flow_action_type=types.FlowActionType.NAVIGATE,
    flow_action_screen="START",
)

INTERACTIVE: dict[str, Send] = {
    "button": lambda wa: wa.send_message(PHONE, "Which?", header="Choose", footer="Please", buttons=BUTTONS),
    "list": lambda wa: wa.send_message(PHONE, "Which?", buttons=ROWS),
    "cta_url": lambda wa: wa.send_message(PHONE, "See", buttons=types.URLButton("Open", "https://example.com")),
    "flow": lambda wa: wa.send_message(PHONE, "Fill in", buttons=FLOW),
    "voice_call": lambda wa: wa.send_message(PHONE, "Call us", buttons=types.VoiceCallButton("Call")),
    "call_permission_request": lambda wa: wa.send_message(
        PHONE, "May we?", buttons=types.CallPermissionRequestButton()
    ),
    "request_contact_info": lambda wa: wa.request_contact_info(PHONE, "Your number?"),
    "location_request_message": lambda wa: wa.request_location(PHONE, "Where?"),
    "product": lambda wa: wa.send_product(PHONE, "7", "sku", "Look", "Shop"),
    "product_list": lambda wa: wa.send_products(
        PHONE, "7", [types.ProductsSection("Fruit", ["a", "b"])], "Ours", "All of them"
    ),
    "catalog_message": lambda wa: wa.send_catalog(PHONE, "All", "Shop", thumbnail_product_sku="a"),
}


@pytest.mark.parametrize("kind", INTERACTIVE)
async def test_each_interactive_kind_is_shown_on_the_phone(program: Program, kind: str) -> None:
    sent = await INTERACTIVE[kind](program.wa)

    await program.stand.told(sent.id, "delivered")
    shown = await program.stand.shown()
    assert (shown["type"], shown["content"]["type"]) == ("interactive", kind)


async def test_a_picture_with_buttons_and_a_carousel_bring_their_files(program: Program) -> None:
    wa, stand = program.wa, program.stand
    one, two = (
        types.ImageCarouselCard(body="Ours", image=stand.serve(JPEG), buttons=[types.Button("Buy", f"buy-{place}")])
        for place in range(2)
    )

    pictured = await wa.send_image(PHONE, JPEG.data, "Which?", buttons=BUTTONS, mime_type="image/jpeg")
    shelf = await wa.send_carousel(PHONE, body="Look", cards=[one, two])

    await stand.told(pictured.id, "delivered")
    await stand.told(shelf.id, "delivered")
    shown = await stand.shown()
    digest = hashlib.sha256(JPEG.data).hexdigest()
    assert [shown["media"]["sha256"], *(each["sha256"] for each in shown["more_media"])] == [digest] * 2


@pytest.mark.parametrize("name", SENDS)
async def test_each_message_it_can_make_is_read_on_the_phone(program: Program, name: str) -> None:
    kind, send = SENDS[name]

    sent = await send(program.wa)

    read = await program.parsed(await program.stand.told(sent.id, "read"))
    assert (read.id, read.status, read.from_user.wa_id) == (sent.id, types.MessageStatusType.READ, PHONE)
    assert (await program.stand.shown())["type"] == kind


async def test_a_link_is_fetched_and_shown_with_its_caption(program: Program) -> None:
    sent = await program.wa.send_image(PHONE, program.stand.serve(JPEG), "Look")

    await program.stand.told(sent.id, "delivered")
    shown = await program.stand.shown()
    assert (shown["type"], shown["body"], shown["media"]["sha256"]) == (
        "image",
        "Look",
        hashlib.sha256(JPEG.data).hexdigest(),
    )


async def test_a_reaction_a_reply_and_a_mark_refer_to_what_a_user_wrote(program: Program) -> None:
    written = await program.parsed(await program.stand.write("text", {"body": "Hello"}))

    assert (await written.mark_as_read()).success
    assert (await written.indicate_typing()).success
    for emoji in ("👍", ""):
        await program.stand.told((await program.wa.send_reaction(PHONE, emoji, written.id)).id, "sent")
    reply = await program.wa.send_message(PHONE, "Again", reply_to_message_id=written.id)

    await program.stand.told(reply.id, "delivered")
    assert (await program.stand.shown())["context_id"] == written.id


async def test_an_answer_to_an_update_goes_to_its_business_scoped_user_id(program: Program) -> None:
    """Out of the box pywa answers to the `user_id` that the webhook told it."""
    written = await program.parsed(await program.stand.write("text", {"body": "Hello"}))

    for reacted in (await written.react("👍"), await written.unreact()):
        await program.stand.told(reacted.id, "sent")
    reply = await written.reply("Again", quote=True)

    delivered = await program.parsed(await program.stand.told(reply.id, "delivered"))
    assert (await program.stand.shown())["context_id"] == written.id
    assert delivered.from_user.bsuid == written.from_user.bsuid


async def test_media_goes_up_is_found_comes_down_and_goes_away(program: Program) -> None:
    up = await program.wa.upload_media(JPEG.data, "image/jpeg", "a.jpg", ttl=60)

    found = await program.wa.get_media_url(up.id)
    assert (found.mime_type, found.file_size, found.sha256) == (
        "image/jpeg",
        len(JPEG.data),
        hashlib.sha256(JPEG.data).hexdigest(),
    )
    assert await found.get_bytes() == JPEG.data
    assert (await program.wa.delete_media(up.id, phone_id=NUMBER)).success
    with pytest.raises(errors.WhatsAppError) as gone:
        await program.wa.get_media_url(up.id)
    assert (gone.value.code, gone.value.subcode, gone.value.type) == (100, 33, "GraphMethodException")


REFUSED: list[tuple[Send, type[errors.WhatsAppError], int, int]] = [
    (lambda wa: wa.send_message("12", "Hi"), errors.InvalidParameter, 131009, 400),
    (lambda wa: wa.send_message(PHONE, "x" * 4097), errors.WhatsAppError, 100, 400),
    (
        lambda wa: wa.send_template(PHONE, "nope", TemplateLanguage.ENGLISH_US),
        errors.TemplateNotExists,
        132001,
        404,
    ),
    (
        lambda wa: wa.send_template(PHONE, "parcel_update", TemplateLanguage.ENGLISH_US, [BodyText.params("a")]),
        errors.TemplateParamCountMismatch,
        132000,
        400,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("send", "kind", "code", "status"), REFUSED)
async def test_a_refusal_is_an_exception_of_its_own(
    program: Program, send: Send, kind: type[errors.WhatsAppError], code: int, status: int
) -> None:
    with pytest.raises(kind) as refused:
        await send(program.wa)

    assert (refused.value.code, refused.value.status_code, refused.value.type) == (code, status, "OAuthException")
    assert refused.value.details
    assert refused.value.fbtrace_id


async def test_a_wrong_token_is_an_expired_one(stand: Stand) -> None:
    async with httpx.AsyncClient() as session:
        wa = WhatsApp(NUMBER, "wrong", session=session)
        session.base_url = f"{stand.base_url}/v24.0"

        with pytest.raises(errors.ExpiredAccessToken) as refused:
            await wa.send_message(PHONE, "Hi")

    assert (refused.value.code, refused.value.status_code) == (190, 401)
