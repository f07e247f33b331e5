"""One request and its response on a connection: what a handler reads a body from and writes an answer to."""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol

from msgspec import Struct, field

from waypost.lib.clock import date_line

HeaderLines = Iterable[tuple[bytes, bytes]]

_JOINED_BYTES = 64 * 1024  # up to here copying is cheaper than two writes
_REMEMBERED_HEADS = 256
_BODILESS = (204, 304)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_PHRASES = {status.value: status.phrase.encode("ascii") for status in HTTPStatus}
_STATUS_LINES = {status: b"HTTP/1.1 %d %b\r\n" % (status, _PHRASES.get(status, b"")) for status in range(100, 600)}
_BROKEN = _STATUS_LINES[500] + b"connection: close\r\ncontent-length: 0\r\n\r\n"


class BodyTooSlow(Exception):  # noqa: N818 - it reads as what happened
    """Raised when the rest of a request's body did not come in time."""


class ClientGone(ConnectionError):  # noqa: N818 - it reads as what happened
    """Raised when the client has closed the connection."""


class Incoming(Protocol):
    """The body of a request as it arrives; `Exchange` is one."""

    async def take(self) -> bytes:
        """Return what has come of it, waiting for it; nothing once all is taken. Raises BodyTooSlow, ClientGone."""
        ...

    def take_whole(self) -> bytes | None:
        """Return what was not taken, if nothing more is to come; None if it must be waited for."""
        ...

    def arrived(self) -> bytes:
        """Return what has come of it and was not taken; it stays there."""
        ...

    async def gone(self) -> None:
        """Return once the client has closed the connection, or the response is complete; a body is not read."""
        ...


class Outgoing(Protocol):
    """Where a response is written: whole, or in pieces; `Exchange` is one. Everything raises ClientGone."""

    async def respond(self, status: int, headers: HeaderLines, body: bytes) -> None:
        """Write a whole response."""
        ...

    async def begin(self, status: int, headers: HeaderLines, length: int | None) -> None:
        """Begin a response whose body comes in pieces, of this length together; None: not known."""
        ...

    async def write(self, piece: bytes) -> None:
        """Write a piece of the body."""
        ...

    async def end(self) -> None:
        """End a response that came in pieces."""
        ...


class Line(Protocol):
    """What an exchange needs of its connection."""

    transport: asyncio.Transport
    is_full: bool
    """Whether the client has so much to read that nothing more shall be written for now."""

    def resume_reading(self) -> None:
        """Let more of the body come."""
        ...

    async def drained(self) -> None:
        """Return once the client has read enough, or has gone."""
        ...

    def answered(self, exchange: "Exchange") -> None:
        """Go on with what comes after an exchange whose response is complete."""
        ...


class Exchange(Struct, eq=False):
    """One request and its response.

    The connection puts in what arrives of the body. A response is written whole by `respond`, or piece by piece by
    `begin`, `write` and `end`; its pieces must add up to the length that its head has promised.
    """

    line: Line
    is_head: bool
    """Whether the method is HEAD, whose answer has no body."""
    keep_alive: bool
    expects_continue: bool = False
    """Whether the client waits to be told to go on."""
    more_body: bool = True
    """Whether the body is not wholly here."""
    waiting_bytes: int = 0
    """How much of it waits to be read."""
    is_too_slow: bool = False
    is_gone: bool = False
    """Whether the client has closed the connection."""
    has_ended: bool = False
    """Whether the client has closed its side: it sends nothing more, and may still listen or not."""
    is_begun: bool = False
    is_complete: bool = False
    ready_answer: bytes | None = None
    """What is said once the body has come, without any handler."""
    _parts: list[bytes] = field(default_factory=list)
    _reader: asyncio.Future[None] | None = None
    _head: bytes = b""  # waits for the first piece of the body: one system call, one packet
    _left: int | None = 0  # bytes that are still to be written; None: nobody knows, so that they are sent in chunks

    # The body of the request

    async def take(self) -> bytes:
        """Return what has come of the body, waiting for it; nothing once all is taken.

        Raises BodyTooSlow, ClientGone.
        """
        if self.expects_continue and not self.line.transport.is_closing():
            self.line.transport.write(_CONTINUE)
            self.expects_continue = False
        while not self._parts and self.more_body:
            if self.is_gone:
                raise ClientGone("the client closed the connection before its request was complete")
            if self.is_too_slow:
                raise BodyTooSlow
            await self._news()
        return self._taken()

    def take_whole(self) -> bytes | None:
        """Return what was not taken of the body, if nothing more is to come; None if it must be waited for."""
        return None if self.more_body or self.expects_continue else self._taken()

    def arrived(self) -> bytes:
        """Return what has come of the body and was not taken; it stays there."""
        return b"".join(self._parts)

    async def gone(self) -> None:
        """Return once the client has closed the connection, or the response is complete; a body is not read."""
        while not (self.is_gone or self.has_ended or self.is_complete):
            self._taken()
            await self._news()

    def feed(self, piece: bytes) -> None:
        """Take a piece of the body from the client."""
        self._parts.append(piece)
        self.waiting_bytes += len(piece)
        if self._reader is not None:
            self.wake()

    def feed_end(self) -> None:
        """Note that the body is wholly here."""
        self.more_body = False
        if self._reader is not None:
            self.wake()

    def wake(self) -> None:
        """Tell who waits for the body, or for the client to go, that something has happened."""
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done():
            reader.set_result(None)

    def _taken(self) -> bytes:
        parts, self._parts, self.waiting_bytes = self._parts, [], 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _news(self) -> None:
        self.line.resume_reading()
        self._reader = asyncio.get_running_loop().create_future()
        await self._reader

    # The response

    async def respond(self, status: int, headers: HeaderLines, body: bytes) -> None:
        """Write a whole response. Raises ClientGone."""
        if self.line.is_full:
            await self._drained()
        self._refuse_gone()
        head = self._begun(status, headers, len(body))
        if self.is_head:
            self.line.transport.write(head)
        elif len(body) <= _JOINED_BYTES:
            self.line.transport.write(head + body)
        else:
            self.line.transport.writelines((head, body))
        self._finish()

    async def begin(self, status: int, headers: HeaderLines, length: int | None) -> None:
        """Begin a response whose body comes in pieces, of this length together; None: not known. Raises ClientGone."""
        if self.line.is_full:
            await self._drained()
        self._refuse_gone()
        self._head = self._begun(status, headers, length)
        self._left = 0 if self.is_head or status in _BODILESS else length
        if not self._left:  # the first piece may be long in coming (a live feed), or never comes
            self._flush_head()

    async def write(self, piece: bytes) -> None:
        """Write a piece of the body. Raises ClientGone."""
        if self.line.is_full:
            await self._drained()
        self._refuse_gone()
        if self.is_head:
            return
        if self._left is None:
            self.line.transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b"")
            return
        self._left -= len(piece)
        if self._left < 0:
            raise RuntimeError("the response's body is longer than its Content-Length")
        head, self._head = self._head, b""
        self.line.transport.write(head + piece if head else piece)

    async def end(self) -> None:
        """End a response that came in pieces. Raises ClientGone."""
        if self.line.is_full:
            await self._drained()
        self._refuse_gone()
        if self._left is None:
            self.line.transport.write(b"0\r\n\r\n")
        elif self._left:
            raise RuntimeError("the response's body is shorter than its Content-Length")
        self._finish()

    def answer_at_once(self, answer: bytes) -> None:
        """Write a whole response that stands ready."""
        self.is_begun = True
        self.line.transport.write(answer)
        self._finish()

    def break_off(self) -> None:
        """End an exchange whose handler has failed to complete its response."""
        if self.is_gone or self.line.transport.is_closing():
            return
        if not self.is_begun:
            self.line.transport.write(_BROKEN)
        self.line.transport.close()

    async def _drained(self) -> None:
        if not self.is_gone:
            await self.line.drained()

    def _refuse_gone(self) -> None:
        # A failed write closes the transport at once, but is reported only when the loop turns: a handler that never
        # waits for anything else would write into nothing for ever.
        if self.is_gone or self.line.transport.is_closing():
            self.is_gone = True
            raise ClientGone("the client closed the connection before the response was complete")

    def _begun(self, status: int, headers: HeaderLines, length: int | None) -> bytes:
        """Return the head of the response, blank line included."""
        head = head_of(status, tuple(headers))
        if not self.keep_alive or self.more_body:  # what is left of the body would be taken for the next request
            self.keep_alive = False
            head += b"connection: close\r\n"
        self.is_begun, self.expects_continue = True, False
        if length is not None:
            return b"%bcontent-length: %d\r\n\r\n" % (head, length)
        return head + (b"\r\n" if status in _BODILESS or self.is_head else b"transfer-encoding: chunked\r\n\r\n")

    def _flush_head(self) -> None:
        head, self._head = self._head, b""
        self.line.transport.write(head)

    def _finish(self) -> None:
        self.is_complete = True
        if self._reader is not None:
            self.wake()
        if not self.keep_alive and not self.more_body:
            self.line.transport.close()
        self.line.answered(self)


def head_of(status: int, headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return status and header lines as they are written now, but for those about the body."""
    return _lasting_head(status, headers) + date_line()


@lru_cache(maxsize=_REMEMBERED_HEADS)
def _lasting_head(status: int, headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return what most answers have in common."""
    lines = [_STATUS_LINES[status], *[b"%b: %b\r\n" % line for line in headers]]
    head = b"".join(lines)
    # A value with a line break in it would add header lines of its own.
    if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines) or b"\0" in head:
        raise ValueError("a response header holds CR, LF or NUL")
    return head
