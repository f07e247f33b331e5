"""Media providers: the credentials that media links are fetched with.

# spec: on-premises-api.md#3.4
"""

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.ports import Records
from waypost.wire import onprem
from waypost.wire.providers import parse_provider

_PROVIDERS = "/v1/settings/application/media/providers"


class Providers(Struct, frozen=True):
    """The handlers; 360dialog's host passes these paths on too."""

    callers: Callers
    records: Records
    masked: bool = False

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", _PROVIDERS, self.get, "onprem.get_providers"),
            Route("POST", _PROVIDERS, self.post, "onprem.set_provider"),
            Route("DELETE", f"{_PROVIDERS}/{{provider}}", self.delete, "onprem.delete_provider"),
        ]

    async def get(self, request: Request) -> Response:
        """Return the providers, passwords in clear text: this dialect does so, unless the operator masks them."""
        number = self.callers.owner(request)
        return Response(200, onprem.providers_answer(await self.records.load_providers(number.id), masked=self.masked))

    async def post(self, request: Request) -> Response:
        """Add one provider; one of the same name is overwritten."""
        number = self.callers.owner(request)
        await self.records.save_provider(number.id, parse_provider(await json_body(request)))
        return Response(200, onprem.DONE)

    async def delete(self, request: Request) -> Response:
        """Delete one provider."""
        number = self.callers.owner(request)
        name = request.params["provider"]
        if not await self.records.delete_provider(number.id, name):
            raise Refusal(UNKNOWN_OBJECT, f"There is no media provider '{name[:200]}'.")
        return Response(200, onprem.DONE)
