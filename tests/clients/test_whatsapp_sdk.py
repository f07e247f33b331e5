"""whatsapp-sdk: a blocking client for Meta's graph with models of its own, on paths with and without a version."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.clients.conftest import PHONE, STRANGER, Stand, aside
from tests.support import media
from tests.support.server import NUMBER, SECRET, TOKEN

pytestmark = [
    pytest.mark.anyio,
    # Its models are written for an older pydantic.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

JPEG = media.jpeg()


def _client(stand: Stand, token: str = TOKEN) -> Any:  # Any: the library is imported where its warnings are ignored
    from whatsapp_sdk import WhatsAppClient

    # Without retries: it would repeat every refusal, after a sleep.
    client = WhatsAppClient(
        NUMBER, token, app_secret=SECRET, webhook_verify_token="told", base_url=stand.base_url, max_retries=0
    )
    # Left in place, this header of its session makes it send its multipart uploads as application/json.
    del client.http_client.client.headers["content-type"]
    return client


@pytest.fixture
async def sdk(stand: Stand) -> AsyncIterator[Any]:
    client = await asyncio.to_thread(_client, stand)
    yield client
    await aside(client.http_client.close)


BUTTONS = {
    "type": "button",
    "body": {"text": "Which?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "One"}}]},
}
CARD = {"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+4930123", "type": "WORK"}]}
SENDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "text": ("text", lambda c: c.messages.send_text(f"+{PHONE}", "See https://example.com", preview_url=True)),
    "location": ("location", lambda c: c.messages.send_location(PHONE, 52.5, 13.4, "Berlin", "Mitte")),
    "contacts": ("contacts", lambda c: c.messages.send_contact(PHONE, [CARD])),
    "buttons": ("interactive", lambda c: c.messages.send_interactive(PHONE, BUTTONS)),
    "template": ("template", lambda c: c.templates.send(PHONE, "hello_world", "en_US")),
}


@pytest.mark.parametrize("name", SENDS)
async def test_each_message_it_can_make_is_read_on_the_phone(sdk: Any, stand: Stand, name: str) -> None:
    kind, send = SENDS[name]

    answer = await aside(send, sdk)

    call = await stand.told(answer.messages[0].id, "read")
    event = sdk.webhooks.handle_event(call.headers["x-hub-signature-256"], call.body)
    [status] = sdk.webhooks.extract_statuses(event)
    assert (status.id, status.status, status.recipient_id) == (answer.messages[0].id, "read", PHONE)
    assert (await stand.shown())["type"] == kind


FILES = [
    ("image", JPEG), ("video", media.mp4()), ("document", media.pdf()), ("audio", media.mp3()),
    ("sticker", media.sticker()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sample"), FILES, ids=[kind for kind, _ in FILES])
async def test_each_file_is_sent_by_id_and_by_link(sdk: Any, stand: Stand, kind: str, sample: media.Sample) -> None:
    send = getattr(sdk.messages, f"send_{kind}")
    up = await aside(sdk.media.upload_from_bytes, sample.data, sample.mime, f"a.{kind}")

    for source in (up.id, stand.serve(sample)):
        answer = await aside(send, PHONE, source)
        await stand.told(answer.messages[0].id, "delivered")

        shown = await stand.shown()
        assert (shown["type"], shown["media"]["sha256"]) == (kind, hashlib.sha256(sample.data).hexdigest())


async def test_a_users_file_is_parsed_downloaded_and_deleted(sdk: Any, stand: Stand) -> None:
    call = await stand.write_file("image", JPEG, caption="Look")

    [written] = sdk.webhooks.extract_messages(sdk.webhooks.parse_event(call.json))
    assert (written.from_, written.type, written.image.caption) == (PHONE, "image", "Look")
    assert await aside(sdk.media.download, written.image.id) == JPEG.data
    assert await aside(sdk.media.delete, written.image.id) is True


async def test_a_message_is_marked_as_read_with_typing(sdk: Any, stand: Stand) -> None:
    call = await stand.write("text", {"body": "Hello"})
    [written] = sdk.webhooks.extract_messages(sdk.webhooks.parse_event(call.json))

    marked = await aside(sdk.messages.mark_as_read, written.id, typing_indicator=True)

    assert (written.text.body, marked.success) == ("Hello", True)


INBOUND: list[tuple[str, Any, Callable[[Any], Any], Any]] = [
    ("location", {"latitude": 52.5, "longitude": 13.4}, lambda m: m.location.latitude, 52.5),
    (
        "interactive",
        {"type": "button_reply", "button_reply": {"id": "1", "title": "One"}},
        lambda m: (m.interactive.button_reply.id, m.interactive.button_reply.title),
        ("1", "One"),
    ),
    (
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "1", "title": "One", "description": "First"}},
        lambda m: (m.interactive.list_reply.id, m.interactive.list_reply.description),
        ("1", "First"),
    ),
    ("contacts", [CARD], lambda m: m.contacts, [CARD]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "seen", "expected"), INBOUND)
async def test_what_a_user_writes_is_parsed(
    sdk: Any, stand: Stand, kind: str, body: Any, seen: Callable[[Any], Any], expected: Any
) -> None:
    call = await stand.write(kind, body)

    [written] = sdk.webhooks.extract_messages(sdk.webhooks.parse_event(call.json))

    assert seen(written) == expected


async def test_a_reply_is_parsed_with_what_it_answers(sdk: Any, stand: Stand) -> None:
    sent = (await aside(sdk.messages.send_text, PHONE, "Which?")).messages[0].id

    call = await stand.write("text", {"body": "This"}, context={"id": sent})

    [written] = sdk.webhooks.extract_messages(sdk.webhooks.parse_event(call.json))
    assert (written.context.from_, written.context.id) == (NUMBER, sent)


async def test_a_closed_window_is_told_in_the_webhook(sdk: Any, stand: Stand) -> None:
    answer = await aside(sdk.messages.send_text, STRANGER, "Hi")

    call = await stand.told(answer.messages[0].id, "failed")

    [status] = sdk.webhooks.extract_statuses(sdk.webhooks.parse_event(call.json))
    assert [error["code"] for error in status.errors] == [131047]


async def test_a_body_with_another_signature_is_refused(sdk: Any, stand: Stand) -> None:
    from whatsapp_sdk.exceptions import WhatsAppWebhookError

    call = await stand.write("text", {"body": "Hello"})

    with pytest.raises(WhatsAppWebhookError):
        sdk.webhooks.handle_event("sha256=" + "0" * 64, call.body)


async def test_refusals_are_exceptions_of_their_own(sdk: Any, stand: Stand) -> None:
    from whatsapp_sdk.exceptions import WhatsAppAPIError, WhatsAppAuthenticationError, WhatsAppValidationError

    with pytest.raises(WhatsAppValidationError, match="#100"):
        await aside(sdk.messages.send_text, PHONE, "x" * 4097)
    with pytest.raises(WhatsAppValidationError, match="131009"):
        await aside(sdk.messages.send_interactive, PHONE, {**BUTTONS, "type": "wheel"})
    with pytest.raises(WhatsAppAPIError, match="132001"):
        await aside(sdk.templates.send, PHONE, "nope", "en_US")
    with pytest.raises(WhatsAppAuthenticationError):
        await aside(_client(stand, "wrong").messages.send_text, PHONE, "Hi")
