"""How connections end: clients that close their side, and bodies that stop coming."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from tests.support.raw_http import NOTHING, Reply, Running, running

from waypost.api.guard import Limits
from waypost.api.mounts import Mount, build_app, render_plainly
from waypost.api.routing import HTTPProblem, Request, Response, Route, Router
from waypost.errors import Refusal
from waypost.errors.rates import OVERLOADED

QUICK = Limits(head_seconds=5, body_seconds=0.3, linger_seconds=5, sweep_seconds=0.05)
GET = b"GET /rows HTTP/1.1\r\nHost: $HOST\r\n\r\n"
GO_ON = GET.replace(b"GET", b"PUT")
POST = b"POST /rows HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 3\r\n\r\nabc"
CHUNKED = b"POST /rows HTTP/1.1\r\nHost: $HOST\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
CUT_OFF = b"The connection was closed before the request was complete.\n"


class Rows:
    """Keeps bodies, and knows whose client has gone."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.is_free = threading.Event()
        self.goes_on = asyncio.Event()

    async def add(self, request: Request) -> Response:
        body = await request.body(1000)
        if "wait" in request.query:
            await self.goes_on.wait()
        self.kept.append(body)
        return Response(200, b"kept " + body, content_type="text/plain")

    async def go_on(self, _request: Request) -> Response:
        self.goes_on.set()
        return Response(200)

    async def watch(self, request: Request) -> Response:
        await request.gone()
        self.is_free.set()
        raise HTTPProblem(400, "nobody listens")


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def server(rows: Rows) -> Iterator[Running]:
    routes = [
        Route("POST", "/rows", rows.add, "rows.add"),
        Route("GET", "/rows", rows.watch, "rows.watch"),
        Route("PUT", "/rows", rows.go_on, "rows.go_on"),
    ]
    with running(build_app([("/", Mount(Router(routes), render_plainly))]), limits=QUICK) as server:
        yield server


@pytest.mark.parametrize("request_bytes", [POST, CHUNKED], ids=["a length", "chunks"])
def test_a_client_that_has_closed_its_side_is_answered(server: Running, request_bytes: bytes) -> None:
    wire = server.open()

    wire.send(request_bytes.replace(b"$HOST", server.host).replace(b"/rows", b"/rows?wait"))
    wire.end()
    server.ask(GO_ON)
    reply = wire.reply()

    assert (reply.status, reply.body, wire.is_closed()) == (200, b"kept abc", True)
    wire.close()


def test_every_request_is_answered_that_came_before_the_client_closed_its_side(server: Running) -> None:
    wire = server.open()

    wire.send(POST.replace(b"$HOST", server.host).replace(b"/rows", b"/rows?wait") * 5)
    wire.end()
    server.ask(GO_ON)
    replies = [wire.reply().status for _ in range(5)]

    assert (replies, wire.is_closed()) == ([200] * 5, True)
    wire.close()


def test_a_request_that_is_cut_anywhere_is_refused_once_and_nothing_is_kept(server: Running, rows: Rows) -> None:
    request = CHUNKED.replace(b"$HOST", server.host)

    outcomes = {_told_after(server, request[:size]) for size in range(1, len(request))}

    assert (outcomes, rows.kept) == ({(400, CUT_OFF, True)}, [])


def test_what_comes_before_a_cut_request_is_answered(server: Running, rows: Rows) -> None:
    wire = server.open()

    wire.send((POST + CHUNKED[:-3]).replace(b"$HOST", server.host))
    wire.end()
    replies = [wire.reply().status for _ in range(2)]

    assert (replies, wire.is_closed(), rows.kept) == ([200, 400], True, [b"abc"])
    wire.close()


def test_a_connection_without_a_request_is_closed_with_its_client(server: Running) -> None:
    assert _told_after(server, b"") == (0, b"", True)


def test_whoever_waits_for_the_client_to_go_is_told_when_it_closes_its_side(server: Running, rows: Rows) -> None:
    wire = server.open()

    wire.send(GET.replace(b"$HOST", server.host))
    wire.end()

    assert rows.is_free.wait(5)
    wire.close()


def test_a_client_that_is_turned_away_is_told_so_also_when_its_body_does_not_come(rows: Rows) -> None:
    face = Mount(Router([Route("POST", "/rows", rows.add, "rows.add")]), render_plainly)
    app = build_app([("/", face)], has_no_room=lambda _request: Refusal(OVERLOADED, "no room"))

    with running(app, limits=QUICK) as server:
        wire = server.open()
        wire.send(POST[:-1].replace(b"$HOST", server.host))
        reply = wire.reply()
        is_closed = wire.is_closed()
        wire.close()

    assert (reply.status, reply.body, is_closed) == (OVERLOADED.http, b"no room\n", True)


def _told_after(server: Running, sent: bytes) -> tuple[int, bytes, bool]:
    """Return what a client is told that closes its side after this, and whether the server then closes."""
    wire = server.open()
    wire.send(sent)
    wire.end()
    reply: Reply = wire.reply()
    is_closed = reply == NOTHING or wire.is_closed()
    wire.close()
    return reply.status, reply.body, is_closed
