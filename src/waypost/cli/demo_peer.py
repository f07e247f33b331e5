"""The other side of the demo: a file server for the link, and a webhook that remembers what it got."""

import asyncio
from typing import Any

import msgspec
from msgspec import Struct, field

from waypost.api.mounts import Mount, render_plainly
from waypost.api.routing import Request, Response, Route, Router
from waypost.api.server import Server

_MAX_CALLBACK_BYTES = 3 * 1024 * 1024


class Peer(Struct):
    """Serves one PDF at `/invoice.pdf` and takes callbacks at `/hook`."""

    pdf: bytes
    calls: list[Any] = field(default_factory=list)  # Any: callbacks of two dialects
    _server: Server | None = None
    _called: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        routes = [
            Route("GET", "/invoice.pdf", self._file, "peer.file"),
            Route("POST", "/hook", self._hook, "peer.hook"),
        ]
        self._server = Server(Mount(Router(routes), render_plainly))
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            await self._server.stop(within_seconds=0.5)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        assert self._server is not None, "start() comes first"
        return f"http://127.0.0.1:{self._server.port}"

    async def statuses_of(self, message_id: str, last: str, *, within_seconds: float = 5) -> list[dict[str, Any]]:
        """Wait for a message's last status; return all that came by then."""

        def told() -> list[dict[str, Any]]:
            return [status for call in self.calls for status in statuses_in(call) if status["id"] == message_id]

        async with asyncio.timeout(within_seconds), self._called:
            await self._called.wait_for(lambda: any(status["status"] == last for status in told()))
        return told()

    async def _file(self, _request: Request) -> Response:
        return Response(200, self.pdf, content_type="application/pdf")

    async def _hook(self, request: Request) -> Response:
        call = msgspec.json.decode(await request.body(_MAX_CALLBACK_BYTES))
        async with self._called:
            self.calls.append(call)
            self._called.notify_all()
        return Response(200)


def statuses_in(call: Any) -> list[dict[str, Any]]:  # Any: a callback of either dialect
    """Return the statuses of a callback, Cloud or On-Premises."""
    values = [change["value"] for entry in call.get("entry", []) for change in entry["changes"]] or [call]
    return [status for value in values for status in value.get("statuses", [])]
