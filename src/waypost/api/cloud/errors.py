"""How the Cloud faces say no: Meta's error object, and 360dialog's own for what its proxy refuses."""

import functools
from collections.abc import Callable

from msgspec import Struct

from waypost.api import auth
from waypost.api.faults import fault_of
from waypost.api.routing import Answer, Handler, MethodNotAllowed, NotFound, RefusalResponse, Request, Response
from waypost.errors import Fault, Refusal
from waypost.errors.callers import NO_TOKEN, UNKNOWN_OBJECT
from waypost.flows.directory import Directory
from waypost.lib.ids import new_trace_id
from waypost.wire import cloud
from waypost.wire.cloud.templates import proxy_wrapped

_IS_NOT_THERE = "does not exist"


def render_meta(request: Request, error: Exception) -> Response:
    """Answer with `{"error": {...}}`.

    # spec: cloud-api.md#11.1
    """
    fault = _in_the_graphs_words(request, fault_of(error))
    return _answer(fault.problem.http, cloud.error_body(fault, new_trace_id()), fault)


def render_proxy(request: Request, error: Exception) -> Response:
    """Answer with 360dialog's `{"meta": {...}}` where its proxy refuses by itself, else with Meta's object.

    # spec: cloud-api.md#11.3
    """
    fault = _in_the_graphs_words(request, fault_of(error))
    return _answer(*cloud.proxy_error(fault, new_trace_id()), fault)


class ByKey(Struct, frozen=True):
    """The words of both faces where the credential says whose they must be.

    Whoever comes with a 360dialog key reads its proxy's words, on the paths of Meta's graph too: the proxy has none of
    those, and looks at the key before it looks for a path.

    # spec: cloud-api.md#1.3, cloud-api.md#11.3 - what the proxy says of a path that it has not is (unconfirmed)
    """

    directory: Directory

    def graph(self, request: Request, error: Exception) -> Response:
        """Answer on a path of Meta's graph."""
        if not auth.has_key_only(request):
            return render_meta(request, error)
        is_no_token = fault_of(error).problem is NO_TOKEN  # no key is one of the graph: what is wrong is the path
        return self.proxy(request, NotFound(request.path) if is_no_token else error)

    def proxy(self, request: Request, error: Exception) -> Response:
        """Answer on a path of the proxy, or on one that does not exist."""
        if not isinstance(error, NotFound | MethodNotAllowed):
            return render_proxy(request, error)
        if not auth.knows_key(request, self.directory):
            return render_proxy(request, Refusal(NO_TOKEN, ""))
        body = cloud.proxy_refusal(error.status, error.reason, new_trace_id())
        return _answer(error.status, body, fault_of(error))


def unknown_object(name: str) -> Refusal:
    """Return the refusal of a path that names an object which is not there, or is not the caller's."""
    return Refusal(UNKNOWN_OBJECT, f"Object with ID '{name[:100]}' {_IS_NOT_THERE}")


def file_not_found(why: str = "the URL is expired, altered or not yours.") -> RefusalResponse:
    """Return the answer to whoever asks a looked-up URL for a file that it does not have; clients look at no words.

    # spec: cloud-api.md#6.3
    """
    said = f"Not found: {why}"
    return RefusalResponse(Refusal(UNKNOWN_OBJECT, said), 404, f"{said}\n".encode(), content_type="text/plain")


def kept_by_proxy(handler: Handler) -> Handler:
    """Return a handler of what 360dialog keeps by itself: it refuses in its own body, and never asks its upstream.

    # spec: cloud-api.md#11.3, cloud-api.md#13.3 - what it says is (unconfirmed)
    """

    def words(fault: Fault) -> tuple[int, bytes]:
        status = 404 if fault.problem is UNKNOWN_OBJECT else fault.problem.http
        return status, cloud.proxy_refusal(status, fault.details, new_trace_id())

    return _reworded(handler, words)


def wrapped_by_proxy(handler: Handler) -> Handler:
    """Return a handler of what 360dialog passes on to its upstream: it shows that one's refusals as text in its own."""

    def words(fault: Fault) -> tuple[int, bytes]:
        return fault.problem.http, proxy_wrapped(fault, new_trace_id())

    return _reworded(handler, words)


def _reworded(handler: Handler, words: Callable[[Fault], tuple[int, bytes]]) -> Handler:
    """Return a handler with its refusals reworded, except those of which the proxy says the same on every path."""

    @functools.wraps(handler)
    async def run(request: Request) -> Answer:
        try:
            return await handler(request)
        except Refusal as refusal:
            if refusal.fault.problem.proxy_message is not None:
                raise
            return RefusalResponse(refusal, *words(refusal.fault))

    return run


def _in_the_graphs_words(request: Request, fault: Fault) -> Fault:
    """Return the fault with everything that the graph says of an object that is not there.

    # spec: samples/cloud/resp_err_unknown_object.json (unconfirmed wording)
    """
    if fault.problem is not UNKNOWN_OBJECT or not fault.details.endswith(_IS_NOT_THERE):
        return fault
    why = f"{fault.details}, cannot be loaded due to missing permissions, or does not support this operation"
    return Fault(fault.problem, f"Unsupported {request.method.lower()} request. {why}")


def _answer(status: int, body: bytes, fault: Fault) -> Response:
    headers = []
    if fault.retry_after_seconds is not None:
        headers.append((b"retry-after", b"%d" % fault.retry_after_seconds))
    return Response(status, body, content_type="application/json; charset=UTF-8", headers=headers)
