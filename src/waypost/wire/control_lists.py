"""The control API's answers that are lists with pages: `next` is the `before` of the next one, null at the end.

A page may have less than was asked for, or nothing, and still a `next`: one request looks at some thousand rows.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from waypost.wire.control import DeliveryView, MediaView, MessageView

MediumType = Literal["image", "video", "audio", "sticker", "document"]


class MessageList(Struct):
    """Messages, newest first."""

    messages: list[MessageView]
    next: str | None


class DeliveryList(Struct):
    """Deliveries, newest first."""

    deliveries: list[DeliveryView]
    next: str | None


class GalleryMedium(MediaView):
    """A stored file with what the gallery shows of it; `source` is how it came here, `at` is platform time."""

    type: MediumType
    phone_number_id: str
    at: datetime
    expires: datetime
    source: Literal["upload", "link", "inbound", "handle"]


class MediaList(Struct):
    """Files, newest first."""

    media: list[GalleryMedium]
    next: str | None
