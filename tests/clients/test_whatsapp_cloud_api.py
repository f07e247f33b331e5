"""whatsapp-cloud-api-py, asynchronous, on the paths of Meta and on those of 360dialog.

No library for 360dialog's Cloud host alone was found. This one takes an HTTP client, so a hook in front of the same
calls turns Meta's paths into the proxy's: the bodies, the parser and the errors stay the library's own.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest
from tests.clients.conftest import PHONE, STRANGER, Stand
from tests.support import media
from tests.support.server import NUMBER, SECRET, TOKEN
from whatsapp_cloud_api import GraphApiError, WhatsAppClient
from whatsapp_cloud_api.resources import messages as m
from whatsapp_cloud_api.resources.media import MediaUploadInput
from whatsapp_cloud_api.resources.phone_numbers import UpdateBusinessProfileInput
from whatsapp_cloud_api.resources.templates import TemplateCreateInput, TemplateDeleteInput, TemplateListInput
from whatsapp_cloud_api.webhooks import normalize_webhook, verify_signature

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
WABA = f"30000{NUMBER}"
BASE: dict[str, Any] = {"phone_number_id": NUMBER, "to": PHONE}


async def as_proxy(request: httpx.Request) -> None:
    """Leave out of a path what 360dialog's host does not have: the version, the number and the account."""
    path = request.url.path
    for part in ("/v24.0", f"/{NUMBER}", f"/{WABA}"):
        path = path.removeprefix(part)
    request.url = request.url.copy_with(path=path)


# The library itself sends X-API-Key, for its maker's own proxy; both credentials here are headers of the given client.
FACES: dict[str, tuple[dict[str, str], Sequence[Callable[[httpx.Request], Awaitable[None]]]]] = {
    "meta": ({"Authorization": f"Bearer {TOKEN}"}, ()),
    "360dialog": ({"D360-API-KEY": TOKEN}, (as_proxy,)),
}


@pytest.fixture(params=sorted(FACES))
async def client(request: pytest.FixtureRequest, stand: Stand) -> AsyncIterator[WhatsAppClient]:
    headers, hooks = FACES[request.param]
    async with httpx.AsyncClient(headers=headers, event_hooks={"request": list(hooks)}) as session:
        yield WhatsAppClient(access_token="unused", base_url=stand.base_url, http_client=session)


def _upload(sample: media.Sample, kind: str) -> MediaUploadInput:
    return MediaUploadInput(phone_number_id=NUMBER, type=kind, file=sample.data, mime_type=sample.mime)


HEADER = m.InteractiveHeader(type="text", text="Choose")
PLAIN: list[tuple[str, str, Any]] = [
    ("text", "send_text", m.TextMessage(**BASE, body="See https://example.com", preview_url=True)),
    ("location", "send_location", m.LocationMessage(**BASE, location={"latitude": 52.5, "longitude": 13.4})),
    (
        "contacts",
        "send_contacts",
        m.ContactsMessage(**BASE, contacts=[{"name": {"formatted_name": "Ada", "first_name": "Ada"}}]),
    ),
    (
        "template",
        "send_template",
        m.TemplateMessage(**BASE, template={"name": "hello_world", "language": {"code": "en_US"}}),
    ),
    (
        "template",
        "send_template",
        m.TemplateMessage(
            **BASE,
            template={
                "name": "parcel_update",
                "language": {"code": "en_US", "policy": "deterministic"},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": t} for t in ("a", "b", "c")]}],
            },
        ),
    ),
    (
        "interactive",
        "send_interactive_buttons",
        m.InteractiveButtonsMessage(
            **BASE, body_text="Which?", footer_text="Please", header=HEADER, buttons=[{"id": "1", "title": "One"}]
        ),
    ),
    (
        "interactive",
        "send_interactive_list",
        m.InteractiveListMessage(
            **BASE, body_text="Which?", button_text="Pick", sections=[{"rows": [{"id": "a", "title": "Apple"}]}]
        ),
    ),
    (
        "interactive",
        "send_interactive_cta_url",
        m.InteractiveCtaUrlMessage(
            **BASE, body_text="See", parameters={"display_text": "Open", "url": "https://example.com"}
        ),
    ),
    (
        "interactive",
        "send_interactive_location_request",
        m.InteractiveLocationRequestMessage(**BASE, body_text="Where?", parameters={"request_message": "Where?"}),
    ),
    (
        "interactive",
        "send_interactive_flow",
        m.InteractiveFlowMessage(
            **BASE, body_text="Fill in", parameters={"flow_id": "7", "flow_cta": "Open", "flow_token": "token"}
        ),
    ),
    (
        "interactive",
        "send_interactive_product",
        m.InteractiveProductMessage(**BASE, body_text="Ours", catalog_id="7", product_retailer_id="a"),
    ),
    (
        "interactive",
        "send_interactive_product_list",
        m.InteractiveProductListMessage(
            **BASE,
            body_text="Ours",
            header=HEADER,
            catalog_id="7",
            sections=[{"title": "Fruit", "product_items": [{"product_retailer_id": "a"}]}],
        ),
    ),
    (
        "interactive",
        "send_interactive_catalog",
        m.InteractiveCatalogMessage(
            **BASE, body_text="All", parameters={"thumbnail_product_retailer_id": "a"}
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "method", "message"), PLAIN)
async def test_each_message_it_can_make_is_read_on_the_phone(
    client: WhatsAppClient, stand: Stand, kind: str, method: str, message: Any
) -> None:
    answer = await getattr(client.messages, method)(message)

    told = await stand.told(answer.messages[0].id, "read")
    assert (answer.contacts[0].input, answer.contacts[0].wa_id) == (PHONE, PHONE)
    [status] = normalize_webhook(told.json).statuses
    assert (status.id, status.status, status.recipient_id) == (answer.messages[0].id, "read", PHONE)
    assert (await stand.shown())["type"] == kind


FILES: list[tuple[str, media.Sample, type]] = [
    ("image", JPEG, m.ImageMessage),
    ("video", media.mp4(), m.VideoMessage),
    ("audio", media.mp3(), m.AudioMessage),
    ("document", media.pdf(), m.DocumentMessage),
    ("sticker", media.sticker(), m.StickerMessage),
]


@pytest.mark.parametrize(("kind", "sample", "message"), FILES)
async def test_each_file_is_sent_by_id_and_by_link(
    client: WhatsAppClient, stand: Stand, kind: str, sample: media.Sample, message: Any
) -> None:
    send = getattr(client.messages, f"send_{kind}")
    up = await client.media.upload(_upload(sample, kind))

    for source in ({"id": up.id}, {"link": stand.serve(sample)}):
        sent = await send(message(**BASE, **{kind: source}))
        await stand.told(sent.messages[0].id, "delivered")

        shown = await stand.shown()
        assert (shown["type"], shown["media"]["sha256"]) == (kind, hashlib.sha256(sample.data).hexdigest())


async def test_a_file_is_looked_up_downloaded_and_deleted(client: WhatsAppClient) -> None:
    up = await client.media.upload(_upload(JPEG, "image"))

    # The library's model of a look-up wants `file_size` as text; the platform gives a number (so do pywa and Kapso).
    found = await client.get(up.id)
    fetched = await client.fetch_authenticated(found["url"])
    deleted = await client.media.delete(up.id)

    assert (found["mime_type"], found["file_size"], found["sha256"]) == (
        "image/jpeg",
        len(JPEG.data),
        hashlib.sha256(JPEG.data).hexdigest(),
    )
    assert (fetched.status_code, fetched.content, deleted) == (200, JPEG.data, {"success": True})
    with pytest.raises(GraphApiError) as gone:
        await client.get(up.id)
    assert (gone.value.code, gone.value.error_subcode) == (100, 33)


async def test_a_message_is_marked_as_read_and_answered_with_a_reaction(client: WhatsAppClient, stand: Stand) -> None:
    told = await stand.write("text", {"body": "Hello"})
    [written] = normalize_webhook(told.json).messages

    marked = await client.messages.mark_read(m.MarkReadInput(phone_number_id=NUMBER, message_id=written.id))
    reacted = await client.messages.send_reaction(
        m.ReactionMessage(**BASE, reaction={"message_id": written.id, "emoji": "👍"})
    )

    assert marked == {"success": True}
    await stand.told(reacted.messages[0].id, "sent")


INBOUND: list[tuple[str, Any]] = [
    ("text", {"body": "Grüße 👋"}),
    ("location", {"latitude": 52.5, "longitude": 13.4}),
    ("button", {"payload": "yes", "text": "Yes"}),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "One"}}),
    ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "One", "description": "First"}}),
    ("contacts", [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+49301"}]}]),
]


@pytest.mark.parametrize(("kind", "body"), INBOUND)
async def test_what_a_user_writes_is_normalized_and_its_signature_holds(stand: Stand, kind: str, body: Any) -> None:
    call = await stand.write(kind, body)

    told = normalize_webhook(call.json)

    [message] = told.messages
    assert (told.phone_number_id, told.contacts[0]["profile"]["name"]) == (NUMBER, "Sample Phone")
    assert (message.from_, message.type, getattr(message, kind)) == (PHONE, kind, body)
    signature = call.headers["x-hub-signature-256"]
    assert verify_signature(app_secret=SECRET, raw_body=call.body, signature_header=signature)
    assert not verify_signature(app_secret="other", raw_body=call.body, signature_header=signature)


async def test_a_closed_window_is_told_in_the_webhook(client: WhatsAppClient, stand: Stand) -> None:
    sent = await client.messages.send_text(m.TextMessage(phone_number_id=NUMBER, to=STRANGER, body="Hi"))

    told = normalize_webhook((await stand.told(sent.messages[0].id, "failed")).json)

    assert told.statuses[0].errors is not None
    assert [error["code"] for error in told.statuses[0].errors] == [131047]


REFUSED: list[tuple[str, Any, int, str]] = [
    ("send_text", m.TextMessage(phone_number_id=NUMBER, to="12", body="Hi"), 131009, "parameter"),
    ("send_text", m.TextMessage(**BASE, body="x" * 4097), 100, "parameter"),
    (
        "send_template",
        m.TemplateMessage(**BASE, template={"name": "nope", "language": {"code": "en_US"}}),
        132001,
        "template",
    ),
]


@pytest.mark.parametrize(("method", "message", "code", "category"), REFUSED)
async def test_a_refusal_is_sorted_into_its_category(
    client: WhatsAppClient, method: str, message: Any, code: int, category: str
) -> None:
    with pytest.raises(GraphApiError) as refused:
        await getattr(client.messages, method)(message)

    error = refused.value
    assert (error.code, error.category, error.retry.action) == (code, category, "fix_and_retry")
    assert error.error_data is not None
    assert error.error_data["details"]


async def test_a_wrong_token_asks_for_another(stand: Stand) -> None:
    async with httpx.AsyncClient(headers={"Authorization": "Bearer wrong"}) as session:
        client = WhatsAppClient(access_token="unused", base_url=stand.base_url, http_client=session)

        with pytest.raises(GraphApiError) as refused:
            await client.messages.send_text(m.TextMessage(**BASE, body="Hi"))

    assert (refused.value.code, refused.value.http_status, refused.value.is_auth_error()) == (190, 401, True)


async def test_templates_are_made_listed_and_deleted(client: WhatsAppClient) -> None:
    made = await client.templates.create(
        TemplateCreateInput(
            business_account_id=WABA,
            name="order_sent",
            language="en_US",
            category="UTILITY",
            components=[{"type": "BODY", "text": "Your order is on its way."}],
        )
    )

    listed = await client.templates.list(TemplateListInput(business_account_id=WABA, name="order_sent", limit=5))
    deleted = await client.templates.delete(TemplateDeleteInput(business_account_id=WABA, name="order_sent"))

    assert (made.status, made.category) == ("PENDING", "UTILITY")
    assert [(each.id, each.name) for each in listed.data] == [(made.id, "order_sent")]
    assert deleted.success


async def test_the_profile_is_changed_and_shown(client: WhatsAppClient) -> None:
    changed = await client.phone_numbers.business_profile.update(
        UpdateBusinessProfileInput(phone_number_id=NUMBER, about="Repairs", vertical="RETAIL")
    )

    shown = await client.phone_numbers.business_profile.get(NUMBER, fields="about,vertical")

    assert changed == {"success": True}
    assert [(each.about, each.vertical) for each in shown.data] == [("Repairs", "RETAIL")]
