"""How the Cloud faces say no: Meta's error object, and 360dialog's own for what its proxy refuses."""

from waypost.api.faults import fault_of
from waypost.api.routing import Request, Response
from waypost.errors import Fault
from waypost.lib.ids import new_trace_id
from waypost.wire import cloud


def render_meta(request: Request, error: Exception) -> Response:
    """Answer with `{"error": {...}}`.

    # spec: cloud-api.md#11.1
    """
    _ = request
    fault = fault_of(error)
    return _answer(cloud.http_status(fault), cloud.error_body(fault, new_trace_id()), fault)


def render_proxy(request: Request, error: Exception) -> Response:
    """Answer with 360dialog's `{"meta": {...}}` where its proxy refuses by itself, else with Meta's object.

    # spec: cloud-api.md#11.3
    """
    fault = fault_of(error)
    if fault.problem.proxy_message is None:
        return render_meta(request, error)
    status = fault.problem.proxy_http or 400
    return _answer(status, cloud.proxy_error_body(fault, new_trace_id()), fault)


def _answer(status: int, body: bytes, fault: Fault) -> Response:
    headers = []
    if fault.retry_after_seconds is not None:
        headers.append((b"retry-after", b"%d" % fault.retry_after_seconds))
    return Response(status, body, content_type="application/json; charset=UTF-8", headers=headers)
