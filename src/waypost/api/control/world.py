"""What holds on the whole embedded network, and the way back to its start."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from waypost.api.control.answers import answer, body_of
from waypost.api.control.topics import REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.flows.network_rules import NetworkRules
from waypost.wire.changes import changed
from waypost.wire.control.base import Success
from waypost.wire.control.rules import NetworkChange, NetworkView

Reset = Callable[[], Awaitable[None]]
"""Brings everything back to how it was after the first start."""


class World(Struct, frozen=True):
    """The handlers, with the flow they use."""

    network_rules: NetworkRules
    reset_all: Reset

    def routes(self) -> list[Route]:
        """Return the paths."""
        network = f"{V1}/network"
        return [
            Route("GET", network, self.get, "network", None, NetworkView, REFUSED),
            Route("PATCH", network, self.change, "change_network", NetworkChange, NetworkView, REFUSED),
            Route("POST", f"{V1}/reset", self.reset, "reset", None, Success, REFUSED),
        ]

    async def get(self, request: Request) -> Response:
        """Return what holds on the whole network, whoever sends."""
        _ = request
        return answer(self._view())

    async def change(self, request: Request) -> Response:
        """Limit how much marketing a user gets from all businesses together, or lift that."""
        change = await body_of(request, NetworkChange)
        await self.network_rules.change(changed(self.network_rules.rules, change))
        return answer(self._view())

    async def reset(self, request: Request) -> Response:
        """Go back to the start: no messages, media, rules or changed phones; platform time is the machine's."""
        _ = request
        await self.reset_all()
        return answer(Success())

    def _view(self) -> NetworkView:
        return NetworkView(self.network_rules.rules.marketing_per_user)
