"""How the Cloud faces are put together: each topic brings its routes, and the objects that the graph knows by id alone.

To add a topic, write its file with `meta` and `proxy`, and name it in `app/faces/cloud.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from waypost.api.cloud.errors import unknown_object
from waypost.api.routing import Answer, Handler, Request, Route


class Node(Struct, frozen=True):
    """One kind of object at `/{id}`: how to know its ids, and what can be done to it."""

    owns: Callable[[Request], bool]
    """Whether the path names such an object. It may raise Refusal for a wrong credential."""
    get: Handler | None = None
    post: Handler | None = None
    delete: Handler | None = None


class Topic(Struct, frozen=True):
    """What one topic adds to a face."""

    routes: Sequence[Route] = ()
    nodes: Sequence[Node] = ()


class Handlers(Protocol):
    """The handlers of one topic."""

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        ...

    def proxy(self) -> Topic:
        """Return what 360dialog's proxy offers."""
        ...


def routes_of(topics: Iterable[Topic], prefix: str) -> list[Route]:
    """Return the routes of a face; `prefix` begins the names of those at `/{id}`, which its nodes share."""
    known = tuple(topics)
    nodes = [node for topic in known for node in topic.nodes]
    return [
        *(route for topic in known for route in topic.routes),
        *_shared("GET", f"{prefix}.look_up", [(node.owns, node.get) for node in nodes]),
        *_shared("POST", f"{prefix}.change", [(node.owns, node.post) for node in nodes]),
        *_shared("DELETE", f"{prefix}.delete", [(node.owns, node.delete) for node in nodes]),
    ]


def _shared(method: str, name: str, ways: Sequence[tuple[Callable[[Request], bool], Handler | None]]) -> list[Route]:
    """Return the one route at `/{id}`, or none if no node offers the method."""
    if all(handler is None for _, handler in ways):
        return []

    async def shared(request: Request) -> Answer:
        handler = next((handler for owns, handler in ways if owns(request)), None)
        if handler is None:
            raise unknown_object(request.params["id"])
        return await handler(request)

    shared.__doc__ = _ABOUT[method]
    return [Route(method, "/{id}", shared, name)]


_ABOUT = {
    "GET": "Look an object up by its id: a number, a medium, ...",
    "POST": "Change an object by its id.",
    "DELETE": "Delete an object by its id.",
}
