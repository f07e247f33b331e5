"""Send a message, mark one as read, ask which numbers are on WhatsApp, ask whether all is well.

# spec: on-premises-api.md#3, on-premises-api.md#4, on-premises-api.md#6.1, on-premises-api.md#9.1
"""

from dataclasses import dataclass

from waypost.api.bodies import json_body
from waypost.api.idempotency import key_of
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.accept import Accept
from waypost.flows.mark_read import MarkRead
from waypost.lib import ids, phone
from waypost.model import Earlier, Outbound
from waypost.wire import onprem

MAX_CONTACTS = 10_000
"""How many numbers one check may ask about. The platform names no limit; known clients ask about 1,000 at once."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The handlers."""

    callers: Callers
    accept: Accept
    mark_read: MarkRead

    async def post(self, request: Request) -> Response:
        """Take a message; 201 says that it is stored, and no more."""
        number = self.callers.sender(request)
        raw = await json_body(request)
        parsed = onprem.parse_send(raw)
        key = key_of(request)
        if key is None:
            message: Outbound | Earlier = await self.accept(number, parsed, raw, dialect="onprem")
        else:
            message = await self.accept.once(number, parsed, raw, key=key, dialect="onprem")
        message_id = ids.onprem_message_id(message.key, message.tag, message.wa_id, received=False)
        return Response(201, onprem.send_answer(parsed.to, message.wa_id, message_id))

    async def put(self, request: Request) -> Response:
        """Mark a received message, and every earlier one of its user, as read."""
        number = self.callers.caller(request)
        onprem.parse_mark_read(await json_body(request))
        await self.mark_read(number, request.params["message_id"])
        return Response(200, onprem.DONE)

    async def check_contacts(self, request: Request) -> Response:
        """Say which of the numbers are numbers; whether somebody is there shows when a message is sent.

        It answers as clients from v2.43 on: always at once, and `valid` for every well-formed number. A number without
        a plus is taken as a whole international one.
        """
        self.callers.caller(request)
        asked = onprem.parse_contacts_check(await json_body(request)).contacts
        if len(asked) > MAX_CONTACTS:
            raise Refusal(
                INVALID_VALUE, f"Parameter 'contacts' has {len(asked)} entries; ask about {MAX_CONTACTS} at a time."
            )
        return Response(200, onprem.contacts_answer([(text, _wa_id(text)) for text in asked]))

    async def health(self, request: Request) -> Response:
        """Say that the number is connected: the server would not answer otherwise."""
        self.callers.caller(request)
        return Response(200, onprem.HEALTHY)


def _wa_id(text: str) -> str | None:
    try:
        return phone.normalise(text)
    except ValueError:
        return None
