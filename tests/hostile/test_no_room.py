"""A request that there is no room for is answered before any handler, and its connection goes on."""

from collections.abc import Iterator

import pytest
from tests.support.raw_http import Running, running

from waypost.api.guard import Limits
from waypost.api.mounts import Mount, build_app, render_plainly
from waypost.api.routing import Request, Response, Route, Router
from waypost.errors import Refusal
from waypost.errors.rates import OVERLOADED

QUICK = Limits(body_seconds=0.3, sweep_seconds=0.05)
HANDLED = b"handled 3"
TURNED_AWAY = b"Come later.\n"

FULL = b"POST /full HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 3\r\n\r\nabc"
FREE = b"POST /free HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 3\r\n\r\nabc"


async def take(request: Request) -> Response:
    return Response(200, b"handled %d" % len(await request.body(10_000_000)))


def has_no_room(request: Request) -> Refusal | None:
    return Refusal(OVERLOADED, "Come later.", retry_after_seconds=2) if request.path == "/full" else None


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    routes = [Route("POST", path, take, path) for path in ("/full", "/free")]
    with running(
        build_app([("/", Mount(Router(routes), render_plainly))], has_no_room=has_no_room), limits=QUICK
    ) as up:
        yield up


def bodies(server: Running, count: int, *pieces: bytes) -> list[bytes]:
    """Send the pieces one after another on one connection, and return what was answered."""
    wire = server.open()
    try:
        for piece in pieces:
            wire.send(piece.replace(b"$HOST", server.host))
        return [wire.reply().body for _ in range(count)]
    finally:
        wire.close()


def test_the_connection_of_a_request_that_was_turned_away_goes_on(server: Running) -> None:
    wire = server.open()

    answers = [wire.ask(request.replace(b"$HOST", server.host)).body for request in (FULL, FREE, FULL)]

    wire.close()
    assert answers == [TURNED_AWAY, HANDLED, TURNED_AWAY]


def test_pipelined_requests_are_answered_in_order_and_those_behind_one_in_hand_by_the_handler(server: Running) -> None:
    assert bodies(server, 3, FULL + FREE + FULL) == [TURNED_AWAY, HANDLED, HANDLED]


def test_the_whole_body_is_read_however_large_before_the_next_request(server: Running) -> None:
    head = FULL.replace(b"Content-Length: 3\r\n\r\nabc", b"Content-Length: 1000000\r\n\r\n")

    assert bodies(server, 2, head, b"x" * 1_000_000, FREE) == [TURNED_AWAY, HANDLED]


def test_a_body_that_stops_coming_is_answered_and_ends_the_connection(server: Running) -> None:
    assert bodies(server, 2, FULL[:-1]) == [TURNED_AWAY, b""]


def test_a_body_with_broken_framing_is_refused_as_ever(server: Running) -> None:
    head = FULL.replace(b"Content-Length: 3\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nno size\r\n")

    assert bodies(server, 1, head) == [b"The request is not well-formed HTTP/1.1.\n"]


@pytest.mark.parametrize("line", [b"Connection: close", b"Expect: 100-continue"])
def test_whoever_closes_or_waits_to_be_told_to_go_on_is_left_to_the_handler(server: Running, line: bytes) -> None:
    head = FULL.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n")

    assert server.ask(head)[0].status in (100, 200)
