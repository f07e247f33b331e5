"""Sticker messages: one WebP picture by id or by link; never with a caption.

# spec: cloud-api.md#3.2, on-premises-api.md#3.4
"""

from typing import ClassVar

from waypost.wire.messages.base import MediaMessage, message_type


class Sticker(MediaMessage):
    """The picture, still or animated."""

    kind: ClassVar[str] = "sticker"


TYPE = message_type("sticker", Sticker)
