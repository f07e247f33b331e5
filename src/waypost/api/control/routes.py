"""The paths of Waypost's own face: those that are open to anybody, and those behind the gate."""

import functools
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from waypost.api.control.gate import Gate
from waypost.api.control.health import WATCHERS, Health
from waypost.api.control.pages import page_routes
from waypost.api.control.sign_in import Door
from waypost.api.control.topics import Topic
from waypost.api.routing import Handler, Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import NOT_IN_THIS_PROCESS

_OPEN = WATCHERS | {"/", "/_waypost"}
_OF_THE_NETWORK = frozenset(
    {
        "change_phone", "write", "tap", "open_chat", "played", "move_phone", "choose", "read", "change_network",
        "move_clock", "add_rule", "delete_rules", "delete_rule", "reset", "restore",
        "erase",
    }
)  # fmt: skip
"""What only a process can do that has the embedded network in it."""


class Control(Struct, frozen=True):
    """The handlers of the face."""

    gate: Gate
    health: Health
    door: Door
    topics: Sequence[Topic]
    """What is behind the gate."""
    has_network: bool
    """Whether the embedded network is in this process: who only accepts cannot play a phone."""


def is_own(request: Request) -> bool:
    """Return whether a request is for this face."""
    path = request.plain_path
    return path in _OPEN or path.startswith("/_waypost/")


def open_routes(control: Control, document: Handler) -> list[Route]:
    """Return the routes that anybody may ask: they show nothing of what is stored."""
    return [*control.health.routes(), *page_routes(document), *control.door.open_routes()]


def guarded_routes(control: Control) -> list[Route]:
    """Return the routes that only the operator may use; each is behind the gate."""
    routes = [route for topic in (*control.topics, control.door) for route in topic.routes()]
    if not control.has_network:
        routes = [_elsewhere(each) if each.name in _OF_THE_NETWORK else each for each in routes]
    guard = control.gate.guard
    return [replace(route, handler=guard(route.handler), name=f"control.{route.name}") for route in routes]


def _elsewhere(route: Route) -> Route:
    """Return a route that refuses what is to be done to a network that other processes have."""

    @functools.wraps(route.handler)  # the document says what the path is for
    async def refuse(request: Request) -> Response:
        _ = request
        details = (
            "This process only accepts (--role api): phones, clock and rules of the embedded network are in no single "
            "process then. Run one `waypost serve` without a role to play with them."
        )
        raise Refusal(NOT_IN_THIS_PROCESS, details)

    return replace(route, handler=refuse)
