"""Reactions: an emoji on an earlier message, or its removal.

# spec: cloud-api.md#3.5, on-premises-api.md#3.10
"""

from typing import Annotated

from msgspec import Meta

from waypost.wire.messages.base import PlainContent, message_type


class Reaction(PlainContent):
    """The message it stands on, in the form that the caller wrote its id, and the emoji; an empty one takes it back."""

    message_id: Annotated[str, Meta(min_length=1)]
    emoji: str

    def preview(self) -> str:
        """Return the emoji, or that it was taken back."""
        return f"[reaction] {self.emoji}" if self.emoji else "[reaction removed]"


TYPE = message_type("reaction", Reaction, quoting="refused")  # spec: cloud-api.md#2.1
