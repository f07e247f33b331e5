"""Image messages: one JPEG or PNG, by id or by link.

# spec: cloud-api.md#3.2, on-premises-api.md#3.4
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.wire.messages.base import message_type
from waypost.wire.parts import MediaObject, ProviderRef, one_source

MAX_CAPTION_CHARACTERS = 1024


class Image(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """The file, and the line under it."""

    id: str | None = None
    link: str | None = None
    caption: Annotated[str, Meta(max_length=MAX_CAPTION_CHARACTERS)] | None = None
    provider: ProviderRef | None = None

    def media(self) -> Sequence[MediaObject]:
        """Return the image."""
        return (self,)

    def preview(self) -> str:
        """Return the caption behind the type's name."""
        return f"[image] {self.caption or ''}".rstrip()

    def fault(self) -> Fault | None:
        """Return a fault unless exactly one of `id` and `link` is given."""
        return one_source("image", self)

    def wire(self) -> object:
        """Return the canonical object."""
        return self


class _Holder(Struct):
    image: Image


TYPE = message_type("image", _Holder, lambda holder: holder.image)
