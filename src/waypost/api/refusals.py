"""How a connection says what it refuses by itself, before any handler: in the words of a face, or in plain text."""

from collections.abc import Callable, Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from waypost.api.guard import HEAD_TOO_SLOW, Headers, Refusal

Speak = Callable[[dict[str, Any], Refusal], bytes]
"""Takes the ASGI scope of the refused request and the refusal; returns the response as it goes over the wire."""


def is_path_known(refusal: Refusal, url: bytes, headers: Headers) -> bool:
    """Return whether what came before the fault says which face was meant.

    A head that stopped coming may have stopped inside its path; the first header line shows that it did not.
    """
    is_there = bool(headers) or refusal is not HEAD_TOO_SLOW
    return refusal.problem is not None and is_there and url.startswith(b"/") and url.isascii()


def speak_plainly(_scope: dict[str, Any], refusal: Refusal) -> bytes:
    """Return the refusal in plain text: for a server without faces, and for what no face can be found for."""
    body = refusal.reason.encode("ascii") + b"\n"
    return last_response(refusal.status, [(b"content-type", b"text/plain; charset=utf-8")], body)


def last_response(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Return the bytes of a response after which the connection is closed; nobody shall guess at its content."""
    kept = {**dict(headers), b"x-content-type-options": b"nosniff"}
    lines = [b"%b: %b\r\n" % line for line in kept.items()]
    end = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
    return b"".join([STATUS_LINE[status], *lines, end, body])
