"""What the server promises its owner and its handlers, tried over real connections."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest
from tests.support.raw_http import NOTHING, Reply, Running, running

from waypost.api.exchange import Exchange, Outgoing
from waypost.api.guard import host_names
from waypost.api.mounts import Application, Mount, build_app
from waypost.api.protocol import Connection
from waypost.api.routing import (
    HTTPProblem,
    MethodNotAllowed,
    Request,
    Response,
    Route,
    Router,
    StreamResponse,
    json_response,
    without_version,
)
from waypost.api.server import Server
from waypost.lib.clock import looks

LARGE_PIECES, LARGE_PIECE = 64, b"x" * 1_048_576


class Handlers:
    """One of each kind of answer."""

    def __init__(self) -> None:
        self.client_left = threading.Event()
        self.is_closed = threading.Event()
        self.goes_on = asyncio.Event()
        self.made = 0

    async def large(self, _request: Request) -> StreamResponse:
        return StreamResponse(200, self._large(), length=LARGE_PIECES * len(LARGE_PIECE), content_type="text/plain")

    async def stream(self, _request: Request) -> StreamResponse:
        return StreamResponse(200, self._pieces(), length=6, content_type="text/plain")

    async def feed(self, _request: Request) -> StreamResponse:
        return StreamResponse(200, self._pieces(), length=None, content_type="text/event-stream")

    async def endless(self, _request: Request) -> StreamResponse:
        return StreamResponse(200, self._endless(), length=None, content_type="text/plain")

    async def short(self, _request: Request) -> StreamResponse:
        return StreamResponse(200, self._pieces(), length=7, content_type="text/plain")

    async def inject(self, request: Request) -> Response:
        return Response(200, headers=[(b"x-name", request.query["name"].encode())])

    async def fail(self, _request: Request) -> Response:
        raise RuntimeError("a bug")

    async def wait(self, _request: Request) -> Response:
        await self.goes_on.wait()
        return json_response("done")

    async def show(self, request: Request) -> Response:
        return json_response([request.params, request.query, request.client])

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    async def _large(self) -> AsyncIterator[bytes]:
        for _ in range(LARGE_PIECES):
            self.made += 1
            yield LARGE_PIECE

    async def _endless(self) -> AsyncIterator[bytes]:
        """Never let the loop turn, so that only the write itself can tell that the client has left."""
        try:
            self.client_left.wait(5)
            while True:
                yield b"x" * 65536
        finally:
            self.is_closed.set()


def render(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, HTTPProblem) else 500
    return Response(status, msgspec.json.encode({"error": type(error).__name__}))


def app_of(handlers: Handlers) -> Application:
    routes = [
        Route("GET", "/stream", handlers.stream, "stream"),
        Route("GET", "/feed", handlers.feed, "feed"),
        Route("GET", "/endless", handlers.endless, "endless"),
        Route("GET", "/short", handlers.short, "short"),
        Route("GET", "/large", handlers.large, "large"),
        Route("GET", "/inject", handlers.inject, "inject"),
        Route("GET", "/fail", handlers.fail, "fail"),
        Route("GET", "/wait", handlers.wait, "wait"),
        Route("GET", "/{thing}/show", handlers.show, "show"),
    ]
    face = Mount(Router(routes), render, locate=without_version)
    return build_app([("/_own", Mount(Router([]), render)), (lambda request: request.path != "/lost", face)])


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


@pytest.fixture
def server(handlers: Handlers) -> Iterator[Running]:
    with running(app_of(handlers)) as server:
        yield server


def get(server: Running, path: str) -> Reply:
    return server.ask(b"GET %b HTTP/1.1\r\nHost: $HOST\r\n\r\n" % path.encode())[0]


def test_a_handler_sees_the_parts_of_its_request(server: Running) -> None:
    reply = get(server, "/v24.0/a%20b/show?x=1&y=&x=2")

    assert reply.body == b'[{"thing":"a b"},{"x":"2","y":""},"127.0.0.1"]'


def test_a_face_words_its_own_errors(server: Running) -> None:
    replies = [get(server, path) for path in ("/nowhere", "/_own/thing", "/fail", "/%2e%2e/show")]

    assert [(reply.status, reply.body) for reply in replies] == [
        (404, b'{"error":"NotFound"}'),
        (404, b'{"error":"NotFound"}'),
        (500, b'{"error":"RuntimeError"}'),
        (404, b'{"error":"NotFound"}'),
    ]


def test_a_wrong_method_is_answered_with_those_allowed(server: Running) -> None:
    reply, _ = server.ask(b"PUT /stream HTTP/1.1\r\nHost: $HOST\r\n\r\n")

    assert (reply.status, reply.headers["allow"], reply.body) == (405, "GET", b'{"error":"MethodNotAllowed"}')
    assert MethodNotAllowed("PUT", ["GET"]).reason == "PUT is not possible here; use GET."


def test_a_path_of_no_mount_is_not_found(server: Running) -> None:
    assert get(server, "/lost").status == 404


def test_a_stream_of_known_length_has_it(server: Running) -> None:
    reply = get(server, "/stream")

    assert (reply.headers["content-length"], reply.body) == ("6", b"abcdef")


def test_a_stream_of_unknown_length_is_chunked(server: Running) -> None:
    assert get(server, "/feed").headers["transfer-encoding"] == "chunked"


def test_head_has_the_headers_and_no_body(server: Running) -> None:
    wire = server.open()
    wire.send(b"HEAD /stream HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % server.host)

    answer = wire.rest()

    assert answer.endswith(b"\r\n\r\n")
    assert b"content-length: 6" in answer
    wire.close()


def test_no_more_is_made_than_a_slow_client_can_take_and_it_gets_everything(
    server: Running, handlers: Handlers
) -> None:
    wire = server.open()
    wire.send(b"GET /large HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % server.host)
    get(server, "/feed")  # by now as much was written as goes
    made = handlers.made

    answer = wire.rest()

    assert made < LARGE_PIECES / 2
    assert answer.endswith(b"\r\n\r\n" + LARGE_PIECES * LARGE_PIECE)
    wire.close()


def test_a_stream_shorter_than_its_length_breaks_the_connection(server: Running) -> None:
    wire = server.open()
    wire.send(b"GET /short HTTP/1.1\r\nHost: %b\r\n\r\n" % server.host)

    answer = wire.rest()

    assert answer.endswith(b"\r\n\r\nabcdef")
    wire.close()


def test_a_line_break_never_reaches_a_response_header(server: Running) -> None:
    reply = get(server, "/inject?name=a%0d%0aX-Evil:%201")

    assert (reply.status, "x-evil" in reply.headers) == (500, False)


def test_a_stream_to_a_client_that_has_crashed_is_closed(server: Running, handlers: Handlers) -> None:
    wire = server.open()
    wire.send(b"GET /endless HTTP/1.1\r\nHost: %b\r\n\r\n" % server.host)
    wire.reply()

    wire.reset()
    handlers.client_left.set()

    assert handlers.is_closed.wait(5)


def test_stop_lets_a_request_in_work_end() -> None:
    assert asyncio.run(stop_while_working(grace_seconds=5, finish=True)) == (b'"done"', True)


def test_stop_ends_a_request_that_takes_too_long() -> None:
    body, is_refused_after = asyncio.run(stop_while_working(grace_seconds=0.2, finish=False))

    assert (body != b'"done"', is_refused_after) == (True, True)


async def stop_while_working(*, grace_seconds: float, finish: bool) -> tuple[bytes, bool]:
    handlers = Handlers()
    server = Server(app_of(handlers))
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /wait HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % server.port)
    await asyncio.sleep(0.1)
    if finish:
        asyncio.get_running_loop().call_later(0.1, handlers.goes_on.set)
    await server.stop(within_seconds=grace_seconds)
    answer = await reader.read()
    writer.close()
    try:
        await asyncio.open_connection("127.0.0.1", server.port)
    except ConnectionRefusedError:
        return answer.rpartition(b"\r\n\r\n")[2], True
    return answer, False


def test_an_address_in_use_is_said_at_start() -> None:
    with pytest.raises(OSError, match="in use"):
        asyncio.run(start_twice())


async def start_twice() -> None:
    first = Server(app_of(Handlers()))
    await first.start()
    try:
        await Server(app_of(Handlers()), port=first.port).start()
    finally:
        await first.stop()


@pytest.mark.parametrize("bug", [None, RuntimeError("a bug")])
def test_a_client_that_leaves_just_before_its_answer_is_no_trouble(
    bug: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(_request: Request, out: Outgoing) -> None:
        assert isinstance(out, Exchange)
        out.line.transport.close()  # the loop tells of it in its next turn
        if bug:
            raise bug
        await json_response("late").send(out)

    with running(build_app([("/", app)])) as server:
        reply, _ = server.ask(b"GET / HTTP/1.1\r\nHost: $HOST\r\n\r\n")
    gc.collect()  # a task whose end nobody looks at says so when it goes

    assert reply == NOTHING
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == ([bug] if bug else [])


def test_a_connection_that_has_ended_leaves_nothing_to_the_collector(server: Running) -> None:
    gc.collect()
    gc.disable()
    before = connections()  # the log of another test may have some
    try:
        for path in ("/stream", "/lost", "/a/show"):
            get(server, path)
        assert any(connections() <= before for _ in looks(within_seconds=5))
    finally:
        gc.enable()


def connections() -> set[int]:
    return {id(each) for each in gc.get_objects() if isinstance(each, Connection)}


def test_names_are_taken_with_and_without_the_port_unless_they_bring_one() -> None:
    names = host_names(80, ["Waypost.example", "other:8080", "[fd00::1]"])

    assert names == {
        b"localhost:80",
        b"127.0.0.1:80",
        b"[::1]:80",
        b"waypost.example",
        b"waypost.example:80",
        b"other:8080",
        b"[fd00::1]",
        b"[fd00::1]:80",
    }
