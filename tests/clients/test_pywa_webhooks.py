"""pywa's parser: what it makes of every webhook that this server really sent."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pywa_async import errors, types
from tests.clients.conftest import PHONE, STRANGER, Stand
from tests.clients.pywa_program import WABA, Program, running_program
from tests.support import media
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()


@pytest.fixture
async def program(stand: Stand) -> AsyncIterator[Program]:
    async with running_program(stand) as made:
        yield made


async def test_its_statuses_tell_who_what_and_the_price(program: Program) -> None:
    sent = await program.wa.send_message(PHONE, "Hi", tracker="order-7")

    told = [await program.parsed(await program.stand.told(sent.id, word)) for word in ("sent", "delivered", "read")]

    assert [update.status for update in told] == ["sent", "delivered", "read"]
    assert {(update.tracker, update.waba_id, update.metadata.phone_number_id) for update in told} == {
        ("order-7", WABA, NUMBER)
    }
    assert (told[0].pricing.model, told[0].pricing.category, told[0].pricing.billable) == ("PMP", "service", False)
    assert (told[0].conversation, told[2].pricing) == (None, None)


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


ROWS = types.SectionList("Pick", [types.Section("Fruit", [types.SectionRow("Apple", "a")])])


async def test_an_answer_by_hand_quotes_the_list_that_offers_it(program: Program) -> None:
    asked = await program.wa.send_message(PHONE, "Which?", buttons=ROWS)

    call = await program.stand.write("interactive", {"type": "list_reply", "list_reply": {"id": "a", "title": "Apple"}})

    chosen = await program.parsed(call)
    assert (chosen.data, chosen.reply_to_message.id, chosen.reply_to_message.from_user_id) == ("a", asked.id, NUMBER)


async def test_a_filled_in_form_is_parsed_with_the_form_that_it_answers(program: Program) -> None:
    form = types.FlowButton(
        title="Open",
        flow_id="4711",
        flow_token="token",
        flow_action_type=types.FlowActionType.NAVIGATE,
        flow_action_screen="START",
    )
    asked = await program.wa.send_message(PHONE, "Fill in", buttons=form)
    filled = {"name": "flow", "response_json": '{"flow_token":"token","size":"M"}'}

    filled_in = await program.parsed(
        await program.stand.write("interactive", {"type": "nfm_reply", "nfm_reply": filled})
    )

    assert (filled_in.token, filled_in.response["size"], filled_in.reply_to_message.id) == ("token", "M", asked.id)


async def test_a_voice_message_is_parsed_as_one(program: Program) -> None:
    recorded = media.ogg_opus()

    written = await program.parsed(await program.stand.write_file("audio", recorded, voice=True))

    assert (written.voice.mime_type, written.voice.voice) == ("audio/ogg; codecs=opus", True)
    assert await written.voice.get_bytes() == recorded.data


async def test_a_reaction_and_its_withdrawal_are_parsed(program: Program) -> None:
    sent = await program.wa.send_message(PHONE, "Hi")
    await program.stand.told(sent.id, "read")

    given = await program.parsed(await program.stand.write("reaction", {"message_id": sent.id, "emoji": "👍"}))
    taken = await program.parsed(await program.stand.write("reaction", {"message_id": sent.id}))

    assert (given.reaction.message_id, given.reaction.emoji, given.reaction.is_removed) == (sent.id, "👍", False)
    assert (taken.reaction.message_id, taken.reaction.is_removed) == (sent.id, True)


async def test_a_new_number_is_parsed_with_the_old_one(program: Program) -> None:
    told = await program.stand.operate("POST", f"/phones/{PHONE}/move", json={"wa_id": STRANGER})

    changed = await program.parsed(await program.stand.told_of(str(told["told"][0]["id"])))

    assert isinstance(changed, types.PhoneNumberChange)
    assert (changed.old_wa_id, changed.new_wa_id, changed.from_user.wa_id) == (PHONE, STRANGER, PHONE)


async def test_new_keys_of_a_user_are_parsed_with_the_user(program: Program) -> None:
    keys = {"hash": "Qm9ndXM=", "acknowledged": False, "created_timestamp": 1_790_000_000}
    system = {"type": "customer_identity_changed", "body": "Keys changed", "customer": PHONE, "identity": keys}

    changed = await program.parsed(await program.stand.write("system", system))

    assert isinstance(changed, types.IdentityChange)
    assert (changed.from_user.wa_id, changed.sys_type, changed.body) == (
        PHONE,
        "customer_identity_changed",
        "Keys changed",
    )
    assert (changed.identity.hash, changed.identity.acknowledged) == ("Qm9ndXM=", False)
    assert changed.identity.created_timestamp.timestamp() == keys["created_timestamp"]


async def test_an_edit_and_a_deletion_are_parsed_with_the_message_that_they_are_about(program: Program) -> None:
    written = await program.parsed(await program.stand.write("text", {"body": "Is it redy?"}))
    now = {"type": "text", "text": {"body": "Is it ready?"}}

    edited = await program.parsed(
        await program.stand.write("edit", {"original_message_id": written.id, "message": now})
    )
    deleted = await program.parsed(await program.stand.write("revoke", {"original_message_id": written.id}))

    assert isinstance(edited, types.EditedMessage)
    assert (edited.original_message_id, edited.message.text) == (written.id, "Is it ready?")
    assert isinstance(deleted, types.DeletedMessage)
    assert (deleted.original_message_id, deleted.from_user.wa_id) == (written.id, PHONE)


async def test_a_played_voice_message_is_told_of_its_listener(program: Program) -> None:
    sent = await program.wa.send_voice(PHONE, media.ogg_opus().data, mime_type="audio/ogg")
    await program.stand.told(sent.id, "read")

    await program.stand.operate("POST", f"/phones/{PHONE}/played", json={"message_id": sent.id})

    played = await program.parsed(await program.stand.told(sent.id, "played"))
    assert (played.id, played.status, played.from_user.wa_id) == (sent.id, types.MessageStatusType.PLAYED, PHONE)


async def test_who_goes_by_a_username_has_no_number_and_is_answered_by_their_id(program: Program) -> None:
    await program.stand.operate("PATCH", f"/phones/{STRANGER}", json={"username": "jopark", "name": "Jo Park"})
    written = await program.parsed(await program.stand.write("text", {"body": "Hello"}, phone=STRANGER))

    answer = await written.reply("Good day")

    user = written.from_user
    assert (user.wa_id, user.username, user.name, user.country_code) == (None, "jopark", "Jo Park", "DE")
    read = await program.parsed(await program.stand.told(answer.id, "read"))
    assert (read.from_user.wa_id, read.from_user.bsuid) == (None, user.bsuid)


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


async def test_a_body_that_was_changed_on_the_way_is_refused(program: Program) -> None:
    call = await program.stand.write("text", {"body": "Hello"})
    signature = call.headers["x-hub-signature-256"]

    refused = await program.wa.webhook_update_validator(call.body.replace(b"Hello", b"Hullo"), signature)

    assert refused is not None
    assert refused[1] == 403
