"""What monitors ask: is it alive, is it ready, how is it doing."""

from collections.abc import Callable

from msgspec import Struct

from waypost.api.control.answers import answer
from waypost.api.control.metrics import Gauges, exposition
from waypost.api.routing import Request, Response, Route
from waypost.wire.control.base import HealthView

WATCHERS = frozenset({"/health", "/health/", "/ready", "/ready/", "/metrics", "/metrics/"})
"""What monitors ask, at any time; a slash at the end makes no difference."""


class Health(Struct, frozen=True):
    """The handlers; `is_ready` says whether everything that was stored is being worked on."""

    is_ready: Callable[[], bool]
    gauges: Gauges

    def routes(self) -> list[Route]:
        """Return the paths, which stand where monitors look for them."""
        return [
            Route("GET", "/health", self.live, "open.health", None, HealthView),
            Route("GET", "/ready", self.ready, "open.ready", None, HealthView),
            Route("GET", "/metrics", self.metrics, "open.metrics"),
        ]

    async def live(self, request: Request) -> Response:
        """Say that the process answers."""
        _ = request
        return answer(HealthView("ok"))

    async def ready(self, request: Request) -> Response:
        """Say whether requests are being served: 503 while starting or stopping."""
        _ = request
        return answer(HealthView("ok")) if self.is_ready() else answer(HealthView("not ready"), status=503)

    async def metrics(self, request: Request) -> Response:
        """Return the figures as Prometheus reads them."""
        _ = request
        text, media_type = await exposition(self.gauges)
        return Response(200, text, content_type=media_type)
