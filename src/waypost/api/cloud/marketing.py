"""Marketing messages: like messages, for marketing templates only.

# spec: cloud-api.md#13.11
"""

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.cloud.callers import Callers
from waypost.api.cloud.messages import Messages
from waypost.api.cloud.topics import Topic
from waypost.api.idempotency import HEADER
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.management import NOT_MARKETING, ONLY_MARKETING
from waypost.model import Number
from waypost.wire import cloud
from waypost.wire.messages import Content
from waypost.wire.messages.template import Template
from waypost.wire.requests import Addressee


class Marketing(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    messages: Messages

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        return Topic(
            [Route("POST", "/{phone_number_id}/marketing_messages", self.post, "meta.send_marketing", headers=HEADER)]
        )

    def proxy(self) -> Topic:
        """Return what 360dialog offers."""
        return Topic([Route("POST", "/marketing_messages", self.post, "proxy.send_marketing", headers=HEADER)])

    async def post(self, request: Request) -> Response:
        """Send a marketing template."""
        number = self.callers.number(request)
        self.messages.accept.admission.check(number.id)
        raw = await json_body(request)
        with await self.messages.accept.admission.turn():
            parsed = self.messages.parsed(number, raw)
            return await self.messages.send(request, number, self._marketing(number, parsed), raw)

    def _marketing(self, number: Number, parsed: cloud.SendRequest | cloud.MarkRead) -> cloud.SendRequest:
        """Return a request that this edge takes; what is wrong with the number or the recipient is told first.

        Raises Refusal.

        # spec: cloud-api.md#4
        """
        screen = self.messages.accept.screen
        if isinstance(parsed, cloud.MarkRead):
            screen.check_number(number)
            raise _not_marketing()
        if refusal := self._why_not(number, parsed.content):
            screen.check_sender(number, Addressee(parsed.to, parsed.wa_id, parsed.user_id))
            raise refusal
        return parsed

    def _why_not(self, number: Number, sent: Content) -> Refusal | None:
        """Return why a message is none of this edge's."""
        if not isinstance(sent, Template):
            return _not_marketing()
        found = self.callers.directory.template(number.waba_id, sent.name, sent.language.code)
        if found is None or found.category.upper() == "MARKETING":
            return None
        return Refusal(ONLY_MARKETING, f"The template '{sent.name}' is of the category {found.category}.")


def _not_marketing() -> Refusal:
    return Refusal(NOT_MARKETING, "This edge takes messages of type 'template' only.")
