"""pywa, asynchronous: sends, media, errors, what it makes of our webhooks, and the account's own edges."""

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pywa_async import WhatsApp, errors, types
from pywa_async.types import templates as tpl
from pywa_async.types.others import UsersBlockedResult
from pywa_async.types.templates import BodyText, TemplateLanguage
from tests.clients.conftest import PHONE, STRANGER, Stand
from tests.support import media
from tests.support.receiver import Received
from tests.support.server import NUMBER, SECRET, TOKEN

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
WABA = f"30000{NUMBER}"
CARD = types.Contact(
    name=types.Contact.Name(formatted_name="Ada Byron", first_name="Ada"),
    phones=[types.Contact.Phone(phone="+4930123", type="WORK")],
    emails=[types.Contact.Email(email="ada@example.com")],
    org=types.Contact.Org(company="Engines"),
)


@dataclass
class Program:
    """A program that uses pywa, and the updates its handlers were given."""

    wa: WhatsApp
    stand: Stand
    updates: list[Any] = field(default_factory=list)

    async def parsed(self, call: Received) -> Any:
        """Give pywa a call of the webhook as its own servers do; return what its handlers were given last."""
        signature = call.headers["x-hub-signature-256"]
        # The annotation says None; the text of the method, and its server, say the header.
        assert await self.wa.webhook_update_validator(call.body, signature) is None
        assert await self.wa.webhook_update_handler(call.body) == ("ok", 200)
        return self.updates[-1]


@pytest.fixture
async def program(stand: Stand) -> AsyncIterator[Program]:
    async with httpx.AsyncClient() as session:
        wa = WhatsApp(NUMBER, TOKEN, session=session, app_secret=SECRET, verify_token="told", waba_id=WABA)
        # pywa sets the host itself; the session that it was given is where it can be changed.
        session.base_url = f"{stand.base_url}/v24.0"
        made = Program(wa, stand)

        async def keep(_: WhatsApp, update: Any) -> None:
            made.updates.append(update)

        for handles in (wa.on_message, wa.on_message_status, wa.on_callback_button, wa.on_callback_selection):
            handles()(keep)
        yield made


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


async def test_its_statuses_tell_who_what_and_the_price(program: Program) -> None:
    sent = await program.wa.send_message(PHONE, "Hi", tracker="order-7")

    told = [await program.parsed(await program.stand.told(sent.id, word)) for word in ("sent", "delivered", "read")]

    assert [update.status for update in told] == ["sent", "delivered", "read"]
    assert {(update.tracker, update.waba_id, update.metadata.phone_number_id) for update in told} == {
        ("order-7", WABA, NUMBER)
    }
    assert (told[0].pricing.model, told[0].pricing.category, told[0].pricing.billable) == ("PMP", "service", False)
    assert (told[0].conversation, told[2].pricing) == (None, None)


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


INBOUND: list[tuple[str, Any, Callable[[Any], Any], Any]] = [
    ("text", {"body": "Grüße 👋"}, lambda m: m.text, "Grüße 👋"),
    (
        "location",
        {"latitude": 52.5, "longitude": 13.4, "name": "Berlin"},
        lambda m: (m.location.latitude, m.location.longitude, m.location.name),
        (52.5, 13.4, "Berlin"),
    ),
    (
        "contacts",
        [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+49301", "type": "CELL"}]}],
        lambda m: [(c.name.formatted_name, c.phones[0].phone) for c in m.contacts],
        [("Ada", "+49301")],
    ),
    ("button", {"payload": "yes", "text": "Yes"}, lambda m: (m.is_quick_reply, m.data, m.title), (True, "yes", "Yes")),
    (
        "interactive",
        {"type": "button_reply", "button_reply": {"id": "1", "title": "One"}},
        lambda m: (m.is_quick_reply, m.data, m.title),
        (False, "1", "One"),
    ),
    (
        "order",
        {
            "catalog_id": "7",
            "text": "Please",
            "product_items": [{"product_retailer_id": "a", "quantity": 2, "item_price": 3.5, "currency": "EUR"}],
        },
        lambda m: (m.order.catalog_id, [(p.sku, p.quantity, p.price, p.currency) for p in m.order.products]),
        ("7", [("a", 2, 3.5, "EUR")]),
    ),
]


@pytest.mark.parametrize(("kind", "body", "seen", "expected"), INBOUND)
async def test_what_a_user_writes_is_parsed(
    program: Program, kind: str, body: Any, seen: Callable[[Any], Any], expected: Any
) -> None:
    written = await program.parsed(await program.stand.write(kind, body))

    assert seen(written) == expected
    assert (written.from_user.wa_id, written.from_user.name, written.type) == (PHONE, "Sample Phone", kind)
    assert written.from_user.country_code == "US"


async def test_an_answer_to_a_list_is_parsed_with_what_it_answers(program: Program) -> None:
    asked = await program.wa.send_message(PHONE, "Which?")
    answer = {"type": "list_reply", "list_reply": {"id": "r", "title": "Row", "description": "First"}}

    call = await program.stand.write("interactive", answer, context={"id": asked.id})

    chosen = await program.parsed(call)
    assert (chosen.data, chosen.title, chosen.description) == ("r", "Row", "First")
    assert chosen.reply_to_message.id == asked.id


FILES = [
    ("image", JPEG), ("video", media.mp4()), ("document", media.pdf()), ("audio", media.mp3()),
    ("sticker", media.sticker()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sample"), FILES, ids=[kind for kind, _ in FILES])
async def test_a_users_file_is_parsed_and_downloaded(program: Program, kind: str, sample: media.Sample) -> None:
    written = await program.parsed(await program.stand.write_file(kind, sample))

    digest = base64.b64encode(hashlib.sha256(sample.data).digest()).decode()
    assert (written.media.mime_type, written.media.sha256) == (sample.mime, digest)
    assert await written.media.get_bytes() == sample.data
    assert await program.wa.get_media_bytes(written.media.url) == sample.data


async def test_a_closed_window_is_its_own_error_in_the_webhook(program: Program) -> None:
    sent = await program.wa.send_message(STRANGER, "Hi")

    failed = await program.parsed(await program.stand.told(sent.id, "failed"))

    assert (failed.id, failed.status, failed.from_user.wa_id) == (sent.id, types.MessageStatusType.FAILED, STRANGER)
    assert isinstance(failed.error, errors.ReEngagementMessage)
    assert (failed.error.code, failed.error.message) == (131047, "Re-engagement message")


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


async def test_a_body_that_was_changed_on_the_way_is_refused(program: Program) -> None:
    call = await program.stand.write("text", {"body": "Hello"})
    signature = call.headers["x-hub-signature-256"]

    refused = await program.wa.webhook_update_validator(call.body.replace(b"Hello", b"Hullo"), signature)

    assert refused is not None
    assert refused[1] == 403


async def test_the_profile_is_changed_and_shown(program: Program) -> None:
    changed = await program.wa.update_business_profile(
        about="Repairs", email="hello@example.com", websites=["https://example.com/"], industry=types.Industry.RETAIL
    )

    shown = await program.wa.get_business_profile()

    assert changed.success
    assert (shown.about, shown.email, shown.websites, shown.industry) == (
        "Repairs",
        "hello@example.com",
        ("https://example.com/",),
        types.Industry.RETAIL,
    )


async def test_a_user_is_blocked_and_let_in_again(program: Program) -> None:
    blocked = await program.wa.block_users([PHONE])
    unblocked = await program.wa.unblock_users([PHONE])

    assert [(user.input, user.wa_id) for user in blocked.added_users] == [(PHONE, PHONE)]
    assert (blocked.failed_users, blocked.errors) == ((), None)
    assert [(user.input, user.wa_id) for user in unblocked.removed_users] == [(PHONE, PHONE)]


async def test_a_user_who_never_wrote_cannot_be_blocked(program: Program) -> None:
    with pytest.raises(errors.BulkBlockingFailed) as refused:
        await program.wa.block_users([STRANGER])

    assert refused.value.raw_response is not None
    result = UsersBlockedResult.from_dict(program.wa, refused.value.raw_response.json())
    [failure] = result.failed_users
    assert (result.added_users, failure.input, failure.errors[0].code) == ((), STRANGER, 131047)


OFFER = tpl.Template(
    name="summer_offer",
    category=tpl.TemplateCategory.MARKETING,
    language=TemplateLanguage.ENGLISH_US,
    parameter_format=tpl.ParamFormat.NAMED,
    components=[
        header := tpl.HeaderText("Our {{sale}} is on!", sale="Summer"),
        body := tpl.BodyText("Shop now through {{end}} and use {{code}} to save.", end="August", code="25OFF"),
        tpl.FooterText(text="Until it ends"),
        tpl.Buttons(
            buttons=[
                stop := tpl.QuickReplyButton(text="Stop"),
                shop := tpl.URLButton(text="Shop", url="https://example.com/{{1}}", example="https://example.com/a"),
                tpl.PhoneNumberButton(text="Call", phone_number="15550051310"),
                code := tpl.CopyCodeButton(example="25OFF"),
            ]
        ),
    ],
)
FILLED = [
    header.params(sale="Winter"),
    body.params(end="December", code="X"),
    stop.params(callback_data="stop", index=0),
    shop.params(url_variable="x", index=1),
    code.params(coupon_code="25OFF", index=3),
]


async def test_a_template_is_made_reviewed_sent_changed_and_deleted(program: Program) -> None:
    wa, stand = program.wa, program.stand
    decided: list[types.TemplateStatusUpdate] = []

    async def keep(_: WhatsApp, update: types.TemplateStatusUpdate) -> None:
        decided.append(update)

    wa.on_template_status_update()(keep)

    made = await wa.create_template(OFFER)
    call = await stand.hook.wait_for(lambda got: b"message_template_status_update" in got.body)
    assert await wa.webhook_update_handler(call.body) == ("ok", 200)
    assert [(d.template_id, d.new_status, d.template_name) for d in decided] == [
        (made.id, tpl.TemplateStatus.APPROVED, OFFER.name)
    ]

    shown = await wa.get_template(made.id)
    assert (shown.name, shown.status) == (OFFER.name, tpl.TemplateStatus.APPROVED)
    assert [str(part) for part in shown.components] == [str(part) for part in OFFER.components]

    sent = await wa.send_template(PHONE, template=OFFER, params=FILLED)
    await stand.told(sent.id, "delivered")
    assert sent.status == "accepted"

    changed = await wa.update_template(
        made.id, new_components=[BodyText("Only until {{end}}, then it ends.", end="May")]
    )
    assert (changed.success, changed.id, changed.name) == (True, made.id, OFFER.name)

    assert (await wa.delete_template(OFFER.name)).success
    assert list(await wa.get_templates(name=OFFER.name)) == []


async def test_the_templates_that_are_there_are_listed_with_a_summary(program: Program) -> None:
    found = await program.wa.get_templates()

    assert {"hello_world", "repair_ready", "login_code"} <= {template.name for template in found}
    assert not [part for template in found for part in template.components if isinstance(part, dict)]
    assert (found.total_count, found.message_template_count) == (len(list(found)), len(list(found)))


async def test_a_template_with_a_picture_is_made_from_an_upload(program: Program, tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.write_bytes(JPEG.data)
    template = tpl.Template(
        name="pictured",
        category=tpl.TemplateCategory.UTILITY,
        language=TemplateLanguage.ENGLISH_US,
        components=[tpl.HeaderImage(example=picture), BodyText(text="Your order is on its way.")],
    )

    made = await program.wa.create_template(template, app_id="1")

    shown = await program.wa.get_template(made.id)
    assert isinstance(shown.components[0], tpl.HeaderImage)


async def test_a_second_template_of_that_name_is_refused(program: Program) -> None:
    template = tpl.Template(
        name="hello_world",
        category=tpl.TemplateCategory.UTILITY,
        language=TemplateLanguage.ENGLISH_US,
        components=[BodyText(text="Hello once more.")],
    )

    with pytest.raises(errors.WhatsAppError) as refused:
        await program.wa.create_template(template)

    assert (refused.value.code, refused.value.subcode) == (100, 2388024)
    assert refused.value.user_msg


async def test_a_profile_that_says_nothing_has_an_undefined_line_of_business(program: Program) -> None:
    shown = await program.wa.get_business_profile()

    assert (shown.industry, shown.about, shown.websites) == (types.Industry.UNDEFINED, None, None)


async def test_the_number_and_its_account_are_shown(program: Program) -> None:
    number = await program.wa.get_business_phone_number()
    [listed] = await program.wa.get_business_phone_numbers()
    account = await program.wa.get_business_account()

    assert (number.id, number.display_phone_number, number.verified_name) == (NUMBER, "+1 555-012-3456", "Waypost")
    assert (listed.id, listed.platform_type, listed.throughput["level"]) == (NUMBER, "CLOUD_API", "STANDARD")
    assert (account.id, account.name) == (WABA, "Waypost")


async def test_a_link_to_the_chat_is_made_changed_listed_and_deleted(program: Program) -> None:
    made = await program.wa.create_qr_code("Hello", "PNG")

    changed = await program.wa.update_qr_code(made.code, "Good day")
    shown = await program.wa.get_qr_code(made.code)
    assert (made.qr_image_url is None, changed.prefilled_message) == (False, "Good day")
    assert (shown.deep_link_url, [each.code for each in await program.wa.get_qr_codes()]) == (
        f"https://wa.me/message/{made.code}",
        [made.code],
    )
    assert (await program.wa.delete_qr_code(made.code)).success


async def test_what_a_chat_offers_and_its_shop_are_changed_and_shown(program: Program) -> None:
    commands = [types.Command(name="hours", description="When we are open")]
    automated = await program.wa.update_conversational_automation(["Hours?"], commands)
    sold = await program.wa.update_commerce_settings(is_catalog_visible=True, is_cart_enabled=True)

    number, shop = await program.wa.get_business_phone_number(), await program.wa.get_commerce_settings()

    assert (automated.success, sold.success) == (True, True)
    offered = number.conversational_automation
    assert (offered.ice_breakers, offered.commands) == (("Hours?",), tuple(commands))
    assert (shop.is_catalog_visible, shop.is_cart_enabled) == (True, True)


async def test_a_number_is_taken_down_and_put_up_again(program: Program) -> None:
    down = await program.wa.deregister_phone_number()
    with pytest.raises(errors.WhatsAppError) as refused:
        await program.wa.send_message(PHONE, "Hi")
    up = await program.wa.register_phone_number(pin="123456")

    sent = await program.wa.send_message(PHONE, "Hi")
    assert (down.success, up.success, refused.value.code) == (True, True, 133010)
    await program.stand.told(sent.id, "delivered")
