"""What the forms of the control API share."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from waypost.wire.wanted import matching

Dialect = Literal["cloud", "onprem"]
Digits = Annotated[str, matching("a phone number of 5 to 15 digits", pattern=r"^[0-9]{5,15}$(?!\n)")]
Seconds = Annotated[float, Meta(ge=0, le=31_536_000)]
Pace = Annotated[int, Meta(ge=0, le=1_000_000)]


class Request(Struct, forbid_unknown_fields=True):
    """What every request body has in common."""


class ErrorDetail(Struct):
    """`code` is a stable name, `message` says what was wrong and what to do."""

    code: str
    message: str


class ErrorBody(Struct):
    """The answer to what could not be done."""

    error: ErrorDetail


class Success(Struct):
    """Done, and nothing to tell."""

    success: bool = True


class HealthView(Struct):
    """`ok`, or `not ready`."""

    status: str


class MessageId(Struct):
    """One message in the words of both dialects."""

    id: str
    onprem_id: str
