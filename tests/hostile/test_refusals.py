"""What the guard refuses by itself is said in the words of the face that the request was meant for."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.raw_http import Reply, Running, running

from waypost.api.cloud.errors import render_meta, render_proxy
from waypost.api.control.answers import render_control
from waypost.api.guard import Limits
from waypost.api.mounts import Mount, build_app
from waypost.api.onprem.errors import render_onprem
from waypost.api.routing import Request, Response, Route, Router

QUICK = Limits(head_seconds=0.3, body_seconds=0.3, linger_seconds=0.5, sweep_seconds=0.05)
MAX_BODY = 1024
FACES = {"meta": render_meta, "proxy": render_proxy, "onprem": render_onprem, "control": render_control}

HOST = b"This server is not called 'evil.example'. Name it with --allowed-hosts if it should be."
HEADS = {
    "J24 a packed body": (
        b"POST $PATH HTTP/1.1\r\nHost: $HOST\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        415,
        b"A request body with a Content-Encoding is not accepted; send it as it is.",
    ),
    "U1 a foreign host": (b"GET $PATH HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400, HOST),
    "H7 no host": (b"GET $PATH HTTP/1.1\r\n\r\n", 400, b"The request must have exactly one Host header."),
    "H7 two hosts": (
        b"GET $PATH HTTP/1.1\r\nHost: $HOST\r\nHost: $HOST\r\n\r\n",
        400,
        b"The request must have exactly one Host header.",
    ),
    "a target of 8 KiB and more": (
        b"GET $PATH?" + b"a" * 8192 + b" HTTP/1.1\r\nHost: $HOST\r\n\r\n",
        414,
        b"The request target is too long.",
    ),
    "a target that does not end": (b"GET $PATH?" + b"a" * 600_000, 414, b"The request target is too long."),
    "H8 a header line of 100 KB": (
        b"GET $PATH HTTP/1.1\r\nHost: $HOST\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        431,
        b"The request has too many header lines, or too long ones.",
    ),
    "101 header lines": (
        b"GET $PATH HTTP/1.1\r\nHost: $HOST\r\n" + b"X: a\r\n" * 100 + b"\r\n",
        431,
        b"The request has too many header lines, or too long ones.",
    ),
    "H9 a head that stops coming": (
        b"GET $PATH HTTP/1.1\r\nHost: $HOST\r\nX: a\r\n",
        408,
        b"The request's header lines took too long to arrive.",
    ),
    "J14 a body that is announced too large": (
        b"POST $PATH HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 9999\r\n\r\n",
        413,
        b"The request's body is larger than 1024 bytes.",
    ),
    "a chunk that is announced too large": (
        b"POST $PATH HTTP/1.1\r\nHost: $HOST\r\nTransfer-Encoding: chunked\r\n\r\n8000000000000000\r\nabc",
        413,
        b"A chunk of the request's body is larger than any body may be.",
    ),
    "H10 a body that stops coming": (
        b"POST $PATH HTTP/1.1\r\nHost: $HOST\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\nabc",
        408,
        b"The request's body took too long to arrive.",
    ),
}
ONPREM = {
    400: (1025, "Invalid Request"),
    408: (1025, "Invalid Request"),
    413: (1009, "Parameter value is not valid"),
    414: (1025, "Invalid Request"),
    415: (1025, "Invalid Request"),
    431: (1025, "Invalid Request"),
}
NAMES = {
    400: "unknown_host",
    408: "timed_out",
    413: "too_large",
    414: "url_too_long",
    415: "unsupported_content",
    431: "head_too_large",
}


def cloud_body(_status: int, reason: str) -> Any:
    return {
        "error": {
            "message": "(#100) Invalid parameter",
            "type": "OAuthException",
            "code": 100,
            "error_data": {"messaging_product": "whatsapp", "details": reason},
            "fbtrace_id": "TRACE",
        }
    }


def onprem_body(status: int, reason: str) -> Any:
    code, title = ONPREM[status]
    meta = {"api_status": "stable", "version": "v2.53.3"}
    return {"errors": [{"code": code, "title": title, "details": reason}], "meta": meta}


def control_body(status: int, reason: str) -> Any:
    return {"error": {"code": NAMES[status], "message": reason}}


BODIES = {"meta": cloud_body, "proxy": cloud_body, "onprem": onprem_body, "control": control_body}


async def take(request: Request) -> Response:
    return Response(200, await request.body(MAX_BODY))


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    routes = {face: [Route("POST", f"/{face}/rows", take, face)] for face in FACES}
    mounts = [(f"/{face}/", Mount(Router(routes[face]), render)) for face, render in FACES.items()]
    with running(build_app(mounts), limits=QUICK) as server:
        yield server


def body_of(reply: Reply) -> Any:
    body = json.loads(reply.body)
    if "fbtrace_id" in body.get("error", ()):
        body["error"]["fbtrace_id"] = "TRACE"
    return body


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("data", "status", "reason"), HEADS.values(), ids=HEADS.keys())
def test_a_fault_is_answered_in_the_dialect_of_its_face(
    server: Running, face: str, data: bytes, status: int, reason: bytes
) -> None:
    reply, is_closed = server.ask(data.replace(b"$PATH", f"/{face}/rows".encode()))

    assert (reply.status, body_of(reply), is_closed) == (status, BODIES[face](status, reason.decode()), True)
    assert reply.headers["content-type"].startswith("application/json")


PLAIN = {
    "broken framing": (
        b"POST /meta/rows HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        400,
        b"The request is not well-formed HTTP/1.1.\n",
    ),
    "an unknown transfer-encoding": (
        b"POST /meta/rows HTTP/1.1\r\nHost: $HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        400,
        b"The only Transfer-Encoding understood is: chunked.\n",
    ),
    "no path": (
        b"OPTIONS * HTTP/1.1\r\nHost: $HOST\r\n\r\n",
        400,
        b"The request target must be a path that starts with / and holds printable ASCII only.\n",
    ),
    "a path that stops coming": (b"GET /meta/ro", 408, b"The request's header lines took too long to arrive.\n"),
    "a request line alone": (
        b"GET /meta/rows HTTP/1.1\r\n",
        408,
        b"The request's header lines took too long to arrive.\n",
    ),
}


@pytest.mark.parametrize(("data", "status", "reason"), PLAIN.values(), ids=PLAIN.keys())
def test_a_request_of_no_face_is_answered_in_plain_text(
    server: Running, data: bytes, status: int, reason: bytes
) -> None:
    reply, is_closed = server.ask(data)

    assert (reply.status, reply.body, is_closed) == (status, reason, True)
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_long_target_with_bytes_over_ascii_is_answered_in_plain_text(server: Running) -> None:
    reply, _ = server.ask(b"GET /meta/" + b"\xe9" * 9000 + b" HTTP/1.1\r\nHost: $HOST\r\n\r\n")

    assert (reply.status in (400, 414), reply.headers["content-type"]) == (True, "text/plain; charset=utf-8")


def test_a_fault_behind_another_request_is_told_in_its_own_face(server: Running) -> None:
    wire = server.open()
    good = b"POST /meta/rows HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 1\r\n\r\n1"

    wire.send((good + b"GET /onprem/rows HTTP/1.1\r\nHost: evil.example\r\n\r\n").replace(b"$HOST", server.host))
    replies = [wire.reply(), wire.reply()]

    assert (replies[0].body, body_of(replies[1])) == (b"1", onprem_body(400, HOST.decode()))
    wire.close()
