"""The head of an outbound request: the few bytes that go before its body."""

import re
from functools import lru_cache
from typing import Final

from waypost.lib.poster import USER_AGENT, Headers
from waypost.lib.targets import Target

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_A_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# They say where a request ends and where it goes, and are never the caller's to set.
_OURS: Final = frozenset({"Host", "Content-Length", "Transfer-Encoding", "Connection"})


def request_head(method: str, path: str, target: Target, headers: Headers, *, body_bytes: int | None) -> bytes:
    """Return the head, blank line included; `body_bytes` None is a request without a body.

    Raises ValueError for a header that cannot be sent.
    """
    lines = [(spelling(name), value) for name, value in headers]
    names = {name for name, _ in lines}
    if not names.isdisjoint(_OURS) or _NOT_IN_A_VALUE.search("".join([value for _, value in lines])):
        raise ValueError("a header cannot be sent")
    if target.authorization is not None and "Authorization" not in names:
        lines.insert(0, ("Authorization", target.authorization))
    if "Accept" not in names:
        lines.append(("Accept", "*/*"))
    if "User-Agent" not in names:
        lines.append(("User-Agent", USER_AGENT))
    lines.append(("Host", target.authority))
    if body_bytes is not None:
        lines.append(("Content-Length", str(body_bytes)))
    text = "".join([f"{name}: {value}\r\n" for name, value in lines])
    return f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode()


@lru_cache(maxsize=1024)
def spelling(name: str) -> str:
    """Return a header's name As-It-Is-Usual. Raises ValueError when it is no name."""
    if _NAME.fullmatch(name) is None:
        raise ValueError("not a header's name")
    return "-".join([word.capitalize() for word in name.split("-")])
