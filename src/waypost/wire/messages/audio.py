"""Audio messages: one file by id or by link, shown as a player or as a voice message; never with a caption.

# spec: cloud-api.md#3.2, on-premises-api.md#3.4
"""

from typing import ClassVar

from waypost.errors import Fault
from waypost.errors.requests import UNEXPECTED_PARAMETER
from waypost.wire.messages.base import MediaMessage, message_type


class Audio(MediaMessage):
    """The file; `voice` makes it a voice message, which has to be Ogg with Opus."""

    kind: ClassVar[str] = "audio"

    voice: bool | None = None

    def limits(self) -> str:
        """Return the limits of a voice message if it is one."""
        return "voice" if self.voice else self.kind

    def only_cloud(self) -> Fault | None:
        """Return the fault of a `voice`, which the On-Premises API knows from users only.

        # spec: media-types-onprem.tsv "voice", migration.md#3.3
        """
        if self.voice is None:
            return None
        return Fault(
            UNEXPECTED_PARAMETER,
            f"Unexpected key 'voice' ({str(self.voice).lower()}) in 'audio': the On-Premises API does not send voice "
            "messages; leave it out, or send the message through the Cloud API.",
        )

    def preview(self) -> str:
        """Return what the user sees: a voice message or an audio file."""
        return "[voice message]" if self.voice else "[audio]"


TYPE = message_type("audio", Audio)
