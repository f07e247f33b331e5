"""What is done to the embedded network, in a process that only accepts: the network is in other processes."""

import functools

from msgspec import Struct
from msgspec.structs import replace

from waypost.api.control.topics import Topic
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import NOT_IN_THIS_PROCESS


class Elsewhere(Struct, frozen=True):
    """A topic that plays the embedded network: it shows what there is, and refuses to change anything."""

    topic: Topic

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [route if route.method == "GET" else _refusing(route) for route in self.topic.routes()]


def _refusing(route: Route) -> Route:
    @functools.wraps(route.handler)  # the document says what the path is for
    async def refuse(request: Request) -> Response:
        _ = request
        details = (
            "This process only accepts (--role api): phones, clock and rules of the embedded network are in no single "
            "process then. Run one `waypost serve` without a role to play with them."
        )
        raise Refusal(NOT_IN_THIS_PROCESS, details)

    return replace(route, handler=refuse)
