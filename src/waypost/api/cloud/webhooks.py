"""Where a number's events go, as the Cloud faces set it.

# spec: cloud-api.md#13.3
"""

from dataclasses import dataclass

import msgspec

from waypost.api import auth
from waypost.api.bodies import json_body
from waypost.api.cloud.topics import Node, Topic
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.flows.directory import Directory
from waypost.flows.subscribe import Subscribe
from waypost.model import Number
from waypost.wire import cloud
from waypost.wire.reading import parse
from waypost.wire.webhooks import Configuration, Override


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The handlers; `identify` finds the caller's number in the way of the face."""

    directory: Directory
    subscribe: Subscribe
    identify: auth.Identify

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        return Topic(nodes=[Node(self.is_number, get=self.get_number, post=self.post_number)])

    def proxy(self) -> Topic:
        """Return what 360dialog offers."""
        return Topic(
            [
                Route("GET", "/v1/configs/webhook", self.get_configuration, "proxy.get_webhook"),
                Route("POST", "/v1/configs/webhook", self.post_configuration, "proxy.set_webhook"),
            ]
        )

    def is_number(self, request: Request) -> bool:
        """Return whether the path names the caller's number: other digits are a medium's."""
        return request.params["id"] == self.identify(request, self.directory).digits

    async def get_number(self, request: Request) -> Response:
        """Return the number's own fields, its webhook among them."""
        number = self.identify(request, self.directory)
        return Response(200, cloud.number_answer(number, webhook_url=number.webhook.url if number.webhook else None))

    async def post_number(self, request: Request) -> Response:
        """Set or remove the number's override: `webhook_configuration`. The handshake runs first."""
        number = self._number(request)
        override = parse(Override, await json_body(request)).webhook_configuration
        if override.override_callback_uri == "":
            await self.subscribe.remove(number)
        else:
            await self.subscribe.verified(number, override.override_callback_uri, override.verify_token)
        return Response(200, cloud.SUCCESS)

    async def post_configuration(self, request: Request) -> Response:
        """Set the webhook of a 360dialog key: URL, and headers that every call carries. There is no handshake.

        # spec: cloud-api.md#7.3
        """
        number = self.identify(request, self.directory)
        wanted = parse(Configuration, await json_body(request))
        await self.subscribe.unverified(number, wanted.url, wanted.headers)
        return Response(200, msgspec.json.encode(wanted))

    async def get_configuration(self, request: Request) -> Response:
        """Return what was set."""
        number = self.identify(request, self.directory)
        if number.webhook is None:
            raise Refusal(UNKNOWN_OBJECT, "No webhook is configured for this number.")
        return Response(200, msgspec.json.encode(Configuration(number.webhook.url, dict(number.webhook.headers))))

    def _number(self, request: Request) -> Number:
        number = self.identify(request, self.directory)
        auth.must_be(number, request.params["id"])
        return number
