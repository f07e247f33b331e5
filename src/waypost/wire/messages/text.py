"""Text messages.

# spec: cloud-api.md#3.1, on-premises-api.md#3.3, migration.md#3.2
"""

from typing import Annotated

from msgspec import Meta

from waypost.wire.messages.base import PlainContent, message_type

MAX_CHARACTERS = 4096


class Text(PlainContent, omit_defaults=True):
    """What the user reads; `preview_url` asks the app to show a card for the first URL."""

    body: Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS)]
    preview_url: bool | None = None

    def preview(self) -> str:
        """Return the text in one line."""
        return " ".join(self.body.split())


TYPE = message_type("text", Text)
