"""One HTTP/1.1 connection: llhttp reads it, the guard's rules are applied to bytes as they arrive.

The head is judged before a task is started. Slow connections are ended by the server's sweep over all of them, so that
no request arms a timer. A refusal waits for its turn among pipelined requests and lingers, so that a client that is
still sending can read it. An offered upgrade is declined and the request answered. A request that there is no room for
is answered before a task is started, and the connection goes on.

Why it is our own: docs/decisions/0032-own-connection.md. `tests/hostile/test_http.py` has what it promises.
"""

import asyncio
import math
from collections import deque
from typing import cast

import httptools
from msgspec import Struct, field

from waypost.api import guard
from waypost.api.exchange import ClientGone, Exchange
from waypost.api.framing import Framing, fault_of
from waypost.api.guard import Guard, Refusal, is_upload
from waypost.api.parsing import head_without_offer, new_parser
from waypost.api.routing import App, Request
from waypost.api.words import Words, is_path_known, speak_plainly
from waypost.lib.log import Log

NEVER = math.inf
_READ_AHEAD_BYTES = 256 * 1024  # of one body, held for a handler that is slower than its client

_log = Log("waypost.api")


class Traffic(Struct):
    """What goes on in a server."""

    connections: "set[Connection]" = field(default_factory=set)
    tasks: dict[Exchange, asyncio.Task[None]] = field(default_factory=dict)
    """Requests at work."""
    answered: int = 0
    """How many responses were completed."""


class Connection(asyncio.Protocol):
    """One client connection, from accept to close."""

    transport: asyncio.Transport

    def __init__(self, app: App, traffic: Traffic, rules: Guard, words: Words) -> None:
        self.deadline = NEVER  # when the sweep must look at this connection
        self.is_full = False
        self._app = app
        self._traffic = traffic
        self._rules = rules
        self._limits = rules.limits
        self._words = words
        self._loop = asyncio.get_running_loop()
        self._parser = new_parser(self)
        self._url, self._headers = b"", list[tuple[bytes, bytes]]()
        self._newest: Exchange | None = None
        self._running: Exchange | None = None  # the one whose response is being made
        self._behind: deque[tuple[Request, Exchange]] = deque()  # pipelined, for when it is made
        self._is_reading = True
        self._drained: asyncio.Future[None] | None = None
        self._in_head = False
        self._is_lingering = False
        self._has_ended = False  # the client has closed its side
        self._fault: Refusal | None = None  # why the parser was stopped
        self._refusal: Refusal | None = None  # the last answer of this connection, given or waiting for its turn
        self._feed_bytes = 0
        self._late_head_bytes = 0
        self._body_bytes = 0
        self._framing = Framing()
        self._span_began = 0.0
        self._span_bytes = 0

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start waiting for a request; refuse when there are too many connections."""
        self.transport = cast("asyncio.Transport", transport)  # of a stream, as this protocol is one's
        peer = transport.get_extra_info("peername")
        self._client = str(peer[0]) if isinstance(peer, tuple) else ""
        self._scheme = "http" if transport.get_extra_info("sslcontext") is None else "https"
        self._traffic.connections.add(self)
        self.deadline = self._loop.time() + self._limits.head_seconds
        if len(self._traffic.connections) > self._limits.connections:
            self._refuse(guard.FULL)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is the same for us why
        """Tell every handler that nobody waits for it."""
        self._traffic.connections.discard(self)
        self.resume_writing()
        for exchange in self._unanswered():
            exchange.is_gone = True
            exchange.wake()
        # They refer to us: so nothing is left for the collector, which seldom looks.
        self._running = self._newest = None
        self._behind.clear()
        del self._parser

    def data_received(self, data: bytes) -> None:
        """Feed the parser and act on what it finds."""
        if self._is_lingering or self._refusal is not None:
            return
        was_in_head, open_before = self._in_head, self._newest
        self._feed_bytes = len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            self._refuse(self._fault or fault_of(error))
        else:
            if was_in_head and self._in_head:
                self._check_late_head(len(data))
            elif self._newest is not None and self._newest.more_body:
                self._check_framing(data, is_first=open_before is not self._newest)

    def eof_received(self) -> bool:
        """Answer what came whole before the client closed its side, refuse what was cut off, and close then."""
        if self._is_lingering or self._scheme == "https":  # TLS has no sides
            return False
        self._has_ended = True
        for exchange in self._unanswered():
            exchange.has_ended = True
            exchange.wake()
        if self._refusal is None:
            if self._in_head or (self._newest is not None and self._newest.more_body):
                self._refuse(guard.CUT_OFF)
            else:
                self.shut_down()
        return True

    def pause_writing(self) -> None:
        """Note that the client has much to read."""
        self.is_full = True

    def resume_writing(self) -> None:
        """Note that it has read."""
        self.is_full = False
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    # What the parser calls

    def on_message_begin(self) -> None:
        """Begin a request: its first byte has come."""
        self._url = b""
        self._headers = []
        self._in_head = True
        self._late_head_bytes = 0
        self.deadline = self._loop.time() + self._limits.head_seconds

    def on_url(self, url: bytes) -> None:
        """Keep the target, which may come in pieces."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header line; lines after the body (trailers) are dropped, as they could pose as header lines."""
        if self._in_head:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Judge the head, then start the application or queue the request behind the one being answered."""
        parser = self._parser
        if parser.should_upgrade():
            return
        version = parser.get_http_version()
        refusal = self._rules.judge(version, self._url, self._headers, self._feed_bytes + self._late_head_bytes)
        if refusal is not None:
            self._fault = refusal
            raise httptools.HttpParserError
        self._in_head = False
        self._body_bytes = self._span_bytes = 0
        self._span_began = self._loop.time()
        self.deadline = self._span_began + self._limits.body_seconds
        is_new = version == "1.1"
        keep_alive, method = is_new and parser.should_keep_alive(), parser.get_method().decode("ascii")
        exchange = Exchange(self, is_head=method == "HEAD", keep_alive=keep_alive)
        request = self._request(method, exchange)
        if is_new and request.header(b"expect") is not None:
            exchange.expects_continue = request.header_values(b"expect")[-1].lower() == b"100-continue"
        self._newest = exchange
        if self._running is not None:
            self._pause_reading()
            self._behind.append((request, exchange))
            return
        # Whoever closes afterwards, or first wants to be told to go on, is refused by the handler.
        if keep_alive and not exchange.expects_continue:
            exchange.ready_answer = self._words.turn_away(request)
        if exchange.ready_answer is None:
            self._start(request, exchange)
        else:
            self._running = exchange

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body to the exchange; stop reading while too much of it waits."""
        exchange = self._newest
        assert exchange is not None, "a body follows a head"
        self._body_bytes += len(body)
        if exchange.ready_answer is not None:  # nobody will read it
            return
        exchange.feed(body)
        if exchange.waiting_bytes > _READ_AHEAD_BYTES:
            self._pause_reading()

    def on_chunk_header(self) -> None:
        """Note where in the body a chunk begins."""
        self._framing.chunk_began = self._body_bytes

    def on_chunk_complete(self) -> None:
        """Note that it is here, whatever it was."""
        self._framing.chunk_began = None

    def on_message_complete(self) -> None:
        """Mark the request as wholly read; from here on its time is the server's."""
        if self._in_head:  # an upgrade was offered; the request comes once more without it
            return
        exchange = self._newest
        assert exchange is not None, "its head has come"
        exchange.feed_end()
        self.deadline = NEVER
        if exchange.ready_answer is not None:
            exchange.answer_at_once(exchange.ready_answer)

    # What an exchange calls

    def resume_reading(self) -> None:
        """Let more of the body come."""
        if not self._is_reading:
            self._is_reading = True
            self.transport.resume_reading()

    async def drained(self) -> None:
        """Return once the client has read enough, or has gone."""
        while self.is_full:
            if self._drained is None:
                self._drained = self._loop.create_future()
            await asyncio.shield(self._drained)

    def answered(self, exchange: Exchange) -> None:
        """Go on with the next request, the waiting refusal, or wait for the client."""
        self._traffic.answered += 1
        if self.transport.is_closing():
            return
        self._running = None
        if exchange.more_body:
            self._linger()
            return
        if not self._is_reading:
            self.resume_reading()
        if self._behind:
            self._start(*self._behind.popleft())
        elif self._refusal is not None:
            self._write_refusal(self._refusal)
        elif not self._in_head:
            self.deadline = self._loop.time() + self._limits.idle_seconds

    # What the server calls

    def shut_down(self) -> None:
        """Close now, or after the response that is being made."""
        if self._newest is None or self._newest.is_complete:
            self.transport.close()
        else:
            self._newest.keep_alive = False

    def expire(self, now: float) -> None:
        """End what has taken too long; the sweep calls it when the deadline has passed."""
        self.deadline = NEVER
        if self._is_lingering:
            self.transport.abort()
        elif self._in_head:
            self._refuse(guard.HEAD_TOO_SLOW)
        elif self._newest is not None and self._newest.more_body:
            self._expire_body(self._newest, now)
        else:
            self.transport.close()

    def _expire_body(self, exchange: Exchange, now: float) -> None:
        limits = self._limits
        needed = limits.upload_bytes_per_second * (now - self._span_began)
        keeps_rate = is_upload(self._headers) and self._body_bytes - self._span_bytes >= needed
        if keeps_rate or not self._is_reading:  # while paused, we are the slow side
            self._span_began, self._span_bytes = now, self._body_bytes
            self.deadline = now + limits.body_seconds
            return
        exchange.is_too_slow = True
        exchange.wake()
        if exchange.ready_answer is not None:  # no handler will say so
            exchange.answer_at_once(exchange.ready_answer)

    def _start(self, request: Request, exchange: Exchange) -> None:
        self._running = exchange
        self._traffic.tasks[exchange] = self._loop.create_task(self._answer(request, exchange))

    async def _answer(self, request: Request, exchange: Exchange) -> None:
        try:
            await self._app(request, exchange)
        except Exception as error:  # noqa: BLE001 - the last place that can tell of it
            if not isinstance(error, ClientGone):
                _log.error("request.broken", method=request.method, path=request.path, exc_info=error)
            exchange.break_off()
        finally:
            del self._traffic.tasks[exchange]
        if not exchange.is_complete:
            exchange.break_off()

    def _request(self, method: str, exchange: Exchange) -> Request:
        path, _, query = self._url.partition(b"?")
        return Request(
            method, path.decode("ascii"), self._headers, exchange,
            query_string=query, client=self._client, scheme=self._scheme,
        )  # fmt: skip

    def _unanswered(self) -> list[Exchange]:
        known = (self._running, self._newest, *[exchange for _, exchange in self._behind])
        return [exchange for exchange in known if exchange is not None and not exchange.is_complete]

    def _pause_reading(self) -> None:
        if self._is_reading:
            self._is_reading = False
            self.transport.pause_reading()

    def _feed(self, data: bytes) -> None:
        rest: bytes | memoryview = data
        while rest:
            try:
                self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as offer:
                rest = memoryview(rest)[offer.args[0] :]
                self._decline_upgrade(len(rest))
            else:
                return

    def _decline_upgrade(self, more_bytes: int) -> None:
        if self._parser.get_method() == b"CONNECT":
            self._fault = guard.BAD_TARGET
            raise httptools.HttpParserError
        head = head_without_offer(self._parser, self._url, self._headers)
        self._in_head = False
        self._feed_bytes = len(head) + more_bytes
        self._parser = new_parser(self)
        self._parser.feed_data(head)

    def _check_late_head(self, size: int) -> None:
        self._late_head_bytes += size
        if self._late_head_bytes > self._limits.head_bytes:
            self._refuse(guard.HEAD_TOO_LARGE if self._headers else guard.URL_TOO_LONG)

    def _check_framing(self, data: bytes, *, is_first: bool) -> None:
        if fault := self._framing.fault(data, self._body_bytes, self._limits, is_first=is_first):
            self._refuse(fault)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with `refusal` and end the connection, after the requests that came before."""
        self._refusal = refusal
        if not self._in_head and self._newest is not None and self._newest.more_body:
            self._abandon(self._newest)
        if self._running is None:
            self._write_refusal(refusal)
        else:
            self._pause_reading()
            self.deadline = NEVER

    def _abandon(self, exchange: Exchange) -> None:
        """Tell the handler of a request whose body cannot be read to its end that nobody waits for it."""
        exchange.is_gone = True
        exchange.wake()
        if exchange is self._running:
            self._running = None
        else:
            self._behind.pop()

    def _write_refusal(self, refusal: Refusal) -> None:
        abandoned = self._newest
        if abandoned is not None and abandoned.is_begun and not abandoned.is_complete:
            self.transport.abort()  # half a response is out: anything more would be read as a part of it
            return
        # The face is looked for here and nowhere before: a request without a fault pays nothing for it.
        if is_path_known(refusal, self._url, self._headers):
            method = self._parser.get_method().decode("ascii")
            request = self._request(method, Exchange(self, is_head=False, keep_alive=False))
            self.transport.write(self._words.speak(request, refusal))
        else:
            self.transport.write(speak_plainly(refusal))
        self._linger()

    def _linger(self) -> None:
        """Close after the client has: closing with unread bytes resets the connection and may destroy the answer."""
        self._is_lingering = True
        if self._has_ended:
            self.transport.close()
            return
        self.deadline = self._loop.time() + self._limits.linger_seconds
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.resume_reading()
