"""The settings in force."""

from msgspec import Struct

from waypost.api.control.answers import answer
from waypost.api.control.topics import REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.wire.control.settings import SettingsView


class Settings(Struct, frozen=True):
    """The handler, with what it shows."""

    view: SettingsView

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [Route("GET", f"{V1}/settings", self.get, "settings", None, SettingsView, REFUSED)]

    async def get(self, request: Request) -> Response:
        """Show every setting as it is in force, and where it comes from; secrets are stars."""
        _ = request
        return answer(self.view)
