"""The OpenAPI document, made from the route tables: what is documented is what is served.

The control API is described whole, from the Structs that read its requests and write its answers. Of WhatsApp's own
dialects it has the paths and what each is for; their bodies are in the reference.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from waypost import __version__
from waypost.api.routing import Answer, Handler, Request, Response, Route
from waypost.wire.control.base import ErrorBody

# Any: the document is JSON.
Document = dict[str, Any]

_VARIABLE = re.compile(r"\{([^}]+)\}")
_REF = "#/components/schemas/{name}"
_ABOUT = (
    "Waypost speaks the WhatsApp Cloud API as Meta and 360dialog expose it, and the On-Premises API. "
    "Everything under /_waypost is its own."
)
SCHEMES: Mapping[str, Document] = {
    "admin": {"type": "http", "scheme": "bearer", "description": "The admin token, printed at start."},
    "session": {"type": "apiKey", "in": "cookie", "name": "waypost_session", "description": "The console's session."},
    "token": {"type": "http", "scheme": "bearer", "description": "The number's token, or one of a login."},
    "key": {"type": "apiKey", "in": "header", "name": "D360-API-KEY", "description": "The number's token."},
    "login": {"type": "http", "scheme": "basic", "description": "User and password of the On-Premises login."},
}


class Face(Struct, frozen=True):
    """A route table as the document shows it."""

    title: str
    routes: Sequence[Route]
    security: Sequence[str]
    """Names of `SCHEMES`, any one of which opens it; none means that it is open."""
    prefix: str = ""
    """What stands in front of its paths: `/{version}`."""


def document(faces: Iterable[Face]) -> Document:
    """Return the document. An operation that two faces share is told once, by the first of them."""
    known = tuple(faces)
    kinds = [kind for face in known for route in face.routes for kind in (route.request, route.response) if kind]
    _, schemas = msgspec.json.schema_components([*dict.fromkeys(kinds), ErrorBody], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Waypost", "version": __version__, "description": _ABOUT},
        "tags": [{"name": face.title} for face in known],
        "paths": _paths(known),
        "components": {"schemas": schemas, "securitySchemes": dict(SCHEMES)},
    }


def document_handler(faces: Sequence[Face]) -> Handler:
    """Return what answers with the document; `faces` may still grow until the first request."""

    async def serve(_request: Request) -> Answer:
        """Return this document."""
        return Response(200, msgspec.json.encode(document(faces)), headers=[(b"cache-control", b"no-cache")])

    return serve


def summary_of(handler: Handler) -> str:
    """Return the first sentence of what a handler says of itself, in one line."""
    return " ".join(_words_of(handler).partition("\n\n")[0].split()).rstrip(".")


def _paths(faces: Iterable[Face]) -> Document:
    paths: dict[str, Document] = {}
    names: dict[str, str] = {}  # shape -> the path as it was first written: names of variables make no difference
    for face in faces:
        for route in face.routes:
            written = face.prefix + route.path
            path = names.setdefault(_VARIABLE.sub("{}", written), written)
            paths.setdefault(path, {}).setdefault(route.method.lower(), _operation(face, route, path))
    return paths


def _operation(face: Face, route: Route, path: str) -> Document:
    operation: Document = {"operationId": route.name, "tags": [face.title], "summary": summary_of(route.handler)}
    if description := _words_of(route.handler).partition("\n\n")[2]:
        operation["description"] = description
    parameters = [_parameter(name) for name in _VARIABLE.findall(path)]
    parameters += [_given("query", name, about) for name, about in route.query.items()]
    parameters += [_given("header", name, about) for name, about in route.headers.items()]
    if parameters:
        operation["parameters"] = parameters
    if route.request is not None:
        operation["requestBody"] = {"required": True, "content": _json(route.request)}
    operation["responses"] = _responses(route)
    operation["security"] = [{name: []} for name in face.security]
    return operation


def _words_of(handler: Handler) -> str:
    """Return the handler's docstring without what only its reader in the source needs."""
    lines = [line.strip() for line in (handler.__doc__ or "").strip().splitlines()]
    return "\n".join(line for line in lines if not line.startswith("# spec")).strip()


def _parameter(name: str) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _given(where: str, name: str, about: str) -> Document:
    return {"name": name, "in": where, "description": about, "schema": {"type": "string"}}


def _json(kind: type, content_type: str = "application/json") -> Document:
    return {content_type: {"schema": {"$ref": _REF.format(name=kind.__name__)}}}


def _responses(route: Route) -> Document:
    responses: Document = {"200": {"description": "Done"}}
    if route.response is not None:
        responses["200"]["content"] = _json(route.response, route.content_type)
    for status in _refusals(route):
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": _json(ErrorBody)}
    if not route.errors:
        responses["default"] = {"description": "Something else than done, in the face's own way"}
    return responses


def _refusals(route: Route) -> list[int]:
    """Return the statuses of a route's refusals: those it names, and those that its path and body bring along."""
    named = {status for status in route.errors if isinstance(status, int)}
    if named and "{" in route.path:
        named.add(404)  # a name that cannot be one is at no path
    if named and route.request is not None:
        named.add(413)
    return sorted(named)
