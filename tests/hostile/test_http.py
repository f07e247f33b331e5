"""Requests that no honest client sends, and the exact answer to each."""

import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from tests.support.certificates import Authority
from tests.support.raw_http import Reply, Running, running

from waypost.api.guard import Limits
from waypost.api.mounts import Mount, build_app, render_plainly
from waypost.api.routing import HTTPProblem, Request, Response, Route, Router

MAX_BODY = 1024 * 1024
QUICK = Limits(
    head_seconds=0.3, idle_seconds=5, body_seconds=0.3, linger_seconds=0.5, sweep_seconds=0.05, connections=200
)
POST = b"POST /rows HTTP/1.1\r\nHost: $HOST\r\n"


class Ledger:
    """What the application was asked to keep."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.hosts: list[bytes] = []

    async def add(self, request: Request) -> Response:
        body = await request.body(MAX_BODY)
        self.rows.append(body)
        self.hosts = request.header_values(b"host")
        return Response(200, b"kept " + body, content_type="text/plain")

    async def refuse(self, _request: Request) -> Response:
        raise HTTPProblem(401, "no")

    async def upload(self, request: Request) -> Response:
        size = 0
        async for piece in request.stream(64 * MAX_BODY):
            size += len(piece)
        return Response(200, b"%d" % size, content_type="text/plain")

    async def show(self, request: Request) -> Response:
        return Response(200, str(request.query).encode(), content_type="text/plain")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def server(ledger: Ledger) -> Iterator[Running]:
    routes = [
        Route("POST", "/rows", ledger.add, "rows.add"),
        Route("GET", "/rows", ledger.show, "rows.show"),
        Route("POST", "/private", ledger.refuse, "private"),
        Route("POST", "/upload", ledger.upload, "upload"),
    ]
    app = build_app([(lambda _request: True, Mount(Router(routes), render_plainly))])
    with running(app, limits=QUICK, names=("waypost.example",)) as server:
        yield server


REFUSED = {
    "H1 content-length and transfer-encoding": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: $HOST\r\n\r\n",
        400,
    ),
    "H2 two content-lengths": (POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    "H2 a list of content-lengths": (POST + b"Content-Length: 3, 3\r\n\r\nabc", 400),
    "H3 a signed content-length": (POST + b"Content-Length: +5\r\n\r\nabcde", 400),
    "P19 a negative content-length": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "a huge content-length": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n", 400),
    "H4 an unknown transfer-encoding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    "a body packed before chunking": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "transfer-encoding twice": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "H5 a chunk size in C's notation": (POST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n", 400),
    "a chunk size and a bare line feed": (POST + b"Transfer-Encoding: chunked\r\n\r\n5\nabcde\r\n0\r\n\r\n", 400),
    "header lines that end in a bare line feed": (b"GET /rows HTTP/1.1\nHost: $HOST\n\n", 400),
    "a folded header line": (b"GET /rows HTTP/1.1\r\nHost: $HOST\r\nX: a\r\n b\r\n\r\n", 400),
    "a space before the colon": (b"GET /rows HTTP/1.1\r\nHost: $HOST\r\nX : a\r\n\r\n", 400),
    "NUL in a header line": (b"GET /rows HTTP/1.1\r\nHost: $HOST\r\nX: a\0b\r\n\r\n", 400),
    "H7 no host": (b"GET /rows HTTP/1.1\r\n\r\n", 400),
    "H7 two hosts": (b"GET /rows HTTP/1.1\r\nHost: $HOST\r\nHost: $HOST\r\n\r\n", 400),
    "H7 U1 a foreign host": (b"GET /rows HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
    "U2 a public name of the loopback address": (b"GET /rows HTTP/1.1\r\nHost: 127.0.0.1.nip.io\r\n\r\n", 400),
    "a host with another port": (b"GET /rows HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 400),
    "an address that it does not listen on": (b"GET /rows HTTP/1.1\r\nHost: 192.168.1.5:$PORT\r\n\r\n", 400),
    "a host that begins with a name of ours": (b"GET /rows HTTP/1.1\r\nHost: waypost.example.evil\r\n\r\n", 400),
    "H8 a header line of 100 KB": (b"GET /rows HTTP/1.1\r\nHost: $HOST\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    "10,000 header lines": (b"GET /rows HTTP/1.1\r\nHost: $HOST\r\n" + b"X: a\r\n" * 10_000 + b"\r\n", 431),
    "101 header lines": (b"GET /rows HTTP/1.1\r\nHost: $HOST\r\n" + b"X: a\r\n" * 100 + b"\r\n", 431),
    "a target of 8 KiB and 1": (b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\nHost: $HOST\r\n\r\n", 414),
    "a target of 70 KB": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: $HOST\r\n\r\n", 414),
    "H14 an HTTP/0.9 line": (b"GET /rows\r\n\r\n", 400),
    "HTTP/0.9 by name": (b"GET /rows HTTP/0.9\r\nHost: $HOST\r\n\r\n", 400),
    "HTTP/2 by name": (b"GET /rows HTTP/2.0\r\nHost: $HOST\r\n\r\n", 400),
    "an absolute target": (b"GET http://evil.example/rows HTTP/1.1\r\nHost: $HOST\r\n\r\n", 400),
    "a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: $HOST\r\n\r\n", 400),
    "a star for target": (b"OPTIONS * HTTP/1.1\r\nHost: $HOST\r\n\r\n", 400),
    "bytes over ASCII in the target": (b"GET /\xe9 HTTP/1.1\r\nHost: $HOST\r\n\r\n", 400),
    "TLS to a plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "J24 a packed body": (POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 415),
    "J14 10 MB announced": (POST + b"Content-Length: 10485760\r\n\r\n" + b"a" * 10_485_760, 413),
    "J14 10 MB in chunks": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"100000\r\n%b\r\n" % (b"a" * 0x100000) * 10 + b"0\r\n\r\n",
        413,
    ),
    "a chunk of 2^63 bytes": (POST + b"Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\nabc", 413),
    "a chunk of more than 64 bits can count": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nabc",
        413,
    ),
    "a chunk of 1 GiB and 1, behind another": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0040000001;name=value\r\nabc",
        413,
    ),
    "trailers of 1 MB": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        400,
    ),
    "chunk extensions of 1 MB": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 1_000_000 + b"\r\na\r\n0\r\n\r\n",
        400,
    ),
}


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_a_hostile_request_is_refused_and_the_connection_closed(
    server: Running, ledger: Ledger, data: bytes, status: int
) -> None:
    reply, is_closed = server.ask(data)

    assert (reply.status, is_closed, ledger.rows) == (status, True, [])


EARLY = {
    "a refusal by the guard": (b"Content-Encoding: gzip\r\n", 415),
    "a refusal by the handler": (b"", 413),
}


@pytest.mark.parametrize(("line", "status"), EARLY.values(), ids=EARLY.keys())
def test_a_refused_client_that_is_still_sending_is_not_reset(server: Running, line: bytes, status: int) -> None:
    wire = server.open()

    wire.send((POST + line + b"Content-Length: 10485760\r\n\r\n").replace(b"$HOST", server.host))
    reply = wire.reply()
    was_taken = [wire.send(b"a" * 1_000_000) for _ in range(10)]

    assert (reply.status, was_taken) == (status, [True] * 10)
    wire.close()


SERVED = {
    "U3 localhost": b"localhost:$PORT",
    "U3 IPv4 loopback": b"127.0.0.1:$PORT",
    "U3 IPv6 loopback": b"[::1]:$PORT",
    "capital letters": b"LOCALHOST:$PORT",
    "a name from the settings": b"waypost.example",
    "the same with our port": b"waypost.example:$PORT",
}


@pytest.mark.parametrize("host", SERVED.values(), ids=SERVED.keys())
def test_a_name_of_the_server_is_accepted(server: Running, host: bytes) -> None:
    name = host.replace(b"$PORT", b"%d" % server.port)

    reply, _ = server.ask(b"GET /rows HTTP/1.1\r\nHost: %b\r\n\r\n" % name)

    assert reply.status == 200


BY_ADDRESS = {
    "its address in the local network": (b"192.168.1.5:$PORT", 200),
    "the port that a container has outside": (b"192.168.1.5:9000", 200),
    "no port, behind a proxy": (b"203.0.113.7", 200),
    "IPv6": (b"[FD00::2]:$PORT", 200),
    "the machine's name": (b"%b:$PORT" % socket.gethostname().encode(), 200),
    "a foreign name": (b"evil.example:$PORT", 400),
    "a name that looks like an address": (b"192.168.1.5.evil.example", 400),
    "a name that resolves to us": (b"127.0.0.1.nip.io:$PORT", 400),
    "a number that some take for an address": (b"2130706433", 400),
    "an address that is none": (b"999.1.1.1:$PORT", 400),
    "IPv6 that is none": (b"[::zz]:$PORT", 400),
    "a zone": (b"[fe80::1%25eth0]:$PORT", 400),
}


@pytest.mark.parametrize(("host", "status"), BY_ADDRESS.values(), ids=BY_ADDRESS.keys())
def test_who_listens_everywhere_is_reached_by_address(host: bytes, status: int) -> None:
    routes = [Route("GET", "/rows", Ledger().show, "rows.show")]
    app = build_app([("/", Mount(Router(routes), render_plainly))])
    with running(app, limits=QUICK, host="0.0.0.0") as server:
        name = host.replace(b"$PORT", b"%d" % server.port)

        reply, _ = server.ask(b"GET /rows HTTP/1.1\r\nHost: %b\r\n\r\n" % name)

    assert reply.status == status


def test_h6_a_truncated_chunk_leaves_nothing_behind(server: Running, ledger: Ledger) -> None:
    wire = server.open()

    wire.send((POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab").replace(b"$HOST", server.host))
    wire.close()
    follow_up, _ = server.ask(POST + b"Content-Length: 4\r\n\r\nnext")

    assert (follow_up.status, ledger.rows) == (200, [b"next"])


def test_h9_a_slow_head_is_ended_by_its_deadline_however_often_a_line_comes(server: Running) -> None:
    wire = server.open()
    began = time.monotonic()

    wire.send(b"GET /rows HTTP/1.1\r\n")
    for _ in range(6):
        time.sleep(0.1)
        wire.send(b"X: a\r\n")
    reply = wire.reply()

    assert (reply.status, wire.is_closed(), time.monotonic() - began < 3) == (408, True, True)
    wire.close()


def test_a_connection_that_says_nothing_is_closed(server: Running) -> None:
    wire = server.open()

    assert wire.is_closed()
    wire.close()


def test_a_connection_that_does_not_shake_hands_is_closed(tmp_path: Path) -> None:
    tls = Authority().server_context("localhost", tmp_path)
    with running(build_app([]), limits=QUICK, tls=tls) as server:
        wire = server.open()

        wire.send(b"\x16\x03\x01\x02\x00")  # the beginning of a greeting

        assert wire.is_closed()
        wire.close()


def test_h10_a_slow_body_is_answered_408(server: Running, ledger: Ledger) -> None:
    wire = server.open()

    wire.send((POST + b"Content-Type: application/json\r\nContent-Length: 50\r\n\r\n").replace(b"$HOST", server.host))
    for _ in range(6):
        time.sleep(0.1)
        wire.send(b"a")
    reply = wire.reply()

    assert (reply.status, wire.is_closed(), ledger.rows) == (408, True, [])
    wire.close()


def test_an_upload_may_take_long_as_long_as_it_moves(server: Running) -> None:
    wire = server.open()
    head = b"POST /upload HTTP/1.1\r\nHost: $HOST\r\nContent-Type: image/png\r\nContent-Length: 10000\r\n\r\n"

    wire.send(head.replace(b"$HOST", server.host))
    for _ in range(10):
        time.sleep(0.1)
        wire.send(b"a" * 1000)
    reply = wire.reply()

    assert (reply.status, reply.body) == (200, b"10000")
    wire.close()


def test_an_upload_that_stops_moving_is_answered_408(server: Running) -> None:
    wire = server.open()
    head = b"POST /upload HTTP/1.1\r\nHost: $HOST\r\nContent-Type: image/png\r\nContent-Length: 10000\r\n\r\n"

    wire.send(head.replace(b"$HOST", server.host) + b"a" * 9000)
    reply = wire.reply()

    assert reply.status == 408
    wire.close()


def test_h11_idle_connections_do_not_keep_others_out(server: Running) -> None:
    idle = [server.open() for _ in range(150)]
    began = time.monotonic()

    reply, _ = server.ask(b"GET /rows HTTP/1.1\r\nHost: $HOST\r\n\r\n")

    assert (reply.status, time.monotonic() - began < 1) == (200, True)
    for wire in idle:
        wire.close()


def test_a_connection_over_the_bound_is_told_so(server: Running) -> None:
    idle = [server.open() for _ in range(200)]

    reply, is_closed = server.ask(b"GET /rows HTTP/1.1\r\nHost: $HOST\r\n\r\n")

    assert (reply.status, is_closed) == (503, True)
    for wire in idle:
        wire.close()


@pytest.mark.parametrize(
    "request_",
    [POST + b"Content-Length: 0\r\n\r\n", b"POST /private HTTP/1.1\r\nHost: $HOST\r\n\r\n", b"nonsense\r\n\r\n"],
)
def test_every_answer_says_when_it_was_made(server: Running, request_: bytes) -> None:
    began = int(time.time())

    reply, _ = server.ask(request_)

    assert began <= parsedate_to_datetime(reply.headers["date"]).timestamp() <= time.time()


def test_h12_pipelined_requests_are_answered_in_order(server: Running) -> None:
    wire = server.open()
    requests = [POST + b"Content-Length: 3\r\n\r\n%03d" % number for number in range(100)]

    wire.send(b"".join(requests).replace(b"$HOST", server.host))
    replies = [wire.reply().body for _ in requests]

    assert replies == [b"kept %03d" % number for number in range(100)]
    wire.close()


def test_a_malformed_request_waits_for_the_answers_before_it(server: Running) -> None:
    wire = server.open()
    good = POST + b"Content-Length: 1\r\n\r\n1"

    wire.send((good + good + b"GET /rows HTTP/1.1\r\nHost: evil\r\n\r\n" + good).replace(b"$HOST", server.host))
    statuses = [wire.reply().status for _ in range(3)]

    assert (statuses, wire.is_closed()) == ([200, 200, 400], True)
    wire.close()


def test_a_broken_body_behind_another_request_does_not_take_its_answer(server: Running, ledger: Ledger) -> None:
    wire = server.open()
    good = POST + b"Content-Length: 1\r\n\r\n1"

    wire.send((good + POST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n").replace(b"$HOST", server.host))
    statuses = [wire.reply().status for _ in range(2)]

    assert (statuses, wire.is_closed(), ledger.rows) == ([200, 400], True, [b"1"])
    wire.close()


def test_h13_a_refused_client_is_not_told_to_continue(server: Running) -> None:
    reply, is_closed = server.ask(
        b"POST /private HTTP/1.1\r\nHost: $HOST\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    )

    assert (reply.status, is_closed) == (401, True)


def test_an_accepted_client_is_told_to_continue(server: Running) -> None:
    wire = server.open()

    wire.send((POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n").replace(b"$HOST", server.host))
    go_on = wire.reply()
    wire.send(b"abc")
    reply = wire.reply()

    assert (go_on, reply.body) == (Reply(100, {}, b""), b"kept abc")
    wire.close()


def test_a_client_of_http_1_0_knows_nothing_of_continuing(server: Running) -> None:
    head = POST.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"

    reply, is_closed = server.ask(head + b"abc")

    assert (reply.status, reply.body, is_closed) == (200, b"kept abc", True)


def test_h15_a_method_override_is_ignored(server: Running) -> None:
    reply, _ = server.ask(b"GET /rows?_method=DELETE HTTP/1.1\r\nHost: $HOST\r\nX-HTTP-Method-Override: POST\r\n\r\n")

    assert (reply.status, reply.body) == (200, b"{'_method': 'DELETE'}")


def test_h16_a_client_that_leaves_before_the_answer_has_its_row_or_not_but_never_half(
    server: Running, ledger: Ledger
) -> None:
    wire = server.open()
    wire.send((POST + b"Content-Length: 3\r\n\r\nabc").replace(b"$HOST", server.host))
    wire.close()

    server.ask(POST + b"Content-Length: 4\r\n\r\nnext")

    assert ledger.rows in ([b"abc", b"next"], [b"next"])


def test_trailers_do_not_become_headers(server: Running, ledger: Ledger) -> None:
    wire = server.open()
    head = (POST + b"Transfer-Encoding: chunked\r\n\r\n").replace(b"$HOST", server.host)

    wire.send(head + b"1\r\na\r\n0\r\nHost: evil\r\n\r\n")
    reply = wire.reply()

    assert (reply.status, ledger.hosts) == (200, [server.host])
    wire.close()


UPGRADES = {
    "a first POST of a client that prefers HTTP/2": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
    "a websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
}


@pytest.mark.parametrize("lines", UPGRADES.values(), ids=UPGRADES.keys())
def test_an_offered_upgrade_is_declined_and_the_request_served(server: Running, lines: bytes) -> None:
    wire = server.open()

    wire.send((POST + lines + b"Content-Length: 6\r\n\r\nabc").replace(b"$HOST", server.host))
    wire.send(b"def")
    first = wire.reply()
    wire.send((POST + b"Content-Length: 4\r\n\r\nnext").replace(b"$HOST", server.host))
    second = wire.reply()

    assert (first.body, second.body) == (b"kept abcdef", b"kept next")
    wire.close()
