"""heyoo: a small blocking client for Meta's graph, of the kind that many programs copied."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from heyoo import WhatsApp
from tests.clients.conftest import PHONE, STRANGER, Stand, aside
from tests.support import media
from tests.support.server import NUMBER, TOKEN

pytestmark = [
    pytest.mark.anyio,
    # It leaves the files that it uploads open.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

JPEG = media.jpeg()


@pytest.fixture
def heyoo(stand: Stand) -> WhatsApp:
    return _heyoo(stand, TOKEN)


def _heyoo(stand: Stand, token: str) -> WhatsApp:
    """Make a client of this server: the host is set in the constructor, and these three are made from it."""
    client = WhatsApp(token, phone_number_id=NUMBER)
    client.base_url = f"{stand.base_url}/v14.0"
    client.v15_base_url = f"{stand.base_url}/v15.0"
    client.url = f"{client.base_url}/{NUMBER}/messages"
    return client


ROWS = [{"title": "Fruit", "rows": [{"id": "a", "title": "Apple", "description": ""}]}]
LIST = {"header": "Choose", "body": "Which?", "footer": "Please", "action": {"button": "Pick", "sections": ROWS}}
BUTTONS = {
    "type": "button",
    "body": {"text": "Which?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "One"}}]},
}
CARD = {
    "name": {"formatted_name": "Ada Byron", "first_name": "Ada"},
    "phones": [{"phone": "+4930123", "type": "WORK"}],
    "birthday": "1815-12-10",
}
SENDS: dict[str, tuple[str, Callable[[WhatsApp], Any]]] = {
    "text": ("text", lambda c: c.send_message("Hello", PHONE)),
    "template": ("template", lambda c: c.send_template("hello_world", PHONE, components=[])),
    "location with texts for numbers": (
        "location",
        lambda c: c.send_location("52.5", "13.4", "Berlin", "Mitte", PHONE),
    ),
    "contacts": ("contacts", lambda c: c.send_contacts([CARD], PHONE)),
    "list": ("interactive", lambda c: c.send_button(LIST, PHONE)),
    "buttons": ("interactive", lambda c: c.send_reply_button(BUTTONS, PHONE)),
    "anything": (
        "text",
        lambda c: c.send_custom_json({"messaging_product": "whatsapp", "text": {"body": "Hello"}}, PHONE),
    ),
}


@pytest.mark.parametrize("name", SENDS)
async def test_each_message_it_can_make_is_read_on_the_phone(heyoo: WhatsApp, stand: Stand, name: str) -> None:
    kind, send = SENDS[name]

    answer = await aside(send, heyoo)

    told = await stand.told(answer["messages"][0]["id"], "read")
    assert (heyoo.is_message(told.json), heyoo.get_delivery(told.json)) == (False, "read")
    assert (await stand.shown())["type"] == kind


FILES = [
    ("image", "a.jpg", JPEG), ("video", "a.mp4", media.mp4()), ("document", "a.pdf", media.pdf()),
    ("audio", "a.mp3", media.mp3()), ("sticker", "a.webp", media.sticker()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "sample"), FILES)
async def test_each_file_is_sent_by_id_and_by_link_without_a_caption(
    heyoo: WhatsApp, stand: Stand, tmp_path: Path, kind: str, name: str, sample: media.Sample
) -> None:
    """heyoo writes `"caption": null` and `"filename": null` where there is none."""
    path = tmp_path / name
    path.write_bytes(sample.data)
    send = getattr(heyoo, f"send_{kind}")
    up = await aside(heyoo.upload_media, str(path))

    for source, is_link in ((up["id"], False), (stand.serve(sample), True)):
        answer = await aside(send, source, PHONE, link=is_link)
        await stand.told(answer["messages"][0]["id"], "delivered")

        shown = await stand.shown()
        assert (shown["type"], shown["media"]["sha256"]) == (kind, hashlib.sha256(sample.data).hexdigest())


async def test_media_is_found_downloaded_and_deleted(heyoo: WhatsApp, stand: Stand, tmp_path: Path) -> None:
    call = await stand.write_file("image", JPEG, caption="Look")
    image = heyoo.get_image(call.json)

    url = await aside(heyoo.query_media_url, image["id"])
    got = tmp_path / "got.jpeg"
    saved = await aside(heyoo.download_media, url, image["mime_type"], str(got.with_suffix("")))

    assert (image["caption"], saved, got.read_bytes()) == ("Look", str(got), JPEG.data)
    assert await aside(heyoo.delete_media, image["id"]) == {"success": True}
    assert await aside(heyoo.query_media_url, image["id"]) is None


async def test_what_a_user_writes_is_read_answered_and_marked(heyoo: WhatsApp, stand: Stand) -> None:
    told = (await stand.write("text", {"body": "Hello"})).json

    assert (heyoo.is_message(told), heyoo.changed_field(told), heyoo.get_message_type(told)) == (
        True,
        "messages",
        "text",
    )
    assert (heyoo.get_mobile(told), heyoo.get_name(told), heyoo.get_message(told)) == (PHONE, "Sample Phone", "Hello")
    written = heyoo.get_message_id(told)
    assert await aside(heyoo.mark_as_read, written) == {"success": True}
    reacted = await aside(heyoo.send_reaction, "👍", written, PHONE)
    replied = await aside(heyoo.reply_to_message, written, PHONE, "Again")
    await stand.told(reacted["messages"][0]["id"], "sent")
    await stand.told(replied["messages"][0]["id"], "delivered")
    assert (await stand.shown())["context_id"] == written


async def test_a_place_and_a_choice_are_read(heyoo: WhatsApp, stand: Stand) -> None:
    place = {"latitude": 52.5, "longitude": 13.4}
    choice = {"type": "button_reply", "button_reply": {"id": "1", "title": "One"}}

    where, which = await stand.write("location", place), await stand.write("interactive", choice)

    assert (heyoo.get_location(where.json), heyoo.get_interactive_response(which.json)) == (place, choice)


async def test_refusals_come_back_as_the_error_object(heyoo: WhatsApp, stand: Stand) -> None:
    refused = [
        await aside(heyoo.send_message, "Hi", "12"),
        await aside(heyoo.send_template, "nope", PHONE, components=[]),
        await aside(_heyoo(stand, "wrong").send_message, "Hi", PHONE),
    ]

    assert [answer["error"]["code"] for answer in refused] == [131009, 132001, 190]


async def test_a_closed_window_is_told_in_the_webhook(heyoo: WhatsApp, stand: Stand) -> None:
    answer = await aside(heyoo.send_message, "Hi", STRANGER)

    told = await stand.told(answer["messages"][0]["id"], "failed")

    [status] = heyoo.preprocess(told.json)["statuses"]
    assert (heyoo.get_delivery(told.json), status["errors"][0]["code"]) == ("failed", 131047)
