"""How the On-Premises face says no: the client's errors, or 360dialog's own body for what its host refuses."""

from waypost.api.auth import has_api_key
from waypost.api.faults import fault_of
from waypost.api.routing import Request, Response
from waypost.lib.ids import new_trace_id
from waypost.wire import cloud, onprem


def render_onprem(request: Request, error: Exception) -> Response:
    """Answer with `{"errors": [...], "meta": {...}}`, or `{"meta": {...}}` to a key that the host itself turns away.

    # spec: on-premises-api.md#13.2, on-premises-api.md#13.3
    """
    fault = fault_of(error)
    problem = fault.problem
    host_says = problem.onprem_proxy_message or problem.proxy_message
    if host_says is not None and has_api_key(request):
        status = problem.proxy_http or problem.http
        # spec: error-codes-onprem.tsv - that the path stands in the place of ***, and nothing behind, is (unconfirmed)
        body = cloud.proxy_refusal(status, host_says.replace("***", request.path[:200]), new_trace_id())
        answer = Response(status, body)
    else:
        answer = Response(problem.onprem_http, onprem.error_body(fault))
    if fault.retry_after_seconds is not None:
        answer.headers.append((b"retry-after", b"%d" % fault.retry_after_seconds))
    return answer
