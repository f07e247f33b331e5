"""The control API's explanation of a webhook's signature."""

from typing import Literal

from msgspec import Struct

from waypost.wire.control.base import Digits, Request


class SignatureCheck(Request):
    """What a receiver has in hand: the body that it signs, and the header that it compares with."""

    number: Digits
    body: str
    header: str
    encoding: Literal["utf-8", "base64"] = "utf-8"
    """How `body` writes bytes."""


class SignatureVerdict(Struct):
    """Whether they fit, and if not, what is wrong in sentences; `expected` is the right header for this body."""

    matches: bool
    expected: str
    given: str
    findings: list[str]
