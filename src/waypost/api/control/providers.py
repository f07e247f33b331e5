"""Management: whose credentials media links are fetched with."""

from msgspec import Struct

from waypost.api.control.answers import answer, body_of, number_in, unknown
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.flows.directory import Directory
from waypost.flows.threads import named_number
from waypost.model import Number, Provider
from waypost.ports import Records
from waypost.wire.control.base import Success
from waypost.wire.control.providers import ProviderList, ProviderRequest, ProviderView
from waypost.wire.providers import TYPE, provider_of


class Providers(Struct, frozen=True):
    """The handlers. They are the providers of On-Premises, which links in every dialect may name."""

    directory: Directory
    records: Records

    def routes(self) -> list[Route]:
        """Return the paths."""
        place = f"{V1}/providers"
        return [
            Route("GET", place, self.list, "providers", None, ProviderList, REFUSED),
            Route("POST", place, self.add, "add_provider", ProviderRequest, ProviderView, REFUSED),
            Route("DELETE", f"{place}/{{provider}}", self.remove, "remove_provider", None, Success, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List the media providers of every number, or of the query's `number`."""
        asked = request.query.get("number")
        numbers = self.directory.numbers() if asked is None else [named_number(self.directory, asked)]
        return answer(ProviderList([_view(n, one) for n in numbers for one in await self.records.load_providers(n.id)]))

    async def add(self, request: Request) -> Response:
        """Add a media provider to a number; one of the same name is replaced."""
        wish = await body_of(request, ProviderRequest)
        number, provider = named_number(self.directory, number_in(wish)), provider_of(wish)
        await self.records.save_provider(number.id, provider)
        return answer(_view(number, provider))

    async def remove(self, request: Request) -> Response:
        """Take a media provider from the query's `number`, which may be left out while there is only one."""
        number, name = named_number(self.directory, request.query.get("number")), request.params["provider"]
        if not await self.records.delete_provider(number.id, name):
            raise unknown("media provider", name)
        return answer(Success())


def _view(number: Number, provider: Provider) -> ProviderView:
    by_name = provider.bearer is None
    return ProviderView(number.digits, provider.name, TYPE, "basic" if by_name else "bearer", provider.username)
