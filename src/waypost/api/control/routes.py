"""The paths of Waypost's own face: those that are open to anybody, and those behind the gate."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from waypost.api.control.gate import Gate
from waypost.api.control.health import WATCHERS, Health
from waypost.api.control.pages import page_routes
from waypost.api.control.sign_in import Door
from waypost.api.control.topics import Topic
from waypost.api.routing import Handler, Request, Route

_OPEN = WATCHERS | {"/", "/_waypost"}


class Control(Struct, frozen=True):
    """The handlers of the face."""

    gate: Gate
    health: Health
    door: Door
    topics: Sequence[Topic]
    """What is behind the gate."""


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
    guard = control.gate.guard
    return [replace(route, handler=guard(route.handler), name=f"control.{route.name}") for route in routes]
