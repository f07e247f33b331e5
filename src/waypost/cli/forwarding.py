"""The endpoint of `waypost listen`: takes callbacks on loopback and passes them on, byte for byte."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from waypost.api.bodies import json_body
from waypost.api.mounts import Mount, render_plainly
from waypost.api.routing import Request, Response, Route, Router
from waypost.api.server import Server
from waypost.lib.clock import SystemClock
from waypost.lib.poster import NotPosted
from waypost.lib.poster_asyncio import AsyncioPoster
from waypost.wire.reading import parse

_PATH = "/callback"
_MAX_BYTES = 3 * 1024 * 1024
_TIMEOUT = timedelta(seconds=30)
_OWN = frozenset({b"host", b"content-length", b"connection", b"transfer-encoding", b"accept"})
"""Headers that belong to a connection, and not to what is passed on."""


class Forwarder:
    """Takes callbacks; `show` is called with each: its `body`, and as `answered` the status or why there was none."""

    def __init__(self, forward_to: str | None, show: Callable[[dict[str, Any]], None]) -> None:
        """Without a program to pass them on to, it takes every callback itself."""
        self._forward_to = forward_to
        self._show = show
        self._stopped = asyncio.Event()
        self._poster = AsyncioPoster(SystemClock())

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen on a free port of loopback; yield the URL that takes callbacks."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stopped.set)
        server = Server(Mount(Router([Route("POST", _PATH, self._take, "listen.callback")]), render_plainly))
        await server.start()
        try:
            yield f"http://127.0.0.1:{server.port}{_PATH}"
        finally:
            await server.stop(within_seconds=1)
            await self._poster.aclose()

    async def stopped(self) -> None:
        """Return when the command is told to end."""
        await self._stopped.wait()

    async def _take(self, request: Request) -> Response:
        """Take a callback; anything else is refused, and not passed on."""
        body = await json_body(request, max_bytes=_MAX_BYTES)
        told = parse(dict[str, Any], body)
        answer, answered = await self._passed_on(body, request)
        self._show({"body": told, "answered": answered})
        return answer

    async def _passed_on(self, body: bytes, request: Request) -> tuple[Response, int | str]:
        if self._forward_to is None:
            return Response(200), 200
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers if name not in _OWN
        ]
        answer = await self._poster.post(self._forward_to, body, headers, timeout=_TIMEOUT)
        if isinstance(answer, NotPosted):
            return Response(502, answer.reason.encode(), content_type="text/plain"), answer.reason
        return Response(answer.status, answer.body, content_type=None), answer.status
