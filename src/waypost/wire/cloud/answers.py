"""Write the answers and the errors of the Cloud dialect, and those of the proxy in front of it."""

from typing import Any

import msgspec

from waypost.errors import Fault
from waypost.wire.facts import MediumFacts

SUCCESS = b'{"success":true}'
"""The answer to a write that has nothing to tell.

# spec: cloud-api.md#5
"""

_encoder = msgspec.json.Encoder()


def send_answer(
    to: str, wa_id: str, wamid: str, message_status: str | None = None, *, user_id: str | None = None
) -> bytes:
    """Return the answer to an accepted message; `message_status` is for templates.

    One that went to a business-scoped id names that `user_id`, and no phone number.

    # spec: cloud-api.md#2.3, samples/cloud/resp_send_bsuid_ok.json
    """
    contact = (
        b'"wa_id":"%b"' % wa_id.encode("ascii") if user_id is None else b'"user_id":"%b"' % user_id.encode("ascii")
    )
    status = b""
    if message_status is not None:
        status = b',"message_status":"%b"' % message_status.encode("ascii")
    return (
        b'{"messaging_product":"whatsapp","contacts":[{"input":%b,%b}],"messages":[{"id":"%b"%b}]}'
        % (_encoder.encode(to), contact, wamid.encode("ascii"), status)
    )  # fmt: skip


def upload_answer(medium: MediumFacts) -> bytes:
    """Return the answer to an upload.

    # spec: cloud-api.md#6.1
    """
    return b'{"id":"%d"}' % medium.key


def media_answer(medium: MediumFacts, url: str) -> bytes:
    """Return the answer to a media look-up; `url` works for five minutes.

    # spec: cloud-api.md#6.2: the digest is hexadecimal here and base64 in webhooks
    """
    return _encoder.encode(
        {
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": medium.mime,
            "sha256": medium.sha256.hex(),
            "file_size": medium.size,
            "id": str(medium.key),
        }
    )


def error_body(fault: Fault, trace_id: str) -> bytes:
    """Return Meta's error object.

    Errors of the graph itself have no `error_data`; where they name an object, their message does it.

    # spec: cloud-api.md#11.1
    """
    problem = fault.problem
    error: dict[str, Any] = {"message": _message(fault), "type": problem.kind, "code": problem.code}  # Any: JSON
    if problem.subcode is not None:
        error["error_subcode"] = problem.subcode
    if problem.prefixed:
        error["error_data"] = {"messaging_product": "whatsapp", "details": fault.details}
    if problem.user_title is not None:
        error |= _for_people(fault)
    error["fbtrace_id"] = trace_id
    return _encoder.encode({"error": error})


def _for_people(fault: Fault) -> dict[str, Any]:  # Any: JSON
    """Return the members for people, and the path of the parameter at fault: here always one name.

    That any fault of a component blames `components`, and what a template that exists already blames, is
    (unconfirmed).
    """
    blamed = {"error_data": {"blame_field_specs": [[fault.blamed]]}} if fault.blamed else {}
    said = {"error_user_title": fault.problem.user_title, "error_user_msg": fault.details}
    return {**blamed, "is_transient": fault.problem.retryable, **said}


def proxy_error(fault: Fault, trace_id: str) -> tuple[int, bytes]:
    """Return HTTP status and body of 360dialog's proxy: its own where it refuses by itself, else Meta's.

    # spec: cloud-api.md#11.3
    """
    problem = fault.problem
    if problem.proxy_message is None:
        return problem.http, error_body(fault, trace_id)
    status = problem.proxy_http or problem.http
    return status, proxy_refusal(status, problem.proxy_message, trace_id)


def proxy_refusal(status: int, message: str, trace_id: str) -> bytes:
    """Return the body of 360dialog's own refusals.

    # spec: cloud-api.md#11.3, samples/cloud/d360_err_invalid_key.json
    """
    meta = {"success": False, "http_code": status, "developer_message": message, "360dialog_trace_id": trace_id}
    return _encoder.encode({"meta": meta})


def _message(fault: Fault) -> str:
    problem = fault.problem
    if problem.worded:
        return fault.details
    if problem.prefixed:
        return f"(#{problem.code}) {problem.title}"
    if problem.kind == "GraphMethodException" and fault.details:
        return fault.details
    return problem.title
