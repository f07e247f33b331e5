"""Requests that offer another protocol: each is served as if there were no offer."""

from collections.abc import Iterator

import pytest
from tests.support.raw_http import Running, running

from waypost.api.mounts import Mount, build_app, render_plainly
from waypost.api.routing import Request, Response, Route, Router

OFFER = b"POST /rows HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHost: $HOST\r\nContent-Length: 3\r\n\r\nabc"


async def echo(request: Request) -> Response:
    return Response(200, await request.body(1000), content_type="text/plain")


@pytest.fixture
def server() -> Iterator[Running]:
    mount = Mount(Router([Route("POST", "/rows", echo, "rows")]), render_plainly)
    with running(build_app([("/", mount)])) as server:
        yield server


def test_any_number_of_offers_in_one_packet_is_declined(server: Running) -> None:
    wire = server.open()

    wire.send(OFFER.replace(b"$HOST", server.host) * 1000)
    replies = {(reply.status, reply.body) for reply in (wire.reply() for _ in range(1000))}

    assert replies == {(200, b"abc")}
    wire.close()


def test_an_old_client_with_an_offer_is_answered_as_an_old_client(server: Running) -> None:
    reply, is_closed = server.ask(OFFER.replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert (reply.status, reply.body, is_closed) == (200, b"abc", True)
