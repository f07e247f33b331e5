"""One request and its response on a connection: uvicorn's cycle, with a response that is checked as it is written."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

_JOINED_BYTES = 64 * 1024  # up to here copying is cheaper than two writes


class BodyTooSlow(Exception):  # noqa: N818 - it reads as what happened
    """Raised by `receive` when the rest of the request's body did not come in time."""


class ClientGone(ConnectionError):  # noqa: N818 - it reads as what happened
    """Raised by `send` when the client has closed the connection."""


class Exchange(RequestResponseCycle):
    """One request and its response."""

    def __init__(self, connection: HttpToolsProtocol, scope: dict[str, Any], *, keep_alive: bool) -> None:
        super().__init__(
            scope=scope,  # type: ignore[arg-type]  # the same keys, as a plain dict
            transport=connection.transport,
            flow=connection.flow,
            logger=connection.logger,
            access_logger=connection.access_logger,
            access_log=False,
            default_headers=[],
            message_event=asyncio.Event(),
            expect_100_continue=connection.expect_100_continue,
            keep_alive=keep_alive,
            on_response=connection.on_response_complete,
        )
        self._head = b""
        self.parts: list[bytes] = []
        self.waiting_bytes = 0
        self.is_too_slow = False
        self.ready_answer: bytes | None = None
        """What is said once the body has come, without any handler."""

    async def receive(self) -> Any:  # the union of uvicorn's event types is not public
        """Return the next piece of the body. Raises BodyTooSlow when it did not come in time."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        if not self.disconnected and not self.response_complete:
            self.flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.response_complete or (self.disconnected and not self.parts):  # what came before is handed on
            return {"type": "http.disconnect"}
        if self.is_too_slow and self.more_body:
            self.message_event.set()
            raise BodyTooSlow
        body = b"".join(self.parts)
        self.parts.clear()
        self.waiting_bytes = 0
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def send(self, message: Any) -> None:  # as receive
        """Write a piece of the response. Raises ClientGone when nobody reads it any more."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        # A failed write closes the transport at once, but is reported only when the loop turns: a handler that never
        # waits for anything else would write into nothing for ever.
        if self.disconnected or self.transport.is_closing():
            self.disconnected = True  # else uvicorn takes a handler that ends at this for a broken one
            raise ClientGone("the client closed the connection before the response was complete")
        if not self.response_started:
            self._send_head(message)
        else:
            self._send_body(message.get("body", b""), more=message.get("more_body", False))

    async def send_500_response(self) -> None:
        """Say that the server has failed, if somebody still listens."""
        with suppress(ClientGone):
            await super().send_500_response()

    def answer_at_once(self, answer: bytes) -> None:
        """Write a whole response."""
        self.response_started = True
        self.expected_content_length = 0
        self.transport.write(answer)
        self._finish()

    def _send_head(self, message: Mapping[str, Any]) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        lines = [STATUS_LINE[message["status"]]]
        for name, value in message.get("headers", ()):
            if name == b"content-length":
                self.chunked_encoding, self.expected_content_length = False, int(value)
            elif name == b"connection":
                self.keep_alive = self.keep_alive and value.lower() != b"close"
                continue
            lines.append(b"%b: %b\r\n" % (name, value))
        if not self.keep_alive or self.more_body:  # what is left of the body would be taken for the next request
            self.keep_alive = False
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and message["status"] not in (204, 304) and self.scope["method"] != "HEAD":
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        head = b"".join(lines)
        # A value with a line break in it would add header lines of its own.
        if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines) or b"\0" in head:
            self.response_started = False
            raise ValueError("a response header holds CR, LF or NUL")
        head += b"\r\n"
        if self.chunked_encoding:  # the first piece may be long in coming (a live feed)
            self.transport.write(head)
        else:
            self._head = head  # written with the body: one system call, one packet

    def _send_body(self, body: bytes, *, more: bool) -> None:
        if self.response_complete:
            raise RuntimeError("the response was already complete")
        head, self._head = self._head, b""
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            self.transport.write(head)
        elif self.chunked_encoding:
            self.transport.write(_chunk(body, last=not more))
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0:
                raise RuntimeError("the response's body is longer than its Content-Length")
            if len(body) <= _JOINED_BYTES:
                self.transport.write(head + body)
            else:
                self.transport.writelines((head, body))
        if not more:
            self._finish()

    def _finish(self) -> None:
        if self.expected_content_length != 0:
            raise RuntimeError("the response's body is shorter than its Content-Length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive and not self.more_body:
            self.transport.close()
        self.on_response()


def arrived(receive: object) -> bytes:
    """Return what has come of a body and was not asked for, `receive` being that of an Exchange; it stays there."""
    exchange = getattr(receive, "__self__", None)
    return b"".join(exchange.parts) if isinstance(exchange, Exchange) else b""


def _chunk(body: bytes, *, last: bool) -> bytes:
    piece = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return piece + b"0\r\n\r\n" if last else piece
