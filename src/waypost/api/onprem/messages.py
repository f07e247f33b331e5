"""Send a message, mark one as read.

# spec: on-premises-api.md#3, on-premises-api.md#4
"""

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.idempotency import HEADER, key_of
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.flows.accept import Accept
from waypost.flows.contacts import Contacts
from waypost.flows.identity import Identities
from waypost.flows.mark_read import MarkRead
from waypost.lib import ids, phone
from waypost.model import Earlier, Number, Outbound
from waypost.wire import onprem
from waypost.wire.requests import SendRequest


class Messages(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    accept: Accept
    mark_read: MarkRead
    contacts: Contacts
    identities: Identities
    home_code: phone.HomeCode = phone.no_code

    def routes(self) -> list[Route]:
        """Return the paths; `/v1/message` is a misprint of 360dialog's pages that clients have copied.

        # spec: on-premises-api.md#1.1, seed-media-messages.txt
        """
        return [
            Route("POST", "/v1/messages", self.post, "onprem.send", headers=HEADER),
            Route("POST", "/v1/message", self.post, "onprem.send_alias", headers=HEADER),
            Route("PUT", "/v1/messages/{message_id}", self.put, "onprem.mark_read"),
        ]

    async def post(self, request: Request) -> Response:
        """Take a message; 201 says that it is stored, and no more."""
        number = self.callers.sender(request)
        self.accept.admission.check(number.id)
        raw = await json_body(request)
        with await self.accept.admission.turn():
            return await self._send(request, number, raw)

    async def _send(self, request: Request, number: Number, raw: bytes) -> Response:
        parsed = self._parsed(number, raw)
        check = self._refuse_stranger if number.checks_contacts or number.checks_identities else None
        key = key_of(request)
        if key is None:
            message: Outbound | Earlier = await self.accept(number, parsed, raw, dialect="onprem", user_check=check)
        else:
            message = await self.accept.once(number, parsed, raw, key=key, dialect="onprem", user_check=check)
        message_id = ids.onprem_message_id(message.key, message.tag, message.wa_id, received=False)
        return Response(201, onprem.send_answer(parsed.to, message.wa_id, message_id))

    async def _refuse_stranger(self, number: Number, wa_id: str) -> None:
        """Raise Refusal for a user who is unknown, or not certainly who they were, to a number that wants to know."""
        await self.contacts.refuse_unknown(number, wa_id)
        await self.identities.refuse_changed(number, wa_id)

    def _parsed(self, number: Number, raw: bytes) -> SendRequest:
        """Read the body; what is wrong with the number or the recipient is told before what the body says.

        The reference has an order for the Cloud only; it is the same here. Raises Refusal.
        """
        home = self.home_code(number.digits)
        try:
            return onprem.parse_send(raw, home)
        except Refusal:
            self.accept.screen.check_sender(number, onprem.addressee_of(raw, home))
            raise

    async def put(self, request: Request) -> Response:
        """Mark a received message, and every earlier one of its user, as read."""
        number = self.callers.caller(request)
        self.accept.screen.check_number(number)
        onprem.parse_mark_read(await json_body(request))
        await self.mark_read(number, request.params["message_id"])
        return Response(200, onprem.DONE)
