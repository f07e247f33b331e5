"""A scripted HTTP server on port 0: the webhook receiver of every journey, and the peer of every poster test.

    async with Receiver() as hook:
        hook.answer(503, headers={"Retry-After": "120"})  # the next request only; afterwards 200 again
        ...
        first = await hook.next()
        assert first.json["object"] == "whatsapp_business_account"

It speaks raw HTTP/1.1 over sockets of its own, so that it can do what no framework lets it: drip, reset, hang up.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

PATIENCE_SECONDS = 30.0
"""How long to wait for a request that must come: a machine that does ten other things may take its time."""

Manner = Literal["whole", "silent", "close", "reset", "reset_midway", "drip", "endless"]
"""How an answer is given.

- whole: status, headers and body at once.
- silent: the request is read and never answered.
- close, reset: the connection ends, politely or not, after the request was read and before any answer.
- reset_midway: status, headers, half of the body, then a reset.
- drip: one byte of the body every 20 ms, without end.
- endless: status and headers, then as many bytes as the peer takes.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver does with one request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = "whole"
    hold: asyncio.Event | None = None
    """Wait for this before answering."""

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} Scripted"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.manner in {"whole", "reset_midway"} and "Transfer-Encoding" not in self.headers:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived: `header_pairs` keep order and case, `headers` are lower-case."""

    method: str
    target: str
    header_pairs: tuple[tuple[str, str], ...]
    body: bytes
    connection: int
    """Which connection brought it, from 1: equal numbers mean a kept-alive connection."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.header_pairs}

    @property
    def json(self) -> Any:  # Any: webhook bodies of every kind
        return msgspec.json.decode(self.body)

    def values(self) -> Iterator[dict[str, Any]]:
        """Yield the value objects: each change of a Cloud envelope, or the whole On-Premises body."""
        body = self.json if self.body else {}
        if "entry" not in body:
            yield body
            return
        for entry in body["entry"]:
            for change in entry["changes"]:
                yield change["value"]


class Receiver:
    """Records requests and answers as told; unscripted requests get an empty 200.

    With `verify_token` a subscription handshake (`hub.challenge`) is answered as the platform wants it. `tls` makes
    it an HTTPS server.
    """

    def __init__(self, *, verify_token: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.bytes_sent = 0
        self.always = Answer()
        self._verify_token = verify_token
        self._tls = tls
        self._script: deque[Answer] = deque()
        self._unread = 0
        self._arrived = asyncio.Condition()
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._ended = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = self.url_at("/hook")
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._ended = True
        # What was accepted must have become a connection: asyncio leaves it open if its server is closed before.
        for listening in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        await asyncio.sleep(0)
        self._server.close()
        talks = dict(self._talks)
        for talk, writer in talks.items():
            talk.cancel()
            writer.transport.abort()  # here, since what is cancelled before its first step cannot
        await asyncio.gather(*talks, return_exceptions=True)
        await self._server.wait_closed()

    def url_at(self, path: str, *, host: str = "127.0.0.1") -> str:
        """Return the URL of a path here, under any host name that leads here."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def answer(
        self,
        status: int = 200,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        manner: Manner = "whole",
        hold: asyncio.Event | None = None,
        times: int = 1,
    ) -> None:
        """Script the next `times` requests; what is scripted first is used first."""
        self._script.extend([Answer(status, body, headers or {}, manner, hold)] * times)

    def forget(self) -> None:
        """Begin anew, for another test: nothing was received, and nothing is scripted."""
        self.received.clear()
        self._script.clear()
        self._unread = 0
        self.always = Answer()

    async def next(self, timeout: float = PATIENCE_SECONDS) -> Received:
        """Return the oldest request that `next` has not returned yet; wait for it up to `timeout` seconds."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) > self._unread)
            self._unread += 1
            return self.received[self._unread - 1]

    async def wait_for(self, predicate: Callable[[Received], object], timeout: float = PATIENCE_SECONDS) -> Received:
        """Return the first request, past or coming, that the predicate likes."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: any(map(predicate, self.received)))
            return next(filter(predicate, self.received))

    async def wait_for_count(self, count: int, timeout: float = PATIENCE_SECONDS) -> list[Received]:
        """Return the requests so far once there are `count` of them."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)
            return list(self.received)

    async def wait_until(self, is_so: Callable[[], bool], timeout: float = PATIENCE_SECONDS) -> None:
        """Return once `is_so`; it is asked again after every request."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(is_so)

    async def wait_for_status(self, message_id: str, status: str, timeout: float = PATIENCE_SECONDS) -> Received:
        """Return the first request that carries this status of this message."""
        return await self.wait_for(lambda got: status in _statuses(got, message_id), timeout)

    def statuses(self, message_id: str) -> list[str]:
        """Return every status received for a message, in order of arrival, repeats included."""
        return [status for got in self.received for status in _statuses(got, message_id)]

    def messages(self) -> list[dict[str, Any]]:
        """Return every inbound message received, in order of arrival, repeats included."""
        return [
            message
            for got in self.received
            if got.method == "POST"
            for value in got.values()
            for message in value.get("messages", [])
        ]

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._ended:  # it was accepted before that
            writer.transport.abort()
            return
        self.connections += 1
        talk = asyncio.create_task(self._talk_to_the_end(reader, writer, self.connections))
        self._talks[talk] = writer

    async def _talk_to_the_end(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        try:
            await self._talk(reader, writer, connection)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the peer left, or the test is over
        finally:
            self._talks.pop(talk, None)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        while True:
            got = await _read_request(reader, connection)
            answer = self._answer_to(got)
            async with self._arrived:
                self.received.append(got)
                self._arrived.notify_all()
            if answer.hold is not None:
                await answer.hold.wait()
            if not await self._give(answer, writer):
                return

    def _answer_to(self, got: Received) -> Answer:
        if self._script:
            return self._script.popleft()
        if self._verify_token is not None and got.query.get("hub.mode") == "subscribe":
            if got.query.get("hub.verify_token") != self._verify_token:
                return Answer(403)
            return Answer(200, got.query["hub.challenge"].encode(), {"Content-Type": "text/plain"})
        return self.always

    async def _give(self, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        """Give the answer; say whether the connection lives on."""
        match answer.manner:
            case "whole":
                await self._send(writer, answer.head() + answer.body)
                return True
            case "silent":
                await asyncio.Event().wait()
            case "close":
                pass
            case "reset":
                _reset_on_close(writer)
            case "reset_midway":
                await self._send(writer, answer.head() + answer.body[: len(answer.body) // 2])
                _reset_on_close(writer)
            case "drip":
                await self._send(writer, answer.head())
                while True:
                    await self._send(writer, b".")
                    await asyncio.sleep(0.02)
            case "endless":
                await self._send(writer, answer.head())
                while True:
                    await self._send(writer, bytes(65_536))
        return False

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if writer.transport.is_closing():  # what uvloop takes for a mistake of ours
            raise ConnectionResetError
        writer.write(data)
        await writer.drain()
        self.bytes_sent += len(data)


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *header_lines = head[:-4].split("\r\n")
    method, target, _ = request_line.split(" ")
    pairs = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in header_lines))
    lengths = [int(value) for name, value in pairs if name.lower() == "content-length"]
    body = await reader.readexactly(lengths[0]) if lengths else b""
    return Received(method, target, pairs, body, connection)


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    # Linger of zero seconds: the kernel sends RST instead of FIN.
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _statuses(got: Received, message_id: str) -> list[str]:
    if got.method != "POST":
        return []
    return [
        status["status"] for value in got.values() for status in value.get("statuses", []) if status["id"] == message_id
    ]
