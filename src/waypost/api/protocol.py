"""One HTTP/1.1 connection: uvicorn's httptools protocol with the guard's rules applied to bytes as they arrive.

What differs from uvicorn's: the head is judged before a task is started; slow connections are ended by the server's
sweep over all of them, so that no request arms a timer; a refusal waits for its turn among pipelined requests and
lingers, so that a client that is still sending can read it; an offered upgrade is declined and the request answered;
a request that there is no room for is answered before a task is started, and the connection goes on.
`tests/hostile/test_http.py` pins what is relied on.
"""

import asyncio
import math
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from waypost.api import guard
from waypost.api.exchange import Exchange
from waypost.api.guard import Guard, Refusal, is_upload
from waypost.api.words import Words, is_path_known, speak_plainly

NEVER = math.inf
_READ_AHEAD_BYTES = 256 * 1024  # of one body, held for a handler that is slower than its client
_FRAMING_BYTES = 64 * 1024  # chunk heads and trailers that a body may bring whatever its size


class _Refused(Exception):  # noqa: N818 - it only ends the parser's run
    """Stops the parser; the connection knows why."""


class Connection(HttpToolsProtocol):
    """One client connection, from accept to close."""

    cycle: Exchange | None  # type: ignore[assignment]  # the newest request; uvicorn begins with None too

    def __init__(self, config: Config, state: ServerState, rules: Guard, words: Words) -> None:
        super().__init__(config, state, {})
        self._words = words
        self.url, self.headers = b"", []
        self.deadline = NEVER  # when the sweep must look at this connection
        self._rules = rules
        self._limits = rules.limits
        self._running: Exchange | None = None  # the one whose response is being made
        self._in_head = False
        self._is_lingering = False
        self._fault: Refusal | None = None  # why the parser was stopped
        self._refusal: Refusal | None = None  # the last answer of this connection, given or waiting for its turn
        self._feed_bytes = 0
        self._late_head_bytes = 0
        self._body_bytes = 0
        self._body_wire_bytes = 0
        self._span_began = 0.0
        self._span_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Start waiting for a request; refuse when there are too many connections."""
        super().connection_made(transport)
        self.deadline = self.loop.time() + self._limits.head_seconds
        if len(self.connections) > self._limits.connections:
            self._refuse(guard.FULL)

    def data_received(self, data: bytes) -> None:
        """Feed the parser and act on what it finds."""
        if self._is_lingering or self._refusal is not None:
            return
        was_in_head, open_before = self._in_head, self.cycle
        self._feed_bytes = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline_upgrade(data[offer.args[0] :])
        except httptools.HttpParserError:
            self._refuse(self._fault or guard.MALFORMED)
        else:
            if was_in_head and self._in_head:
                self._check_late_head(len(data))
            elif open_before is not None and open_before is self.cycle and open_before.more_body:
                self._check_framing(len(data))

    def on_message_begin(self) -> None:
        """Begin a request: its first byte has come."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._in_head = True
        self._late_head_bytes = 0
        self.deadline = self.loop.time() + self._limits.head_seconds

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header line; lines after the body (trailers) are dropped, as they could pose as header lines."""
        if not self._in_head:
            return
        name = name.lower()
        if name == b"expect":
            self.expect_100_continue = value.lower() == b"100-continue"
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Judge the head, then start the application or queue the request behind the one being answered."""
        parser = self.parser
        if parser.should_upgrade():
            return
        version = parser.get_http_version()
        refusal = self._judge(version)
        if refusal is not None:
            self._fault = refusal
            raise _Refused
        self._in_head = False
        self._body_bytes = self._body_wire_bytes = self._span_bytes = 0
        self._span_began = self.loop.time()
        self.deadline = self._span_began + self._limits.body_seconds
        keep_alive = version == "1.1" and parser.should_keep_alive()
        self.cycle = exchange = Exchange(self, self._make_scope(version), keep_alive=keep_alive)
        if self._running is not None:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))
            return
        # Whoever closes afterwards, or first wants to be told to go on, is refused by the handler.
        if keep_alive and not self.expect_100_continue:
            exchange.ready_answer = self._words.turn_away(exchange.scope)  # type: ignore[arg-type]  # a plain dict
        if exchange.ready_answer is None:
            self._start(exchange)
        else:
            self._running = exchange

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body to the exchange; stop reading while too much of it waits."""
        exchange = cast("Exchange", self.cycle)  # a body follows a head
        self._body_bytes += len(body)
        if exchange.ready_answer is not None:  # nobody will read it
            return
        exchange.parts.append(body)
        exchange.waiting_bytes += len(body)
        if exchange.waiting_bytes > _READ_AHEAD_BYTES:
            self.flow.pause_reading()
        exchange.message_event.set()

    def on_message_complete(self) -> None:
        """Mark the request as wholly read; from here on its time is the server's."""
        if self._in_head:  # an upgrade was offered; the request comes once more without it
            return
        exchange = cast("Exchange", self.cycle)
        exchange.more_body = False
        exchange.message_event.set()
        self.deadline = NEVER
        if exchange.ready_answer is not None:
            exchange.answer_at_once(exchange.ready_answer)

    def on_response_complete(self) -> None:
        """Go on with the next request, the waiting refusal, or wait for the client."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        done, self._running = self._running, None
        if done is not None and done.more_body:
            self._linger()
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start(cast("Exchange", self.pipeline.pop()[0]))  # only exchanges of ours are queued
        elif self._refusal is not None:
            self._write_refusal(self._refusal)
        elif not self._in_head:
            self.deadline = self.loop.time() + self._limits.idle_seconds

    def expire(self, now: float) -> None:
        """End what has taken too long; the sweep calls it when the deadline has passed."""
        self.deadline = NEVER
        if self._is_lingering:
            self.transport.abort()
        elif self._in_head:
            self._refuse(guard.HEAD_TOO_SLOW)
        elif self.cycle is not None and self.cycle.more_body:
            self._expire_body(self.cycle, now)
        else:
            self.transport.close()

    def _expire_body(self, exchange: Exchange, now: float) -> None:
        limits = self._limits
        needed = limits.upload_bytes_per_second * (now - self._span_began)
        keeps_rate = is_upload(exchange.scope["headers"]) and self._body_bytes - self._span_bytes >= needed  # type: ignore[arg-type]  # a list, always
        if keeps_rate or self.flow.read_paused:  # while paused, we are the slow side
            self._span_began, self._span_bytes = now, self._body_bytes
            self.deadline = now + limits.body_seconds
            return
        exchange.is_too_slow = True
        exchange.message_event.set()
        if exchange.ready_answer is not None:  # no handler will say so
            self.transport.close()

    def _start(self, exchange: Exchange) -> None:
        self._running = exchange
        self._start_asgi_task(exchange, self.app)

    def _judge(self, version: str) -> Refusal | None:
        if version not in ("1.1", "1.0"):
            return guard.UNSUPPORTED_VERSION
        refusal = self._rules.find_fault(self.url, self.headers)
        if refusal is not None or self._feed_bytes + self._late_head_bytes <= self._limits.head_bytes:
            return refusal
        return guard.HEAD_TOO_LARGE if self._rules.is_head_too_large(self.url, self.headers) else None

    def _make_scope(self, version: str) -> dict[str, Any]:
        raw_path, _, query = self.url.partition(b"?")
        path = raw_path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": self.parser.get_method().decode("ascii"),
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self.headers,
        }

    def _decline_upgrade(self, rest: bytes) -> None:
        """Take the request as if no other protocol had been offered; some clients offer HTTP/2 with every first POST.

        The parser stops at such a head and skips the body, so a new one gets the head without the offer.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(guard.BAD_TARGET)
            return
        lines = [b"%b %b HTTP/1.1\r\n" % (method, self.url)]
        lines += [b"%b: %b\r\n" % line for line in self.headers if line[0] != b"upgrade"]
        self._in_head = False
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"".join([*lines, b"\r\n", rest]))

    def _check_late_head(self, size: int) -> None:
        self._late_head_bytes += size
        if self._late_head_bytes > self._limits.head_bytes:
            self._refuse(guard.HEAD_TOO_LARGE if self.headers else guard.URL_TOO_LONG)

    def _check_framing(self, size: int) -> None:
        self._body_wire_bytes += size
        if self._body_wire_bytes > _FRAMING_BYTES + 8 * self._body_bytes:
            self._refuse(guard.OVERHEAD)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with `refusal` and end the connection, after the requests that came before."""
        self._refusal = refusal
        if not self._in_head and self.cycle is not None and self.cycle.more_body:
            self._abandon(self.cycle)
        if self._running is None:
            self._write_refusal(refusal)
        else:
            self.flow.pause_reading()
            self.deadline = NEVER

    def _abandon(self, exchange: Exchange) -> None:
        """Tell the handler of a request whose body cannot be read to its end that nobody waits for it."""
        exchange.disconnected = True
        exchange.message_event.set()
        if exchange is self._running:
            self._running = None
        else:
            self.pipeline.popleft()

    def _write_refusal(self, refusal: Refusal) -> None:
        abandoned = self.cycle
        if abandoned is not None and abandoned.response_started and not abandoned.response_complete:
            self.transport.abort()  # half a response is out: anything more would be read as a part of it
            return
        # The face is looked for here and nowhere before: a request without a fault pays nothing for it.
        if is_path_known(refusal, self.url, self.headers):
            self.transport.write(self._words.speak(self._make_scope("1.1"), refusal))
        else:
            self.transport.write(speak_plainly(refusal))
        self._linger()

    def _linger(self) -> None:
        """Close after the client has: closing with unread bytes resets the connection and may destroy the answer."""
        self._is_lingering = True
        self.deadline = self.loop.time() + self._limits.linger_seconds
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
