"""How a connection says what it refuses by itself, before any handler: in the words of a face, or in plain text."""

from collections.abc import Iterable
from typing import Protocol

from waypost.api.exchange import head_of
from waypost.api.guard import HEAD_TOO_SLOW, Headers, Refusal
from waypost.api.routing import Request


class Words(Protocol):
    """What a connection says by itself: whole responses, as they go over the wire."""

    def speak(self, request: Request, refusal: Refusal) -> bytes:
        """Return what a request is told whose body is not read; the connection is closed after it."""
        ...

    def turn_away(self, request: Request) -> bytes | None:
        """Return what a request is told that there is no room for, before any handler; None if there is room."""
        ...


class PlainWords:
    """Plain text, and room for everybody."""

    def speak(self, _request: Request, refusal: Refusal) -> bytes:
        """Return the refusal in plain text."""
        return speak_plainly(refusal)

    def turn_away(self, _request: Request) -> None:
        """Turn no request away."""


def is_path_known(refusal: Refusal, url: bytes, headers: Headers) -> bool:
    """Return whether what came before the fault says which face was meant.

    A head that stopped coming may have stopped inside its path; the first header line shows that it did not.
    """
    is_there = bool(headers) or refusal is not HEAD_TOO_SLOW
    return refusal.problem is not None and is_there and url.startswith(b"/") and url.isascii()


def speak_plainly(refusal: Refusal) -> bytes:
    """Return the refusal in plain text: for a server without faces, and for what no face can be found for."""
    body = refusal.reason.encode("ascii") + b"\n"
    return last_response(refusal.status, [(b"content-type", b"text/plain; charset=utf-8")], body)


def last_response(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Return the bytes of a response after which the connection is closed; nobody shall guess at its content."""
    return whole_response(status, [*headers, (b"x-content-type-options", b"nosniff"), (b"connection", b"close")], body)


def whole_response(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Return the bytes of a response."""
    return b"%bcontent-length: %d\r\n\r\n%b" % (head_of(status, tuple(dict(headers).items())), len(body), body)
