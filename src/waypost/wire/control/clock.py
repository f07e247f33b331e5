"""Platform time."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from waypost.wire.control.base import Request

_ADVANCE_SECONDS = 3_153_600_000  # a hundred years


class ClockView(Struct):
    """Platform time, and how far it is ahead of the machine's."""

    now: datetime
    frozen: bool
    offset_seconds: float


class ClockChange(Request):
    """Stop or start the clock, set it, move it; what is given is done in this order."""

    frozen: bool | None = None
    now: Annotated[datetime, Meta(tz=True)] | None = None
    advance_seconds: Annotated[float, Meta(ge=-_ADVANCE_SECONDS, le=_ADVANCE_SECONDS)] | None = None
