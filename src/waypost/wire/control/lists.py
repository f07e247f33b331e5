"""The control API's answers that are lists with pages: `next` is the `before` of the next one, null at the end.

A page may have fewer entries than were asked for, or none, and still a `next`: one request looks at some thousand
rows.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from waypost.wire.control.base import Request
from waypost.wire.control.deliveries import DeliveryView
from waypost.wire.control.messages import MediaView, MessageView
from waypost.wire.wanted import matching

MESSAGES, DELIVERIES, MEDIA, CARRIERS, REPLAYS, CHATS, REFUSALS = "m", "d", "f", "a", "r", "c", "x"
"""What the cursors of each list begin with. All differ, so that a list refuses the cursor of another."""

MediumType = Literal["image", "video", "audio", "sticker", "document"]

_EventKind = Annotated[
    str, matching("1 to 100 letters, digits and underscores", pattern=r"^[A-Za-z0-9_]{1,100}$(?!\n)")
]


class MessageList(Struct):
    """Messages, newest first."""

    messages: list[MessageView]
    next: str | None


class DeliveryList(Struct):
    """Deliveries, newest first."""

    deliveries: list[DeliveryView]
    next: str | None


class RedeliverWish(Request):
    """Which deliveries are to be made once more, of those that wait no more; what is not given does not matter.

    `from` and `to`: when the event was, from the one moment to before the other, on the platform's clock. `dry_run`
    only counts. `after` is the `next` of the answer before.
    """

    state: Literal["dead", "cancelled", "dropped", "done"] = "dead"
    number: str | None = None
    message: str | None = None
    kind: _EventKind | None = None
    from_: Annotated[datetime, Meta(tz=True)] | None = field(name="from", default=None)
    to: Annotated[datetime, Meta(tz=True)] | None = None
    dry_run: bool = False
    after: str | None = None


class Redelivered(Struct):
    """How many deliveries wait again, or would.

    `nowhere`: others that fit, whose number or endpoint has no webhook any more; they stay as they are. One request
    does some hundred, the oldest first, or counts some thousand: with a `next` there may be more.
    """

    deliveries: int
    nowhere: int
    next: str | None


class GalleryMedium(MediaView):
    """A stored file with what the gallery shows of it; `source` is how it came here, `at` is platform time."""

    type: MediumType
    phone_number_id: str
    at: datetime
    expires: datetime
    source: Literal["upload", "link", "inbound", "handle"]


class Carriers(Struct):
    """Messages that carry a file, oldest first: up to 20, out of some thousand that one request looks at.

    The first request looks around the file, those with `after` behind that: with a `next` there may be more.
    """

    messages: list[MessageView]
    next: str | None


class MediaList(Struct):
    """Files, newest first."""

    media: list[GalleryMedium]
    next: str | None
