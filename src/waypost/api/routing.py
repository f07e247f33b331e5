"""Requests, responses, and the way from one to the handler that makes the other."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Protocol
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Struct, field

from waypost.api.exchange import Incoming, Outgoing
from waypost.errors import Refusal
from waypost.lib import streams

_QUERY_FIELDS = 100
_VERSION = re.compile(r"/v\d{1,2}(?:\.\d{1,2})?(?=/|$)")


class HTTPProblem(Exception):  # noqa: N818 - a request's problem, not the server's error
    """Raised for a request that cannot be served: an HTTP status, and one sentence for the sender."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class NotFound(HTTPProblem):
    """Raised for a path that no route has."""

    def __init__(self, path: str) -> None:
        super().__init__(404, f"There is nothing at {path[:200]}.")


class MethodNotAllowed(HTTPProblem):
    """Raised for a path that has routes, but none for this method; `allowed` are those it has."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__(405, f"{method} is not possible here; use {' or '.join(self.allowed)}.")


class BodyTooLarge(HTTPProblem):
    """Raised for a body over its limit, as soon as the limit is passed."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(413, f"The request's body is larger than {max_bytes} bytes.")


class BodyTimedOut(HTTPProblem):
    """What a face is given when the rest of a body did not come in time."""

    def __init__(self) -> None:
        super().__init__(408, "The request's body took too long to arrive.")


class Answer(Protocol):
    """A response that can write itself."""

    status: int
    headers: list[tuple[bytes, bytes]]

    def send(self, out: Outgoing) -> Awaitable[None]:
        """Write the whole response. Raises ClientGone."""
        ...


class Response:
    """A response with its body in memory."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        *,
        content_type: str | None = "application/json",
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        self.status = status
        self.body = body
        self.headers = list(headers)
        if content_type is not None:
            self.headers.append((b"content-type", content_type.encode("latin-1")))

    def send(self, out: Outgoing) -> Awaitable[None]:
        """Write the whole response. Raises ClientGone."""
        return out.respond(self.status, self.headers, self.body)


class RefusalResponse(Response):
    """A refusal in words that one path alone has; what would have been raised elsewhere goes with it, to be noted."""

    __slots__ = ("refusal",)

    def __init__(self, refusal: Refusal, status: int, body: bytes, *, content_type: str = "application/json") -> None:
        super().__init__(status, body, content_type=content_type)
        self.refusal = refusal


class StreamResponse:
    """A response whose body comes in pieces; with `length` None its end is marked by chunked encoding.

    The pieces must add up to `length`. The iterator is closed when the client goes away.
    """

    __slots__ = ("chunks", "headers", "length", "status")

    def __init__(
        self,
        status: int,
        chunks: AsyncIterator[bytes],
        *,
        length: int | None,
        content_type: str,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        self.status = status
        self.chunks = chunks
        self.length = length
        self.headers = [*headers, (b"content-type", content_type.encode("latin-1"))]

    async def send(self, out: Outgoing) -> None:
        """Write the whole response. Raises ClientGone."""
        try:
            await out.begin(self.status, self.headers, self.length)
            async for chunk in self.chunks:
                await out.write(chunk)
            await out.end()
        finally:
            await streams.close(self.chunks)


def json_response(value: object) -> Response:
    """Return `value` as a JSON response with the status 200."""
    return Response(200, msgspec.json.encode(value))


class Request:
    """One request, as the handler sees it."""

    __slots__ = (
        "_body", "_first", "_incoming", "_query", "client", "header", "headers", "method", "params", "path",
        "plain_path", "query_string", "scheme",
    )  # fmt: skip

    def __init__(
        self,
        method: str,
        path: str,
        headers: list[tuple[bytes, bytes]],
        incoming: Incoming,
        *,
        query_string: bytes = b"",
        client: str = "",
        scheme: str = "http",
    ) -> None:
        self.method = method
        self.path = path
        """The path as it was sent, percent signs and version included."""
        self.plain_path = unquote(path) if "%" in path else path
        """The path decoded, only to see which face is meant: the routes decode `path` themselves, more strictly."""
        self.headers = headers
        """The header lines in their order; names are lower case."""
        self.query_string = query_string
        self.client = client
        """The client's address; empty when the socket has none."""
        self.scheme = scheme
        self.params: Mapping[str, str] = {}
        """The named parts of the path, decoded."""
        self._first = dict(reversed(headers))
        # The mapping's own function: it is asked for half a dozen names of every request.
        self.header: Callable[[bytes], bytes | None] = self._first.get
        """Returns the first header line of a name (lower case)."""
        self._incoming = incoming
        self._query: dict[str, str] | None = None
        self._body: bytes | None = None

    @property
    def query(self) -> dict[str, str]:
        """The query's fields, the last of each name. Raises HTTPProblem when there are too many."""
        if self._query is None:
            self._query = _parse_query(self.query_string)
        return self._query

    @property
    def origin(self) -> str:
        """The address under which the client has reached us. Raises HTTPProblem, though the guard sees to it."""
        host = self.header(b"host")
        if host is None:
            raise HTTPProblem(400, "The Host header is missing.")
        return f"{self.scheme}://{host.decode('latin-1')}"

    def header_values(self, name: bytes) -> list[bytes]:
        """Return every header line called `name` (lower case), in order."""
        first = self._first.get(name)
        if first is None:
            return []
        if len(self._first) == len(self.headers):  # no name comes twice
            return [first]
        return [value for key, value in self.headers if key == name]

    async def body(self, max_bytes: int) -> bytes:
        """Return the whole body. Raises BodyTooLarge, BodyTooSlow, ClientGone."""
        self._body = self._incoming.take_whole()
        if self._body is None:
            self._body = b"".join([piece async for piece in self.stream(max_bytes)])
        elif len(self._body) > max_bytes:
            raise BodyTooLarge(max_bytes)
        return self._body

    @property
    def is_read(self) -> bool:
        """Whether the whole body has been read."""
        return self._body is not None

    def so_far(self) -> bytes:
        """Return what there is of the body without waiting for it: all of it once it is read, else what has come."""
        return self._incoming.arrived() if self._body is None else self._body

    async def stream(self, max_bytes: int) -> AsyncIterator[bytes]:
        """Yield the body piece by piece. Raises BodyTooLarge, BodyTooSlow, ClientGone."""
        length = self.header(b"content-length")
        if length is not None and int(length) > max_bytes:
            raise BodyTooLarge(max_bytes)
        size = 0
        while piece := await self._incoming.take():
            size += len(piece)
            if size > max_bytes:
                raise BodyTooLarge(max_bytes)
            yield piece

    async def gone(self) -> None:
        """Return once the client has closed the connection, or the response is complete; a body is not read."""
        await self._incoming.gone()


def _parse_query(query: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=_QUERY_FIELDS))
    except ValueError:
        raise HTTPProblem(400, f"The query has more than {_QUERY_FIELDS} fields.") from None


App = Callable[[Request, Outgoing], Awaitable[None]]
"""Answers a request."""

Handler = Callable[[Request], Awaitable[Answer]]


class Route(Struct, frozen=True):
    """One endpoint. `path` has its variable parts in braces: /{phone_number_id}/messages."""

    method: str
    path: str
    handler: Handler
    name: str
    request: type | None = None
    response: type | None = None
    errors: Sequence[object] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that it looks at beyond the usual, and what each is for."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Fields of the query, and what each is for; none is required."""
    content_type: str = "application/json"
    """Of what it answers with."""


class _Node(Struct):
    """The routes at one path, and the ways on from there."""

    routes: dict[str, tuple[Route, list[str]]] = field(default_factory=dict)  # by method; with its variables' names
    words: dict[str, "_Node"] = field(default_factory=dict)
    any_word: "_Node | None" = None


class Router:
    """Finds the route of a path. A fixed word wins over a variable one; a trailing slash makes no difference."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._root = _Node()
        self._fixed: dict[str, _Node] = {}
        for route in self.routes:
            self._add(route)

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and the decoded variable parts of `path`. Raises NotFound, MethodNotAllowed.

        Nothing is normalised: empty and dot segments, and encoded slashes, percent signs or control characters are
        not found, so that no two readers can differ about which object a path names.
        """
        fixed = self._fixed.get(path)
        node, words = (fixed, []) if fixed is not None else self._walk(path)
        found = node.routes.get(method) or (node.routes.get("GET") if method == "HEAD" else None)
        if found is None:
            raise MethodNotAllowed(method, node.routes)
        route, names = found
        return route, dict(zip(names, reversed(words), strict=True)) if words else {}

    def _walk(self, path: str) -> tuple[_Node, list[str]]:
        segments = path[1:-1].split("/") if path.endswith("/") and path != "/" else path[1:].split("/")
        if "%" in path or "." in path or ";" in path:
            segments = [_decode_segment(segment, path) for segment in segments]
        found = _descend(self._root, segments, 0)
        if found is None:
            raise NotFound(path)
        return found

    def _add(self, route: Route) -> None:
        node = self._root
        for word in route.path.removeprefix("/").split("/"):
            if word.startswith("{"):
                node.any_word = node.any_word or _Node()
                node = node.any_word
            else:
                node = node.words.setdefault(word, _Node())
        if node.routes.setdefault(route.method, (route, _variables(route.path)))[0] is not route:
            raise ValueError(f"two routes for {route.method} {route.path}")
        if "{" not in route.path:
            self._fixed[route.path] = node


def _descend(node: _Node, segments: list[str], at: int) -> tuple[_Node, list[str]] | None:
    """Return the node at the end of `segments` and the variable ones among them, the last first."""
    if at == len(segments):
        return (node, []) if node.routes else None
    segment = segments[at]
    fixed = node.words.get(segment)
    if fixed is not None:
        found = _descend(fixed, segments, at + 1)
        if found is not None:
            return found
    if node.any_word is None or not segment:
        return None
    found = _descend(node.any_word, segments, at + 1)
    if found is not None:
        found[1].append(segment)
    return found


def _decode_segment(segment: str, path: str) -> str:
    try:
        text = unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise NotFound(path) from None
    if text.partition(";")[0] in (".", "..") or not text.isprintable() or any(sign in text for sign in "/\\%"):
        raise NotFound(path)
    return text


def _variables(path: str) -> list[str]:
    return [word[1:-1] for word in path.split("/") if word.startswith("{")]


def without_version(path: str) -> str:
    """Return a path without the version of the graph in front: "/1/messages" for "/v24.0/1/messages"."""
    found = _VERSION.match(path)
    return path if found is None else path[found.end() :] or "/"
