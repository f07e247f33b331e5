"""Text messages.

# spec: cloud-api.md#3.1, on-premises-api.md#3.3
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.wire.messages.base import message_type
from waypost.wire.parts import MediaObject

MAX_CHARACTERS = 4096


class Text(Struct, omit_defaults=True):
    """What the user reads; `preview_url` asks the app to show a card for the first URL."""

    body: Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS)]
    preview_url: bool | None = None

    def media(self) -> Sequence[MediaObject]:
        """Return nothing: text carries no files."""
        return ()

    def preview(self) -> str:
        """Return the text in one line."""
        return " ".join(self.body.split())

    def fault(self) -> Fault | None:
        """Return None: the schema says everything."""
        return None

    def wire(self) -> object:
        """Return the canonical object."""
        return self


TYPE = message_type("text", Text)
