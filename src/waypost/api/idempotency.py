"""The header `Idempotency-Key`, with which a program may repeat a send: our own, WhatsApp has none."""

from collections.abc import Mapping

from waypost.api.routing import Request
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER

MAX_CHARACTERS = 255
_NAME = b"idempotency-key"
HEADER: Mapping[str, str] = {
    "Idempotency-Key": "Repeated with the same body within 48 hours, the request gives the first answer again."
}
"""The header as the OpenAPI document shows it."""


def key_of(request: Request) -> str | None:
    """Return the key, None if the request has none. Raises Refusal: it is 1 to 255 printable ASCII characters, once."""
    if request.header(_NAME) is None:
        return None
    values = request.header_values(_NAME)
    if len(values) > 1:
        raise _refusal(f"it comes {len(values)} times.")
    key = values[0].decode("latin-1")
    if not 1 <= len(key) <= MAX_CHARACTERS:
        raise _refusal(f"it has {len(key)}.")
    if not (key.isascii() and key.isprintable()):
        raise _refusal(f"it is {ascii(key)[:80]}.")
    return key


def _refusal(why: str) -> Refusal:
    return Refusal(
        INVALID_PARAMETER,
        f"Header 'Idempotency-Key' must be 1 to {MAX_CHARACTERS} printable ASCII characters, given once; {why}",
    )
