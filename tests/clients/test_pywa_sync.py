"""pywa's synchronous half: its client, and the web server that it adds its webhook to."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from pywa import WhatsApp, errors, types
from pywa.types.templates import BodyText, TemplateLanguage
from starlette.applications import Starlette
from tests.clients.conftest import PHONE, Stand, aside
from tests.support import media
from tests.support.server import NUMBER, SECRET, TOKEN

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
VERIFY = "told"


@contextmanager
def client(stand: Stand, **more: Any) -> Iterator[WhatsApp]:
    """Make a client; pywa sets the host itself, and the session that it was given is where it can be changed."""
    with httpx.Client() as session:
        wa = WhatsApp(NUMBER, more.pop("token", TOKEN), session=session, **more)
        session.base_url = f"{stand.base_url}/v24.0"
        yield wa


# -- The client ---------------------------------------------------------------------------------------------------

Send = Callable[[WhatsApp], types.SentMessage]

CARD = types.Contact(name=types.Contact.Name(formatted_name="Ada Byron", first_name="Ada"))
SENDS: dict[str, tuple[str, Send]] = {
    "text": ("text", lambda wa: wa.send_message(PHONE, "See https://example.com", preview_url=True)),
    "buttons": ("interactive", lambda wa: wa.send_message(PHONE, "Which?", buttons=[types.Button("One", "one")])),
    "location": ("location", lambda wa: wa.send_location(PHONE, 52.5, 13.4, "Berlin", "Mitte")),
    "contact": ("contacts", lambda wa: wa.send_contact(PHONE, CARD)),
    "template": (
        "template",
        lambda wa: wa.send_template(
            PHONE, "parcel_update", TemplateLanguage.ENGLISH_US, [BodyText.params("Ada", "9 EUR", "Monday")]
        ),
    ),
    "image": ("image", lambda wa: wa.send_image(PHONE, JPEG.data, "Look", mime_type="image/jpeg")),
    "document": (
        "document",
        lambda wa: wa.send_document(PHONE, media.pdf().data, filename="a.pdf", mime_type="application/pdf"),
    ),
    "voice": ("audio", lambda wa: wa.send_voice(PHONE, media.ogg_opus().data, mime_type="audio/ogg")),
    "sticker": ("sticker", lambda wa: wa.send_sticker(PHONE, media.sticker().data, mime_type="image/webp")),
}


@pytest.mark.parametrize("name", SENDS)
async def test_each_message_it_can_make_is_read_on_the_phone(stand: Stand, name: str) -> None:
    kind, send = SENDS[name]

    with client(stand) as wa:
        sent = await aside(send, wa)

    await stand.told(sent.id, "read")
    assert (await stand.shown())["type"] == kind


async def test_media_goes_up_is_found_comes_down_and_goes_away(stand: Stand) -> None:
    with client(stand) as wa:
        up = await aside(wa.upload_media, JPEG.data, "image/jpeg", "a.jpg")
        found = await aside(wa.get_media_url, up.id)
        data = await aside(found.get_bytes)
        gone = await aside(wa.delete_media, up.id, phone_id=NUMBER)

    assert (data, found.sha256) == (JPEG.data, hashlib.sha256(JPEG.data).hexdigest())
    assert gone.success


async def test_the_account_is_changed_and_shown(stand: Stand) -> None:
    with client(stand) as wa:
        changed = await aside(wa.update_business_profile, about="Repairs", industry=types.Industry.RETAIL)
        shown = await aside(wa.get_business_profile)
        number = await aside(wa.get_business_phone_number)

    assert (changed.success, shown.about, shown.industry) == (True, "Repairs", types.Industry.RETAIL)
    assert (number.id, number.verified_name) == (NUMBER, "Waypost")


async def test_a_refusal_is_an_exception_of_its_own(stand: Stand) -> None:
    with client(stand) as wa, pytest.raises(errors.TemplateNotExists) as missing:
        await aside(wa.send_template, PHONE, "nope", TemplateLanguage.ENGLISH_US)
    with client(stand, token="wrong") as wa, pytest.raises(errors.ExpiredAccessToken) as expired:
        await aside(wa.send_message, PHONE, "Hi")

    assert (missing.value.code, expired.value.code) == (132001, 190)


# -- The server -----------------------------------------------------------------------------------------------------


@dataclass
class Bot:
    """A program whose webhook is a web server with pywa's routes."""

    wa: WhatsApp
    url: str
    updates: list[Any] = field(default_factory=list)

    async def given(self, kind: type[Any]) -> Any:
        """Wait for an update of a kind."""
        async with asyncio.timeout(10):
            while not any(isinstance(update, kind) for update in self.updates):  # noqa: ASYNC110 - pywa tells in a thread
                await asyncio.sleep(0.01)
        return next(update for update in self.updates if isinstance(update, kind))


@asynccontextmanager
async def running_bot(stand: Stand, *, secret: str = SECRET) -> AsyncIterator[Bot]:
    """Start a web server on a free port, as pywa's own documents have it, with a program that answers."""
    app, listening = Starlette(), socket.create_server(("127.0.0.1", 0))
    with client(stand, server=app, webhook_endpoint="/pywa", verify_token=VERIFY, app_secret=secret) as wa:
        bot = Bot(wa, f"http://127.0.0.1:{listening.getsockname()[1]}/pywa")

        def answer(_: WhatsApp, message: types.Message) -> None:
            bot.updates.append(message)
            message.reply(f"You said {message.text}", quote=True)

        wa.on_message()(answer)
        wa.on_message_status()(lambda _, status: bot.updates.append(status))
        config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield bot
        server.should_exit = True
        await serving


async def subscribe(stand: Stand, url: str, token: str) -> int:
    """Set the webhook; the server asks it for its challenge."""
    body = {"webhook": {"url": url, "verify_token": token}}
    return int((await stand.control.call("PUT", f"/numbers/{NUMBER}", json=body)).status)


async def test_its_server_takes_the_challenge_the_message_and_what_becomes_of_its_answer(stand: Stand) -> None:
    async with running_bot(stand) as bot:
        wrong = await subscribe(stand, bot.url, "guessed")
        right = await subscribe(stand, bot.url, VERIFY)
        written = await stand.operate(
            "POST", f"/phones/{PHONE}/messages", json={"type": "text", "text": {"body": "Hello"}}
        )

        message, status = await bot.given(types.Message), await bot.given(types.MessageStatus)

        shown = await stand.shown()
    assert (wrong == 200, right) == (False, 200)
    assert (message.id, message.text, message.from_user.wa_id) == (written["id"], "Hello", PHONE)
    assert (shown["body"], shown["context_id"]) == ("You said Hello", message.id)
    assert status.status in {"sent", "delivered", "read"}


async def test_its_server_refuses_what_another_secret_has_signed(stand: Stand) -> None:
    async with running_bot(stand, secret="another") as bot:
        assert await subscribe(stand, bot.url, VERIFY) == 200
        await stand.operate("POST", f"/phones/{PHONE}/messages", json={"type": "text", "text": {"body": "Hello"}})

        assert await first_answer(stand) == 403
        assert bot.updates == []


async def first_answer(stand: Stand) -> int:
    """Wait until the newest delivery was tried; return the status that it got."""
    async with asyncio.timeout(10):
        while True:
            newest = (await stand.operate("GET", "/webhooks/deliveries"))["deliveries"][0]
            if newest["attempts"]:
                return int(newest["attempts"][0]["status"])
            await asyncio.sleep(0.01)
