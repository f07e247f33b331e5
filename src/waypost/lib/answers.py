"""Answers: HTTP/1 responses read with llhttp, packet by packet and within bounds."""

from typing import Final

import httptools

MAX_HEAD_BYTES: Final = 65_536
"""Of status line and headers, interim answers included."""
MAX_WIRE_BYTES: Final = 1_048_576
"""Of a body on the wire: chunks of one byte each, and trailers, must not go on for ever."""


class _StopError(Exception):
    """What comes is not to be read on; the parser makes an error of its own from it."""


class AnswerReader:
    """Reads the answers of one connection, one after the other.

    `begin` says that one may come, `feed` takes what comes. `status` is 0 until the head of the final answer is whole;
    what is told of an answer is true until the next `begin`.
    """

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        # Hand-written receivers end their lines as they like; with one answer at a time it can deceive nobody.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)
        self.begin(0)

    def begin(self, max_bytes: int) -> None:
        """Expect the next answer, and keep `max_bytes` of its body."""
        self.status = 0
        self.retry_after: str | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._max_bytes = max_bytes
        self._size = 0
        self._head_left = MAX_HEAD_BYTES
        self._wire_left = MAX_WIRE_BYTES
        self._is_whole = False
        self._keeps_alive = False
        self._is_broken = False

    def feed(self, data: bytes) -> bool:
        """Take a packet; say whether nothing more is wanted of this answer."""
        try:
            return self._feed_body(data) if self.status else self._feed_head(data)
        except httptools.HttpParserError:
            self._is_broken = True
            return True

    @property
    def body(self) -> bytes:
        """What was kept of the body."""
        return b"".join(self._body)[: self._max_bytes]

    @property
    def may_follow(self) -> bool:
        """Whether the answer came whole, with nothing behind it, and the peer will take another request."""
        return self._is_whole and self._keeps_alive and not self._is_broken

    def _feed_head(self, data: bytes) -> bool:
        """Feed no more than a head may have, so that a longer one is never stored."""
        head = data[: self._head_left]
        self._head_left -= len(head)
        self._parser.feed_data(head)
        if not self.status:
            return self._head_left == 0
        return self._feed_body(data[len(head) :])

    def _feed_body(self, data: bytes) -> bool:
        if data:
            self._wire_left -= len(data)
            self._parser.feed_data(data)
        return self._is_whole or self._size >= self._max_bytes or self._wire_left < 0

    # What the parser calls

    def on_message_begin(self) -> None:
        """Refuse what comes behind a whole answer: it answers nothing."""
        if self._is_whole:
            raise _StopError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what the answer says of itself; trailers say nothing, and one header says something to us."""
        if not self.status:
            self.headers.append((name, value))
        if len(name) == 11 and name.lower() == b"retry-after" and not self.status and self.retry_after is None:
            self.retry_after = value.strip().decode("latin-1")

    def on_headers_complete(self) -> None:
        """Note the status, unless it is that of an interim answer."""
        status = self._parser.get_status_code()
        if status < 100 or status == 101:
            raise _StopError  # no such status, or a protocol that was not asked for
        if status < 200:
            self.retry_after = None
            self.headers.clear()
            return
        self.status = status
        self._keeps_alive = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        """Keep what is wanted of the body."""
        if self._size < self._max_bytes:
            self._body.append(piece)
        self._size += len(piece)

    def on_message_complete(self) -> None:
        """Note the end, unless it is that of an interim answer."""
        self._is_whole = self.status != 0
