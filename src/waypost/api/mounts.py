"""Mounts: the faces side by side in one application, each with its routes and its way of telling errors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from waypost.api import guard
from waypost.api.exchange import BodyTooSlow, ClientGone, Outgoing
from waypost.api.faults import used_up
from waypost.api.maintenance import Maintenance
from waypost.api.routing import (
    App,
    BodyTimedOut,
    HTTPProblem,
    MethodNotAllowed,
    NotFound,
    RefusalResponse,
    Request,
    Response,
    Route,
    Router,
)
from waypost.api.words import last_response, speak_plainly, whole_response
from waypost.errors import Refusal
from waypost.lib.log import Log
from waypost.ports import StoreDown

_REMEMBERED_PATHS = 256  # a program sends to the same one again and again; each is 8 KiB at most

_log = Log("waypost.api")

ErrorRenderer = Callable[[Request, Exception], Response]
"""Makes a face's answer to an exception: an HTTPProblem, an error of ours, or a bug.

An answer of 500 or more is logged here, with the exception.
"""

Noted = Callable[[Request, Exception, Response], None]
"""Takes note of a request that is refused, why, and the answer that it gets."""

Applies = Callable[[Request], bool]
"""Says whether a mount takes a request, by its head."""

Locate = Callable[[str], str]
"""Turns the path as sent into the path to route."""

HasNoRoom = Callable[[Request], Refusal | None]
"""Returns why there is no room for a request; None if there is."""


class PathRules(Protocol):
    """The fault rules about requests."""

    @property
    def for_paths(self) -> bool:
        """Whether there are any."""
        ...

    def path_orders(self, path: str) -> tuple[float, Refusal | None]:
        """Return the seconds that rules hold a request of this path, and what they want it to be answered with."""
        ...


class _NoRules:
    for_paths = False

    def path_orders(self, path: str) -> tuple[float, Refusal | None]:
        """Demand nothing."""
        _ = path
        return 0.0, None


def _not_noted(_request: Request, _error: Exception, _answer: Response) -> None:
    return


def _has_room(_request: Request) -> None:
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
        maintenance: Maintenance | None = None,
        noted: Noted = _not_noted,
    ) -> None:
        """`locate` turns the path as sent into the path to route, for a face with a version in front."""
        self._router = router
        self._route_of = lru_cache(maxsize=_REMEMBERED_PATHS)(self._find_route)
        self._render = render
        self._locate = locate
        self._faults = faults or _NoRules()
        self._maintenance = maintenance or Maintenance()
        self._noted = noted

    async def __call__(self, request: Request, out: Outgoing) -> None:
        """Answer one request."""
        maintenance = self._maintenance
        try:
            if self._faults.for_paths:
                await self._obey(request.path)
            if maintenance.is_on and request.path not in maintenance.watchers:
                await maintenance.wait()
            maintenance.inside += 1
            try:
                route, request.params = self._route_of(request.method, request.path)
                answer = await route.handler(request)
            finally:
                maintenance.leave()
            if isinstance(answer, RefusalResponse):
                self._noted(request, answer.refusal, answer)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - the last place that can still answer in the face's own words
            answer = self._answer_error(request, error)
        await answer.send(out)

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """Return what the face says to a request that is refused before any route is looked for."""
        answer = self._render(request, refusal)
        self._noted(request, refusal, answer)
        return answer

    async def _obey(self, path: str) -> None:
        seconds, refusal = self._faults.path_orders(path)
        if seconds:
            await asyncio.sleep(seconds)
        if refusal is not None:
            raise refusal

    def _find_route(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        return self._router.match(method, path if self._locate is None else self._locate(path))

    def _answer_error(self, request: Request, error: Exception) -> Response:
        if isinstance(error, BodyTooSlow):
            error = BodyTimedOut()
        answer = self._render(request, error)
        if isinstance(error, MethodNotAllowed):
            answer.headers.append((b"allow", ", ".join(error.allowed).encode("ascii")))
        if isinstance(error, StoreDown) or used_up(error):
            # A condition and no bug: every request meets it until it is over.
            _log.warning("request.refused", method=request.method, path=request.path, why=str(error))
        elif answer.status >= 500 and isinstance(error, Refusal):
            # Somebody wanted it so, such as a fault rule. The details stay out: there may be a phone number in them.
            _log.warning("request.refused", method=request.method, path=request.path, why=error.fault.problem.name)
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

    def __init__(self, rules: Sequence[tuple[Applies, App]], has_no_room: HasNoRoom = _has_room) -> None:
        self._rules = rules
        self._has_no_room = has_no_room
        self.public: tuple[bytes, str] | None = None
        """The Host of requests through a proxy, and the scheme that programs used to reach it."""

    def __call__(self, request: Request, out: Outgoing) -> Awaitable[None]:
        """Answer one request."""
        if self.public is not None and (request.header(b"host") or b"").lower() == self.public[0]:
            request.scheme = self.public[1]
        return _first(self._rules, request)(request, out)

    def speak(self, request: Request, refusal: guard.Refusal) -> bytes:
        """Return what the face that a refused request was meant for says to it; see `words.Words`."""
        face = _first(self._rules, request)
        if refusal.problem is None or not isinstance(face, Mount):
            return speak_plainly(refusal)
        answer = face.refuse(request, Refusal(refusal.problem, refusal.reason))
        return last_response(answer.status, answer.headers, answer.body)

    def turn_away(self, request: Request) -> bytes | None:
        """Return what its face says to a request that there is no room for; see `words.Words`."""
        refusal = self._has_no_room(request)
        if refusal is None:
            return None
        face = _first(self._rules, request)
        if not isinstance(face, Mount):
            return None
        answer = face.refuse(request, refusal)
        return whole_response(answer.status, answer.headers, answer.body)


def build_app(mounts: Iterable[tuple[str | Applies, App]], *, has_no_room: HasNoRoom = _has_room) -> Application:
    """Return the application over these mounts, in their order."""
    rules = tuple((_under(where) if isinstance(where, str) else where, app) for where, app in mounts)
    return Application(rules, has_no_room)


def _under(prefix: str) -> Applies:
    folder = prefix.rstrip("/") + "/"

    def applies(request: Request) -> bool:
        path = request.plain_path
        return path.startswith(folder) or path == folder[:-1]

    return applies


def _first(rules: Sequence[tuple[Applies, App]], request: Request) -> App:
    for applies, face in rules:
        if applies(request):
            return face
    return _nothing_here


async def _nothing_here(request: Request, out: Outgoing) -> None:
    await render_plainly(request, NotFound(request.path)).send(out)
