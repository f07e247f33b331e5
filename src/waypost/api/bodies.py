"""Reading JSON bodies: how large, and of which type."""

from collections.abc import Awaitable

from waypost.api.routing import Request
from waypost.errors import Refusal
from waypost.errors.requests import BAD_REQUEST

MAX_JSON_BYTES = 1_048_576


def json_body(request: Request, *, max_bytes: int = MAX_JSON_BYTES) -> Awaitable[bytes]:
    """Return the bytes of a JSON body. Raises Refusal for another type, BodyTooLarge over `max_bytes`."""
    content_type = request.header(b"content-type")
    if content_type != b"application/json" and not _is_json(content_type):
        told = content_type.decode("latin-1") if content_type else "absent"
        raise Refusal(BAD_REQUEST, f"The Content-Type is {told}; send application/json in UTF-8.")
    return request.body(max_bytes)


def has_body(request: Request) -> bool:
    """Return whether a request says that it has a body, for paths where it may be left out."""
    return request.header(b"content-length") not in (None, b"0") or request.header(b"transfer-encoding") is not None


def _is_json(content_type: bytes | None) -> bool:
    if content_type is None:
        return False
    essence, *parameters = content_type.lower().replace(b" ", b"").split(b";")
    charsets = [value for name, _, value in (p.partition(b"=") for p in parameters) if name == b"charset"]
    return essence == b"application/json" and all(c.strip(b'"') in (b"utf-8", b"utf8") for c in charsets)
