"""The phones of the embedded network: what their users do, and what they see."""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from msgspec.structs import asdict

from waypost.api.bodies import has_body
from waypost.api.control.answers import answer, asked_number, body_of, digits_of
from waypost.api.control.filters import OF_CHATS, wanted_page
from waypost.api.control.topics import REFUSED, V1
from waypost.api.control.writing import Writing
from waypost.api.routing import Request, Response, Route
from waypost.flows.chats import Chats
from waypost.flows.identity import Identities
from waypost.flows.phone_side import PhoneSide
from waypost.flows.play import PhoneNetwork, Play
from waypost.flows.preferences import Preferences
from waypost.flows.taps import Taps
from waypost.model import InboundMessage, Phone
from waypost.wire.changes import given
from waypost.wire.control.base import MessageId, Success
from waypost.wire.control.chats import ReceivedList
from waypost.wire.control.lists import CHATS
from waypost.wire.control.phones import (
    Choice,
    Chosen,
    Listen,
    Listened,
    Moved,
    NextNumber,
    OpenChat,
    Opened,
    PhoneChange,
    PhoneList,
    PhoneView,
    ReadCount,
    ReadUpTo,
    Written,
)
from waypost.wire.inbound import PhoneMessage
from waypost.wire.renderings import message_ids
from waypost.wire.taps import Tap

Erase = Callable[[str], Awaitable[None]]
"""Erases everything about the user of a phone."""


class Phones(Struct, frozen=True):
    """The handlers, with the flows they use."""

    play: Play
    taps: Taps
    chats: Chats
    preferences: Preferences
    network: PhoneNetwork
    side: PhoneSide
    identities: Identities
    writing: Writing
    erase_user: Erase

    def routes(self) -> list[Route]:
        """Return the paths."""
        phone = f"{V1}/phones/{{wa_id}}"
        return [
            Route("GET", f"{V1}/phones", self.list, "phones", None, PhoneList, REFUSED),
            Route("GET", phone, self.get, "phone", None, PhoneView, REFUSED),
            Route("PATCH", phone, self.patch, "change_phone", PhoneChange, PhoneView, REFUSED),
            Route("DELETE", phone, self.erase, "erase", None, Success, REFUSED),
            Route("POST", f"{phone}/messages", self.write, "write", PhoneMessage, Written, REFUSED),
            Route("GET", f"{phone}/messages", self.received, "received", None, ReceivedList, REFUSED, query=OF_CHATS),
            Route("POST", f"{phone}/taps", self.tap, "tap", Tap, Written, REFUSED),
            Route("POST", f"{phone}/open", self.open, "open_chat", OpenChat, Opened, REFUSED),
            Route("POST", f"{phone}/played", self.listen, "played", Listen, Listened, REFUSED),
            Route("POST", f"{phone}/move", self.move, "move_phone", NextNumber, Moved, REFUSED),
            Route("POST", f"{phone}/preferences", self.choose, "choose", Choice, Chosen, REFUSED),
            Route("POST", f"{phone}/read", self.read, "read", ReadUpTo, ReadCount, REFUSED),
        ]

    async def list(self, request: Request) -> Response:
        """List the phones that have written or were changed."""
        _ = request
        return answer(PhoneList([_view(phone) for phone in self.network.phones.known()]))

    async def get(self, request: Request) -> Response:
        """Look at a phone; every number has one."""
        return answer(_view(self.network.phones.get(_wa_id(request))))

    async def patch(self, request: Request) -> Response:
        """Change a phone: its user's name, username and keys, what they do and take, whose chat they look at."""
        wa_id = _wa_id(request)
        change = await body_of(request, PhoneChange)
        members = given(change)
        if members.pop("identity", None) is not None:
            await self.identities.renew(wa_id)
        if "marketing" in members:
            members["stopped"] = ()
        if members.get("chat_open") is not None:
            members["chat_open"] = self.play.threads.number(members["chat_open"]).id
        return answer(_view(await self.network.change_phone(wa_id, **members)))

    async def erase(self, request: Request) -> Response:
        """Erase a user: their messages, files, webhooks and dead letters, and what is known of them. Nothing is told.

        What is under the numbers that they had before goes as well; a file stays that another user's message has.
        What this process counts in memory, and the list of refusals, begin anew as after a restart.
        """
        await self.erase_user(_wa_id(request))
        return answer(Success())

    async def write(self, request: Request) -> Response:
        """Let the phone's user write to a business.

        The body is an object of the Cloud webhook's `messages[]`; one copied from a real webhook will do. A file comes
        in base64 as its `data`, or as the part `file` of a multipart form whose part `message` is that object; the `id`
        of a file that is stored here will do too.
        """
        return answer(_written(await self.writing(request, _wa_id(request))))

    async def tap(self, request: Request) -> Response:
        """Let the phone's user tap a message that the phone shows; what WhatsApp makes of it is sent."""
        return answer(_written(await self.taps(_wa_id(request), await body_of(request, Tap))))

    async def open(self, request: Request) -> Response:
        """Let the phone's user open a chat; the first time the business is told, if it greets."""
        wish = await body_of(request, OpenChat) if has_body(request) else OpenChat()
        welcome = await self.chats.open(_wa_id(request), wish.number)
        return answer(Opened(_written(welcome) if welcome else None))

    async def listen(self, request: Request) -> Response:
        """Let the phone's user play a voice message."""
        wish = await body_of(request, Listen)
        return answer(Listened(await self.chats.play(_wa_id(request), wish.message_id)))

    async def choose(self, request: Request) -> Response:
        """Let the phone's user stop or resume marketing of a business, or of all; those they talk to are told."""
        choice = await body_of(request, Choice)
        told = await self.preferences.choose(_wa_id(request), stop=choice.marketing == "stop", number=choice.number)
        return answer(Chosen(choice.marketing, [number.digits for number in told]))

    async def move(self, request: Request) -> Response:
        """Let the phone's user go on under another number; the businesses that they had talked to are told."""
        new_wa_id = digits_of("wa_id", (await body_of(request, NextNumber)).wa_id)
        phone, told = await self.chats.move(_wa_id(request), new_wa_id)
        return answer(Moved(_view(phone), [_written(message) for message in told]))

    async def read(self, request: Request) -> Response:
        """Let the phone's user read everything, or everything up to a message."""
        wa_id = _wa_id(request)
        up_to = await body_of(request, ReadUpTo) if has_body(request) else ReadUpTo()
        return answer(ReadCount(await self.play.read(wa_id, up_to.message_id)))

    async def received(self, request: Request) -> Response:
        """List what the phone has received, oldest first, each message once; what it wrote; who is typing to it.

        Each message has the reactions of both sides; what was received has the answers that were tapped on it, and a
        template the text that the user sees.
        """
        wanted = wanted_page(request, CHATS)
        return answer(await self.side.chats(_wa_id(request), asked_number(request, "number"), wanted))


def _wa_id(request: Request) -> str:
    return digits_of("wa_id", request.params["wa_id"])


def _view(phone: Phone) -> PhoneView:
    shown = asdict(phone)
    stopped = [str(account) for account in shown.pop("stopped")]
    del shown["former"]
    shown["chat_open"] = None if phone.chat_open is None else str(phone.chat_open)
    shown["marketing"] = phone.marketing and not stopped
    return PhoneView(**shown, marketing_stopped=stopped)


def _written(message: InboundMessage) -> Written:
    wa_id = message.person.wa_id
    names = message_ids(message.key, message.tag, wa_id, received=True)
    media_id = str(message.media_key) if message.media_key else None
    return Written(*names, str(message.number_id), wa_id, media_id, [MessageId(*names)])
