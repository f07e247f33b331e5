"""The program under test in a thread of the test's own process, on a free port: any ASGI or WSGI application."""

import inspect
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from waypost.testing.waiting import look_until

_START_SECONDS = 20.0
_BACKLOG = 128


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[str]:  # Any: an ASGI or WSGI application, as its framework makes it
    """Serve an application until the end of the block; the base URL is what `with` gives.

    It runs beside the test, with an event loop of its own, so that a test which waits does not hold it up.
    """
    with _asgi(app) if _is_asynchronous(app) else _wsgi(app) as base_url:
        yield base_url


def _is_asynchronous(app: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)


@contextmanager
def _asgi(app: Callable[..., Any]) -> Iterator[str]:
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    config = uvicorn.Config(app, log_level="warning", lifespan="auto", access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True, name="waypost-bot")
    thread.start()
    try:
        if look_until(lambda: server.started or not thread.is_alive() or None, _START_SECONDS) and server.started:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        else:
            raise RuntimeError("The application did not start; what it said stands above.")
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = _BACKLOG


@contextmanager
def _wsgi(app: Callable[..., Any]) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, server_class=_Threads, handler_class=_Quiet)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True, name="waypost-bot")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
