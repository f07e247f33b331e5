"""JSON as the platform writes it: compact, ASCII only, and with its way of writing the slash.

Receivers often verify a signature over JSON that they have parsed and written again. They agree with us only if our
bytes are those that the platform would send.
"""

import re
from typing import Any

import msgspec

_ESCAPES_AND_SLASHES = re.compile(rb"\\u[0-9A-Fa-f]{4}|\\.|/")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def platform_json(value: Any) -> bytes:  # Any: whatever msgspec can encode
    """Return `value` as the platform would send it.

    Raises what `msgspec.json.encode` raises: TypeError for a type it does not know, UnicodeEncodeError for a lone
    surrogate.

    # spec: cloud-api.md#7.2
    """
    return escape_json(msgspec.json.encode(value))


def escape_json(raw: bytes) -> bytes:
    r"""Return compact UTF-8 JSON with `/` as `\/` and everything beyond ASCII as lower-case `\uXXXX`.

    Bytes that are escaped already come back unchanged. White space is left as it is. Raises UnicodeDecodeError when
    `raw` is not UTF-8.
    """
    if not raw.isascii():
        raw = _BEYOND_ASCII.sub(_as_escapes, raw.decode("utf-8")).encode("ascii")
    if raw.find(b"\\/") >= 0 or raw.find(b"\\u") >= 0:  # not `in`: see `decode.refuse_unsafe`
        # Either an escape from elsewhere, or a backslash of the text that happens to stand before these signs.
        return _ESCAPES_AND_SLASHES.sub(_as_platform_escape, raw)
    return raw.replace(b"/", b"\\/")


def _as_escapes(found: re.Match[str]) -> str:
    # UTF-16 is what \u escapes are made of: an astral character is two of them.
    return "\\u" + found[0].encode("utf-16-be").hex("-", 2).replace("-", "\\u")


def _as_platform_escape(found: re.Match[bytes]) -> bytes:
    token = found[0]
    if token == b"/":
        return b"\\/"
    return token.lower() if token.startswith(b"\\u") else token
