"""Image messages: one JPEG or PNG, by id or by link, with a caption if you like.

# spec: cloud-api.md#3.2, on-premises-api.md#3.4
"""

from waypost.wire.messages.base import MediaMessage, message_type
from waypost.wire.parts import ImageObject


class Image(ImageObject, MediaMessage):
    """The file, and the line under it."""

    def preview(self) -> str:
        """Return the caption behind the type's name."""
        return f"[image] {self.caption or ''}".rstrip()


TYPE = message_type("image", Image)
