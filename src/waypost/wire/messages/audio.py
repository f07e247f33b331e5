"""Audio messages: one file by id or by link, shown as a player or as a voice message; never with a caption.

# spec: cloud-api.md#3.2, on-premises-api.md#3.4
"""

from typing import ClassVar

from waypost.wire.messages.base import MediaMessage, message_type


class Audio(MediaMessage):
    """The file; `voice` makes it a voice message, which has to be Ogg with Opus."""

    kind: ClassVar[str] = "audio"

    voice: bool | None = None

    def preview(self) -> str:
        """Return what the user sees: a voice message or an audio file."""
        return "[voice message]" if self.voice else "[audio]"


TYPE = message_type("audio", Audio)
