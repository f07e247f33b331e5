"""The control API: playing the users of the embedded network."""

import base64
import hashlib
from typing import Any

import aiohttp
import pytest
from tests.support import media
from tests.support.operator import PHONE, Operator
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
OTHER_PHONE = "4915550002222"


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


WRITTEN: list[tuple[str, Any]] = [
    ("text", {"body": "Grüße 👋"}),
    ("location", {"latitude": 52.5, "longitude": 13.4, "name": "Berlin"}),
    ("contacts", [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+4930123"}]}]),
    ("button", {"payload": "yes", "text": "Yes"}),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "One"}}),
    ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "One", "description": "First"}}),
    ("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{}", "body": "Sent"}}),
    (
        "order",
        {
            "catalog_id": "7",
            "product_items": [{"product_retailer_id": "a", "quantity": 2, "item_price": 3.5, "currency": "EUR"}],
        },
    ),
]


@pytest.mark.parametrize(("kind", "content"), WRITTEN)
async def test_what_a_user_writes_reaches_the_webhook_as_it_is(operator: Operator, kind: str, content: Any) -> None:
    written = await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": kind, kind: content})

    told = await operator.inbound()
    assert (told["id"], told["from"], told["type"], told[kind]) == (written["id"], PHONE, kind, content)


async def test_writing_answers_with_the_id_in_both_dialects(operator: Operator) -> None:
    written = await operator.control.write(PHONE, "Hello")

    names = {"id": written["id"], "onprem_id": written["onprem_id"]}
    assert written["id"].startswith("wamid.")
    assert written == {
        **names, "phone_number_id": NUMBER, "wa_id": PHONE, "media_id": None, "messages": [names],
    }  # fmt: skip


async def test_writing_opens_the_window(operator: Operator) -> None:
    closed = await operator.send_text(to=OTHER_PHONE)
    assert await operator.statuses(closed, "failed") == ["failed"]

    await operator.control.write(OTHER_PHONE, "Hello")

    sent = await operator.send_text(to=OTHER_PHONE)
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_a_file_in_base64_reaches_the_webhook_and_can_be_downloaded(operator: Operator) -> None:
    data = base64.b64encode(JPEG.data).decode()
    image = {"data": data, "mime_type": "image/jpeg", "caption": "Look"}
    await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": "image", "image": image})

    told = (await operator.inbound())["image"]

    digest = base64.b64encode(hashlib.sha256(JPEG.data).digest()).decode()
    assert (told["caption"], told["mime_type"], told["sha256"]) == ("Look", "image/jpeg", digest)
    got = await operator.client.download(told["id"])
    assert (got.status, got.body) == (200, JPEG.data)


@pytest.mark.parametrize("order", [("message", "file"), ("file", "message")])
async def test_a_file_in_a_form_reaches_the_webhook(operator: Operator, order: tuple[str, str]) -> None:
    form = aiohttp.FormData()
    for part in order:
        if part == "file":
            form.add_field("file", media.pdf().data, filename="bill.pdf", content_type="application/pdf")
        else:
            form.add_field("message", '{"type": "document", "document": {"filename": "Invoice.pdf"}}')

    written = await operator.call("POST", f"/phones/{PHONE}/messages", data=form)

    told = await operator.inbound()
    assert told["document"]["id"] == written["media_id"]
    assert (told["document"]["filename"], told["document"]["mime_type"]) == ("Invoice.pdf", "application/pdf")


async def test_a_reply_quotes_the_message_of_the_business(operator: Operator) -> None:
    sent = await operator.send_text()
    message = {"type": "text", "text": {"body": "Yes"}, "context": {"id": sent}}

    await operator.call("POST", f"/phones/{PHONE}/messages", json=message)

    assert (await operator.inbound())["context"] == {"from": NUMBER, "id": sent}


async def test_a_reaction_may_name_the_message_by_its_other_id(operator: Operator) -> None:
    sent = await operator.send_text()
    other = (await operator.call("GET", f"/messages/{sent}"))["onprem_id"]
    reaction = {"message_id": other, "emoji": "👍"}

    await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": "reaction", "reaction": reaction})

    assert (await operator.inbound())["reaction"] == {"message_id": sent, "emoji": "👍"}


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({"type": "text"}, 400, "missing_parameter", "'text'"),
    ({"type": "text", "text": {}}, 400, "missing_parameter", "'body'"),
    ({"type": "text", "text": {"body": "x", "bodi": "y"}}, 400, "unexpected_parameter", "bodi"),
    ({"type": "poll"}, 400, "invalid_parameter", "type"),
    ({"type": "interactive", "interactive": {"type": "list_reply"}}, 400, "missing_parameter", "list_reply"),
    ({"type": "image", "image": {}}, 400, "missing_parameter", "image.data"),
    ({"type": "image", "image": {"data": "@@"}}, 400, "invalid_parameter", "image.data"),
    ({"type": "image", "image": {"data": "aGVsbG8=", "mime_type": "image/jpeg"}}, 400, "bad_media", "image/jpeg"),
    ({"type": "text", "text": {"body": "x"}, "number": "999999"}, 400, "invalid_value", NUMBER),
    ({"type": "text", "text": {"body": "x"}, "context": {"id": "wamid.AA"}}, 400, "invalid_value", "context.id"),
    ({"type": "reaction", "reaction": {"message_id": "x", "emoji": "x"}}, 400, "invalid_value", "reaction.message_id"),
]


@pytest.mark.parametrize(("message", "status", "code", "words"), REFUSED)
async def test_a_message_that_nobody_can_write_is_refused(
    operator: Operator, message: dict[str, Any], status: int, code: str, words: str
) -> None:
    got = await operator.refused("POST", f"/phones/{PHONE}/messages", json=message)

    assert (got[0], got[1]) == (status, code)
    assert words in got[2]


async def test_a_refused_file_leaves_nothing_behind(own_operator: Operator) -> None:
    image = {"data": base64.b64encode(media.pdf().data).decode(), "mime_type": "application/pdf"}

    got = await own_operator.refused("POST", f"/phones/{PHONE}/messages", json={"type": "image", "image": image})

    assert got[:2] == (400, "bad_media")
    assert own_operator.server.media_files() == []


async def test_an_offline_phone_gets_its_messages_when_it_is_back(operator: Operator) -> None:
    await operator.call("PATCH", f"/phones/{PHONE}", json={"online": False})
    sent = await operator.send_text()
    assert await operator.statuses(sent, "sent") == ["sent"]

    phone = await operator.call("PATCH", f"/phones/{PHONE}", json={"online": True})

    assert phone == {
        "wa_id": PHONE, "name": phone["name"], "online": True, "blocked": False, "reads": True, "on_whatsapp": True,
        "marketing": True, "username": None, "identity": 0,
        "read_receipts": True, "chat_open": None, "marketing_stopped": [],
    }  # fmt: skip
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_a_user_who_does_not_read_by_themselves_reads_when_told(operator: Operator) -> None:
    await operator.call("PATCH", f"/phones/{PHONE}", json={"reads": False})
    first, second = await operator.send_text("1"), await operator.send_text("2")
    await operator.statuses(second, "delivered")

    read = await operator.call("POST", f"/phones/{PHONE}/read", json={"message_id": first})

    assert read == {"read": 1}
    assert await operator.statuses(first, "read") == ["sent", "delivered", "read"]
    assert operator.hook.statuses(second) == ["sent", "delivered"]
    assert await operator.call("POST", f"/phones/{PHONE}/read") == {"read": 1}


async def test_a_phone_shows_what_it_has_received(operator: Operator) -> None:
    media_id = operator.client.media_id(await operator.client.upload(JPEG.data, "image/jpeg", "bike.jpg"))
    text = await operator.send_text("Hello")
    sent = await operator.client.send(PHONE, "image", {"id": media_id, "caption": "Your bike"})
    await operator.statuses(sent.json["messages"][0]["id"], "read")

    shown = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"]

    assert [(m["id"], m["type"], m["body"]) for m in shown] == [
        (text, "text", "Hello"),
        (sent.json["messages"][0]["id"], "image", "Your bike"),
    ]
    picture = shown[1]["media"]
    assert picture == {
        "id": media_id, "onprem_id": picture["onprem_id"], "mime_type": "image/jpeg", "size": len(JPEG.data),
        "sha256": hashlib.sha256(JPEG.data).hexdigest(), "filename": "bike.jpg",
        "url": f"/_waypost/v1/media/{media_id}", "animated": False,
    }  # fmt: skip
    got = await operator.control.call("GET", f"/media/{media_id}")
    assert (got.status, got.body, got.headers["X-Content-Type-Options"]) == (200, JPEG.data, "nosniff")


async def test_a_phone_shows_a_template_as_its_user_reads_it(operator: Operator) -> None:
    words = [{"type": "text", "text": text} for text in ("Ada", "5 EUR", "noon")]
    template = {
        "name": "parcel_update", "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": words}],
    }  # fmt: skip
    sent = await operator.client.send(PHONE, "template", template)
    await operator.statuses(sent.json["messages"][0]["id"], "read")

    shown = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"]

    assert shown[0]["body"] == "Hi Ada, pay 5 EUR before noon."


async def test_a_phone_shows_each_part_of_a_template_filled_in(operator: Operator) -> None:
    uploaded = await operator.client.upload(JPEG.data, JPEG.mime, "bike.jpg")
    image = {"type": "image", "image": {"id": operator.client.media_id(uploaded)}}
    words = [{"type": "text", "text": text} for text in ("Ada", "4711", "80 EUR", "Friday")]
    stop = {"type": "payload", "payload": "stop"}
    components = [
        {"type": "header", "parameters": [image]},
        {"type": "body", "parameters": words},
        {"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": "4711"}]},
        {"type": "button", "sub_type": "quick_reply", "index": 1, "parameters": [stop]},
    ]
    template = {"name": "repair_ready", "language": {"code": "en_US"}, "components": components}
    sent = await operator.client.send(PHONE, "template", template)
    await operator.statuses(sent.json["messages"][0]["id"], "read")

    (shown,) = (await operator.call("GET", f"/phones/{PHONE}/messages"))["messages"]

    url, reply = shown["template"].pop("buttons")
    assert shown["template"] == {
        "header_format": "IMAGE", "header": None, "file": 0, "footer": None, "cards": [],
        "body": "Hi Ada, ticket 4711 is ready. The repair costs 80 EUR, pick it up by Friday.",
    }  # fmt: skip
    assert (url["type"], url["url"].endswith("4711"), reply["text"], reply["payload"]) == (
        "URL",
        True,
        "Stop updates",
        "stop",
    )
    assert shown["media"]["mime_type"] == "image/jpeg"


async def test_a_phone_shows_what_its_user_wrote_with_file_and_quote(operator: Operator) -> None:
    sent = await operator.send_text()
    file = {"data": base64.b64encode(JPEG.data).decode(), "mime_type": JPEG.mime, "caption": "Mine"}
    wish = {"type": "image", "image": file, "context": {"id": sent}}
    await operator.call("POST", f"/phones/{PHONE}/messages", json=wish)

    mine = (await operator.call("GET", f"/phones/{PHONE}/messages"))["written"][-1]

    assert (mine["type"], mine["content"], mine["context_id"]) == ("image", {"caption": "Mine"}, sent)
    assert mine["media"]["size"] == len(JPEG.data)
