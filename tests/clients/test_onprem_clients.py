"""wabclient and turn-python: two clients for the On-Premises API, with a login and with a token."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from tests.clients.conftest import PHONE, STRANGER, Stand, aside
from tests.support import media
from tests.support.server import TOKEN
from turn.client import TurnClient
from turn.exceptions import WhatsAppBadRequestError, WhatsAppContactNotFoundError, WhatsAppUnknownError
from wabclient.client import Client
from wabclient.exceptions import AddressException

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"callback_dialect": "onprem"}


@pytest.fixture
async def wab(stand: Stand) -> Client:
    """Log in; the token stays in the session that all of its managers share."""
    client = Client(stand.base_url, session=requests.Session())
    await aside(client.config.login, "admin", TOKEN)
    return client


@pytest.fixture
async def turn(stand: Stand, wab: Client) -> TurnClient:
    """Turn's service gives a token; here it is the one of a login. Its host is an attribute of each of its parts."""
    client = TurnClient(wab.connection.session.headers["Authorization"].removeprefix("Bearer "))
    for part in (client.contacts, client.messages, client.media):
        part.base_url = f"{stand.base_url}/v1/"
    return client


def _answer(error: requests.HTTPError) -> requests.Response:
    assert error.response is not None
    return error.response


async def test_a_login_gives_a_token_for_seven_days(stand: Stand) -> None:
    client = Client(stand.base_url, session=requests.Session())
    now = (await stand.operate("GET", "/clock"))["now"]

    token, expires_at = await aside(client.config.login, "admin", TOKEN)

    assert token
    assert abs(expires_at - datetime.fromisoformat(now) - timedelta(days=7)) < timedelta(minutes=1)


async def test_a_wrong_password_is_refused(stand: Stand) -> None:
    client = Client(stand.base_url, session=requests.Session())

    with pytest.raises(requests.HTTPError) as refused:
        await aside(client.config.login, "admin", "wrong")

    assert _answer(refused.value).status_code == 401


async def test_health_and_contacts_are_told(wab: Client) -> None:
    health = await aside(wab.healthcheck)
    address = await aside(wab.get_address, f"+{PHONE}")

    assert (health["health"]["gateway_status"], address) == ("connected", PHONE)
    with pytest.raises(AddressException):
        await aside(wab.get_address, "nobody")


SENDS: dict[str, tuple[str, Callable[[Client], Any]]] = {
    "text": ("text", lambda c: c.send_message(PHONE, "Hello")),
    "text with a link": ("text", lambda c: c.send_message(PHONE, "See https://example.com")),
    "image": ("image", lambda c: c.send_image(PHONE, "a.jpg", io.BytesIO(JPEG.data), "Look")),
    "image without a caption": ("image", lambda c: c.send_image(PHONE, "a.jpg", io.BytesIO(JPEG.data))),
    "document": ("document", lambda c: c.send_document(PHONE, "a.pdf", io.BytesIO(media.pdf().data), "Look")),
    "audio": ("audio", lambda c: c.send_audio(PHONE, "a.mp3", io.BytesIO(media.mp3().data))),
    "template as hsm": (
        "template",
        lambda c: c.send_hsm(
            PHONE, "any_namespace", "parcel_update", "en_US", [{"default": text} for text in ("Ada", "9 EUR", "Monday")]
        ),
    ),
    "checked first": ("text", lambda c: c.send_message(f"+{PHONE}", "Hello", check_address=True)),
}


@pytest.mark.parametrize("name", SENDS)
async def test_each_message_it_can_make_is_read_on_the_phone(wab: Client, stand: Stand, name: str) -> None:
    kind, send = SENDS[name]

    answer = await aside(send, wab)

    message_id = answer["messages"][0]["id"]
    await stand.told(message_id, "read")
    assert stand.hook.statuses(message_id) == ["delivered", "read"]
    assert (await stand.shown())["type"] == kind


async def test_a_users_file_is_downloaded_by_the_id_in_the_webhook(wab: Client, stand: Stand) -> None:
    call = await stand.write_file("image", JPEG, caption="Look")
    [written] = call.json["messages"]

    length, stream = await aside(wab.download_media, written["image"]["id"])

    assert (written["from"], written["image"]["caption"]) == (PHONE, "Look")
    assert (length, await aside(stream.read)) == (len(JPEG.data), JPEG.data)


async def test_a_closed_window_is_told_in_the_webhook(wab: Client, stand: Stand) -> None:
    answer = await aside(wab.send_message, STRANGER, "Hi")

    call = await stand.told(answer["messages"][0]["id"], "failed")

    assert [error["code"] for error in call.json["statuses"][0]["errors"]] == [470]


async def test_a_refusal_says_its_code(wab: Client) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        await aside(wab.send_message, "12", "Hi")

    assert [error["code"] for error in _answer(refused.value).json()["errors"]] == [1009]


async def test_settings_are_changed_and_shown(wab: Client, stand: Stand) -> None:
    await aside(wab.config.set_settings, PHONE, stand.hook.url_at("/other"), sent_status=True)

    shown = await aside(wab.config.get_settings)

    assert (shown["webhooks"]["url"], shown["on_call_pager"]) == (stand.hook.url_at("/other"), PHONE)


async def test_the_profile_is_changed_and_shown(wab: Client) -> None:
    picture = media.jpeg(width=640, height=640)

    await aside(wab.config.set_about, "Repairs")
    await aside(
        wab.config.set_business_profile, "Harbour 1", "A shop", "Automotive", "a@example.com", ["https://a.example"]
    )
    await aside(wab.config.set_profile_photo, io.BytesIO(picture.data), "a.jpg")

    assert await aside(wab.config.get_about) == "Repairs"
    assert (await aside(wab.config.get_business_profile))["profile"] == {
        "address": "Harbour 1",
        "description": "A shop",
        "vertical": "Automotive",
        "email": "a@example.com",
        "websites": ["https://a.example"],
    }
    assert await aside((await aside(wab.config.get_profile_photo)).read) == picture.data


async def test_a_user_is_made_and_gets_another_password(wab: Client, stand: Stand) -> None:
    await aside(wab.config.create_user, "tester", "Passw0rd!")
    await aside(wab.config.set_password, "tester", "Passw0rd!2")

    client = Client(stand.base_url, session=requests.Session())
    token, _ = await aside(client.config.login, "tester", "Passw0rd!2")
    assert token


async def test_a_backup_is_made_and_restored(wab: Client) -> None:
    backup = await aside(wab.create_backup, "Passw0rd!")

    assert backup
    await aside(wab.restore_backup, "Passw0rd!", backup)


async def test_turn_sends_a_template_as_hsm_and_says_when_there_is_none(turn: TurnClient, stand: Stand) -> None:
    sent = await aside(
        turn.messages.send_templated_message, PHONE, "any", "parcel_update", "en_US", ["Ada", "9 EUR", "Monday"]
    )

    await stand.told(sent, "read")
    assert (await stand.shown())["type"] == "template"
    with pytest.raises(WhatsAppUnknownError, match="nope"):
        await aside(turn.messages.send_templated_message, PHONE, "any", "nope", "en_US")


async def test_turn_finds_a_contact_and_says_when_there_is_none(turn: TurnClient) -> None:
    assert await aside(turn.contacts.get_whatsapp_id, f"+{PHONE}") == PHONE
    with pytest.raises(WhatsAppContactNotFoundError):
        await aside(turn.contacts.get_whatsapp_id, "nobody")


async def test_turn_sends_a_text(turn: TurnClient, stand: Stand) -> None:
    sent = await aside(turn.messages.send_text, PHONE, "Hello")

    await stand.told(sent, "read")
    assert (await stand.shown())["body"] == "Hello"


async def test_turn_uploads_and_downloads(turn: TurnClient) -> None:
    media_id = await aside(turn.media.upload_media, JPEG.data, "image/jpeg")

    answer = await aside(turn.media.get_media, media_id)

    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/jpeg", JPEG.data)


async def test_turns_errors_are_told_apart(stand: Stand, turn: TurnClient) -> None:
    stranger = TurnClient("wrong")
    stranger.messages.base_url = f"{stand.base_url}/v1/"

    with pytest.raises(WhatsAppBadRequestError, match="'to'"):
        await aside(turn.messages.send_text, "12", "Hi")
    with pytest.raises(WhatsAppUnknownError, match="token"):
        await aside(stranger.messages.send_text, PHONE, "Hi")
