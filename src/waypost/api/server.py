"""The HTTP server: one ASGI application out of the faces, and the listener that runs it in our event loop."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, cast

from uvicorn import Config
from uvicorn.server import ServerState

from waypost.api import guard
from waypost.api.exchange import BodyTooSlow, ClientGone
from waypost.api.faults import used_up
from waypost.api.guard import Guard, Limits, host_names
from waypost.api.interlude import Interlude
from waypost.api.protocol import Connection
from waypost.api.refusals import PlainWords, Words, last_response, speak_plainly, whole_response
from waypost.api.routing import (
    Answer,
    ASGIApp,
    BodyTimedOut,
    HTTPProblem,
    MethodNotAllowed,
    NotFound,
    Receive,
    Request,
    Response,
    Router,
    Scope,
    Send,
)
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.lib.log import Log
from waypost.ports import StoreDown

_log = Log("waypost.api")

_BACKLOG = 2048
_STOP_SECONDS = 10.0
_WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, never bound to

ErrorRenderer = Callable[[Request, Exception], Response]
"""Makes a face's answer to an exception: an HTTPProblem, a BadJSON, an error of ours, or a bug.

An answer of 500 or more is logged here, with the exception.
"""

Noted = Callable[[Request, Exception, Response], None]
"""Takes note of a request that is refused, why, and the answer that it gets."""

Applies = Callable[[Scope], bool]
"""Whether a mount takes the request with this scope."""


Locate = Callable[[str], str]
"""Turns the path as sent into the path to route."""

HasNoRoom = Callable[[Scope], Refusal | None]
"""Whether there is no room for the request with this scope, and why."""


class PathRules(Protocol):
    """The fault rules about requests."""

    @property
    def for_paths(self) -> bool:
        """Whether there are any."""
        ...

    def check_path(self, path: str) -> None:
        """Raise the Refusal that a rule demands for a request of this path, if one does."""
        ...


class _NoRules:
    for_paths = False

    def check_path(self, path: str) -> None:
        """Demand nothing."""


def _not_noted(_request: Request, _error: Exception, _answer: Response) -> None:
    return


def _has_room(_scope: Scope) -> None:
    return None


class Mount:
    """A face: its routes, and its way of saying what went wrong."""

    def __init__(
        self,
        router: Router,
        render: ErrorRenderer,
        *,
        locate: Locate | None = None,
        faults: PathRules | None = None,
        interlude: Interlude | None = None,
        noted: Noted = _not_noted,
    ) -> None:
        """`locate` turns the path as sent into the path to route, for a face with a version in front."""
        self._router = router
        self._render = render
        self._locate = locate
        self._faults = faults or _NoRules()
        self._interlude = interlude or Interlude()
        self._noted = noted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; as ASGI."""
        request, interlude = Request(scope, receive), self._interlude
        try:
            if interlude.is_on and request.path not in interlude.watchers:
                await interlude.wait()
            interlude.inside += 1
            try:
                answer = await self._answer(request)
            finally:
                interlude.leave()
            if answer.status == 404 and isinstance(answer, Response):  # a file's, whose clients look at no words
                self._noted(request, Refusal(UNKNOWN_OBJECT, answer.body.decode("utf-8").strip()), answer)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - the last place that can still answer in the face's own words
            answer = self._answer_error(request, error)
        await answer.send(send)

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """Return what the face says to a request that is refused before any route is looked for."""
        answer = self._render(request, refusal)
        self._noted(request, refusal, answer)
        return answer

    async def _answer(self, request: Request) -> Answer:
        if self._faults.for_paths:
            self._faults.check_path(request.path)
        path = request.path if self._locate is None else self._locate(request.path)
        route, request.params = self._router.match(request.method, path)
        return await route.handler(request)

    def _answer_error(self, request: Request, error: Exception) -> Response:
        if isinstance(error, BodyTooSlow):
            error = BodyTimedOut()
        answer = self._render(request, error)
        if isinstance(error, MethodNotAllowed):
            answer.headers.append((b"allow", ", ".join(error.allowed).encode("ascii")))
        if isinstance(error, StoreDown) or used_up(
            error
        ):  # a condition and no bug; every request meets it until it is over
            _log.warning("request.refused", method=request.method, path=request.path, why=str(error))
        elif answer.status >= 500:
            _log.error("request.failed", method=request.method, path=request.path, exc_info=error)
        self._noted(request, error, answer)
        return answer


def render_plainly(_request: Request, error: Exception) -> Response:
    """Answer an exception in plain text; for parts without a face."""
    if isinstance(error, HTTPProblem):
        return Response(error.status, f"{error.reason}\n".encode(), content_type="text/plain; charset=utf-8")
    if isinstance(error, Refusal):
        status, reason = error.fault.problem.http, error.fault.details
        return Response(status, f"{reason}\n".encode(), content_type="text/plain; charset=utf-8")
    return Response(500, b"Something went wrong here.\n", content_type="text/plain; charset=utf-8")


class Application:
    """Hands each request to the first mount whose prefix or predicate takes it."""

    def __init__(self, rules: Sequence[tuple[Applies, ASGIApp]], has_no_room: HasNoRoom = _has_room) -> None:
        self._rules = rules
        self._has_no_room = has_no_room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; as ASGI."""
        try:
            await _first(self._rules, scope)(scope, receive, send)
        except ClientGone:
            return
        except BodyTooSlow:  # from an application that knows nothing of it
            await render_plainly(Request(scope, receive), BodyTimedOut()).send(send)
        except Exception as error:
            _log.error("request.broken", method=scope["method"], path=scope["path"], exc_info=error)
            raise

    def speak(self, scope: Scope, refusal: guard.Refusal) -> bytes:
        """Return what the face that a refused request was meant for says to it; see `refusals.Words`."""
        face = _first(self._rules, scope)
        if refusal.problem is None or not isinstance(face, Mount):
            return speak_plainly(refusal)
        answer = face.refuse(Request(scope, _no_body), Refusal(refusal.problem, refusal.reason))
        return last_response(answer.status, answer.headers, answer.body)

    def turn_away(self, scope: Scope) -> bytes | None:
        """Return what its face says to a request that there is no room for; see `refusals.Words`."""
        refusal = self._has_no_room(scope)
        if refusal is None:
            return None
        face = _first(self._rules, scope)
        if not isinstance(face, Mount):
            return None
        answer = face.refuse(Request(scope, _no_body), refusal)
        return whole_response(answer.status, answer.headers, answer.body)


def build_app(mounts: Iterable[tuple[str | Applies, ASGIApp]], *, has_no_room: HasNoRoom = _has_room) -> Application:
    """Return the application over these mounts, in their order."""
    rules = tuple((_under(where) if isinstance(where, str) else where, app) for where, app in mounts)
    return Application(rules, has_no_room)


async def _no_body() -> dict[str, object]:
    """Stand for the body of a request that is refused by its head: nobody reads it."""
    return {"type": "http.disconnect"}


def _under(prefix: str) -> Applies:
    folder = prefix.rstrip("/") + "/"

    def applies(scope: Scope) -> bool:
        path: str = scope["path"]
        return path.startswith(folder) or path == folder[:-1]

    return applies


def _first(rules: Sequence[tuple[Applies, ASGIApp]], scope: Scope) -> ASGIApp:
    for applies, app in rules:
        if applies(scope):
            return app
    return _nothing_here


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    await render_plainly(request, NotFound(request.path)).send(send)


class Server:
    """Listens, serves `app` and stops, all inside the running event loop. It takes no signals: its owner does."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        names: Iterable[str] = (),
        tls: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        words: Words | None = None,
    ) -> None:
        """`port` 0 takes a free one. `names` are the Host names to accept beside the loopback ones.

        `words` are for what is refused before `app` is asked; they are plain if there are none.
        """
        self._host = host
        self._port = port
        self._names = tuple(names) if host in _WILDCARDS else (*names, _as_host(host))
        self._tls = tls
        self._limits = limits or Limits()
        self._words = words or PlainWords()
        self._state = ServerState()
        self._config = _config(app)
        self._listener: asyncio.Server | None = None
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def port(self) -> int:
        """The port it listens on; once started the real one."""
        return self._port

    @property
    def requests_served(self) -> int:
        """How many responses were completed."""
        return self._state.total_requests

    async def start(self) -> None:
        """Listen. Raises OSError when the address cannot be had."""
        self._config.load()
        listening = _listen(self._host, self._port)
        self._port = listening.getsockname()[1]
        rules = Guard(host_names(self._port, self._names), self._limits)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: Connection(self._config, self._state, rules, self._words),
            sock=listening,
            backlog=_BACKLOG,
            ssl=self._tls,
        )
        self._run_sweep(loop)

    async def stop(self, *, within_seconds: float = _STOP_SECONDS) -> None:
        """Stop listening, let requests in work end, and after `within_seconds` end them."""
        if self._listener is None:
            return
        self._listener.close()
        for connection in self._connections():
            connection.shutdown()
        await _wait_for(self._state.tasks, within_seconds)
        for task in list(self._state.tasks):
            task.cancel()
        await _wait_for(self._state.tasks, 1.0)
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in self._connections():
            connection.transport.abort()
        await self._listener.wait_closed()
        self._listener = None

    def _connections(self) -> list[Connection]:
        return cast("list[Connection]", list(self._state.connections))  # no other kind is made

    def _run_sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Expire every connection whose deadline has passed, now and again after a while."""
        now = loop.time()
        for connection in self._connections():
            if connection.deadline < now:
                connection.expire(now)
        self._sweep = loop.call_later(self._limits.sweep_seconds, self._run_sweep, loop)


async def _wait_for(tasks: Iterable[asyncio.Task[None]], seconds: float) -> None:
    waiting = list(tasks)
    if waiting:
        await asyncio.wait(waiting, timeout=seconds)


def _config(app: ASGIApp) -> Config:
    return Config(
        app,
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="critical",  # what uvicorn would say is said by build_app, in our log's form
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
    )


def _listen(host: str, port: int) -> socket.socket:
    family, kind, number, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, number)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)  # noqa: FBT003 - the standard library's name
    return listening


def _as_host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
