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
    values = [value for _, value in headers]
    if _NOT_IN_A_VALUE.search("".join(values)):
        raise ValueError("a header's value cannot be sent")
    form = _form(method, path, target, tuple([name for name, _ in headers]))
    length = "" if body_bytes is None else f"Content-Length: {body_bytes}\r\n"
    return (form % (*values, length)).encode()


@lru_cache(maxsize=1024)
def _form(method: str, path: str, target: Target, names: tuple[str, ...]) -> str:
    """Return the head with `%s` for each value and for the line with the length: the calls of a webhook share it.

    Raises ValueError for a name that cannot be sent.
    """
    spelled = [spelling(name) for name in names]
    if not _OURS.isdisjoint(spelled):
        raise ValueError("a header cannot be sent")
    lines = [f"{_literal(name)}: %s\r\n" for name in spelled]
    if target.authorization is not None and "Authorization" not in spelled:
        lines.insert(0, f"Authorization: {_literal(target.authorization)}\r\n")
    if "Accept" not in spelled:
        lines.append("Accept: */*\r\n")
    if "User-Agent" not in spelled:
        lines.append(f"User-Agent: {_literal(USER_AGENT)}\r\n")
    lines.append(f"Host: {_literal(target.authority)}\r\n")
    return f"{method} {_literal(path)} HTTP/1.1\r\n{''.join(lines)}%s\r\n"


def spelling(name: str) -> str:
    """Return a header's name As-It-Is-Usual. Raises ValueError when it is no name."""
    if _NAME.fullmatch(name) is None:
        raise ValueError("not a header's name")
    return "-".join([word.capitalize() for word in name.split("-")])


def _literal(text: str) -> str:
    return text.replace("%", "%%")
