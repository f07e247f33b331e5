"""Reactions: an emoji on an earlier message, or its removal.

# spec: cloud-api.md#3.5, on-premises-api.md#3.10
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.wire.messages.base import message_type
from waypost.wire.parts import MediaObject


class Reaction(Struct):
    """The message it stands on, in the form that the caller wrote its id, and the emoji; an empty one takes it back."""

    message_id: Annotated[str, Meta(min_length=1)]
    emoji: str

    def media(self) -> Sequence[MediaObject]:
        """Return nothing: a reaction carries no files."""
        return ()

    def preview(self) -> str:
        """Return the emoji, or that it was taken back."""
        return f"[reaction] {self.emoji}" if self.emoji else "[reaction removed]"

    def fault(self) -> Fault | None:
        """Return None: whether the message can be reacted to is found out when it is sent."""
        return None

    def wire(self) -> object:
        """Return the canonical object."""
        return self


TYPE = message_type("reaction", Reaction)
