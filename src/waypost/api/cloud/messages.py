"""Send a message, mark one as read.

# spec: cloud-api.md#2, cloud-api.md#5
"""

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.cloud.callers import Callers
from waypost.api.cloud.topics import Topic
from waypost.api.idempotency import HEADER, key_of
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.flows.accept import Accept
from waypost.flows.mark_read import MarkRead
from waypost.lib import phone
from waypost.model import Earlier, Number, Outbound
from waypost.wire import cloud


class Messages(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    accept: Accept
    mark_read: MarkRead
    home_code: phone.HomeCode = phone.no_code

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        return Topic([Route("POST", "/{phone_number_id}/messages", self.post, "meta.send", headers=HEADER)])

    def proxy(self) -> Topic:
        """Return what 360dialog offers; `/message` is a misprint of its pages that clients have copied.

        # spec: cloud-api.md#1.2, seed-media-messages.txt
        """
        return Topic(
            [
                Route("POST", "/messages", self.post, "proxy.send", headers=HEADER),
                Route("POST", "/message", self.post, "proxy.send_alias", headers=HEADER),
            ]
        )

    async def post(self, request: Request) -> Response:
        """Take a send or a mark-as-read: the body says which."""
        number = self.callers.number(request)
        self.accept.admission.check(number.id)
        raw = await json_body(request)
        with await self.accept.admission.turn():
            parsed = self.parsed(number, raw)
            if isinstance(parsed, cloud.MarkRead):
                self.accept.screen.check_number(number)
                await self.mark_read(number, parsed.message_id, typing=parsed.typing)
                return Response(200, cloud.SUCCESS)
            return await self.send(request, number, parsed, raw)

    def parsed(self, number: Number, raw: bytes) -> cloud.SendRequest | cloud.MarkRead:
        """Read the body; what is wrong with the number or the recipient is told before what the body says.

        Raises Refusal.

        # spec: cloud-api.md#4
        """
        home = self.home_code(number.digits)
        try:
            return cloud.parse_send(raw, home)
        except Refusal:
            self.accept.screen.check_sender(number, cloud.addressee_of(raw, home))
            raise

    async def send(self, request: Request, number: Number, parsed: cloud.SendRequest, raw: bytes) -> Response:
        """Send what was read of a request; with an `Idempotency-Key` once."""
        key = key_of(request)
        if key is None:
            message: Outbound | Earlier = await self.accept(number, parsed, raw, dialect="cloud")
        else:
            message = await self.accept.once(number, parsed, raw, key=key, dialect="cloud")
        status = _status_of(message) if message.kind == "template" else None
        answer = cloud.send_answer(parsed.to, message.wa_id, message.wamid, status, user_id=parsed.user_id)
        return Response(200, answer)


def _status_of(message: Outbound | Earlier) -> str:
    """Return the `message_status` of a template.

    # spec: cloud-api.md#2.3
    """
    return "held_for_quality_assessment" if message.is_held else "accepted"
