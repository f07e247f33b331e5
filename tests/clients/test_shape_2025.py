"""The shape of 2025, read by parsers that were written when every user had a number and statuses had no contacts."""

from typing import Any

import pytest
from heyoo import WhatsApp
from tests.clients.conftest import PHONE, STRANGER, Stand
from tests.support import media
from tests.support.clients import client_for
from tests.support.receiver import Received
from tests.support.server import NUMBER, TOKEN
from whatsapp_cloud_api.webhooks import normalize_webhook

pytestmark = [
    pytest.mark.anyio,
    # The models of whatsapp-sdk are written for an older pydantic.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"webhook_shape": "2025"}


def _value(call: Received) -> Any:
    """Return what whatsapp-sdk makes of a call; it insists on a `wa_id` in every contact and status."""
    from whatsapp_sdk.models.webhooks import WebhookEvent

    return WebhookEvent(**call.json).entry[0].changes[0].value


async def test_who_goes_by_a_username_still_has_a_number(stand: Stand) -> None:
    await stand.operate("PATCH", f"/phones/{STRANGER}", json={"username": "jopark", "name": "Jo Park"})

    call = await stand.write("text", {"body": "Hello"}, phone=STRANGER)

    value, told = _value(call), normalize_webhook(call.json)
    assert (value.messages[0].from_, value.contacts[0].wa_id) == (STRANGER, STRANGER)
    assert (told.messages[0].from_, told.contacts) == (STRANGER, [{"profile": {"name": "Jo Park"}, "wa_id": STRANGER}])
    reader = WhatsApp(TOKEN, phone_number_id=NUMBER)
    assert (reader.get_mobile(call.json), reader.get_name(call.json)) == (STRANGER, "Jo Park")


async def test_every_status_is_parsed_and_has_no_contacts(stand: Stand) -> None:
    async with client_for("meta", stand.base_url, NUMBER, TOKEN) as program:
        up = program.media_id(await program.upload(media.ogg_opus().data, media.ogg_opus().mime, "a.ogg"))
        voice = await program.send(PHONE, "audio", {"id": up, "voice": True})
        text = await program.send(STRANGER, "text", {"body": "Hi"})
    heard, lost = (str(answer.json["messages"][0]["id"]) for answer in (voice, text))
    await stand.told(heard, "read")
    await stand.operate("POST", f"/phones/{PHONE}/played", json={"message_id": heard})

    words = ((heard, "sent"), (heard, "delivered"), (heard, "read"), (heard, "played"), (lost, "failed"))
    calls = [await stand.told(message_id, word) for message_id, word in words]

    assert [(v.statuses[0].id, v.statuses[0].status) for v in map(_value, calls)] == list(words)
    assert [normalize_webhook(call.json).contacts for call in calls] == [[]] * 5


async def test_a_users_file_has_no_url(stand: Stand) -> None:
    call = await stand.write_file("audio", media.ogg_opus(), voice=True)

    [written] = normalize_webhook(call.json).messages
    assert sorted(_value(call).messages[0].audio.model_dump(exclude_none=True)) == [
        "id",
        "mime_type",
        "sha256",
        "voice",
    ]
    assert sorted(written.audio) == ["id", "mime_type", "sha256", "voice"]
