"""Two-step verification: the PIN that whoever registers the number must know.

# spec: on-premises-api.md#7.5
"""

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.flows.registration import Registration
from waypost.wire import onprem
from waypost.wire.numbers import Pin
from waypost.wire.reading import parse

_PATH = "/v1/settings/account/two-step"


class _Pin(Struct):
    pin: Pin


class TwoStep(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    registration: Registration

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", _PATH, self.set_pin, "onprem.set_two_step"),
            Route("DELETE", _PATH, self.delete_pin, "onprem.delete_two_step"),
        ]

    async def set_pin(self, request: Request) -> Response:
        """Set the PIN of the two-step verification."""
        number = self.callers.admin(request)
        await self.registration.set_pin(number, parse(_Pin, await json_body(request)).pin)
        return Response(200, onprem.DONE)

    async def delete_pin(self, request: Request) -> Response:
        """Switch the two-step verification off."""
        await self.registration.set_pin(self.callers.admin(request), None)
        return Response(200, onprem.DONE)
