"""What a message type must offer: the rest of Waypost asks the message, never its type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from waypost.errors import Fault
from waypost.wire.parts import MediaObject, source_fault


class Content(Protocol):
    """The body of a message: the object (or array) that stands under its type's name."""

    def media(self) -> Sequence[MediaObject]:
        """Return the files that the message refers to, in order; they may be changed in place."""
        ...

    def preview(self) -> str:
        """Return one line for lists. It holds what the user wrote: it never goes into a log."""
        ...

    def fault(self) -> Fault | None:
        """Return what is wrong beyond the schema, or None."""
        ...

    def wire(self) -> object:
        """Return what stands under the type's name in the canonical body."""
        ...


class MediaMessage(MediaObject):
    """A message that is one file: the part that does not differ between images, videos and the others."""

    def media(self) -> Sequence[MediaObject]:
        """Return the file."""
        return (self,)

    def preview(self) -> str:
        """Return the type's name."""
        return f"[{self.kind}]"

    def fault(self) -> Fault | None:
        """Return a fault unless exactly one of `id` and `link` is given."""
        return source_fault(self.kind, self)

    def wire(self) -> object:
        """Return the canonical object."""
        return self


@dataclass(frozen=True, slots=True)
class MessageType:
    """One entry of the list: the name, and how to read the body."""

    kind: str
    decode: Callable[[msgspec.Raw | bytes], Content]
    """Decode the object (or array) that stands under the type's name; raises msgspec.ValidationError."""
    aliases: tuple[str, ...] = ()
    """Other names that requests may use, both as `type` and as key."""


def message_type(
    kind: str, schema: Any, *, content: Callable[[Any], Content] | None = None, aliases: tuple[str, ...] = ()
) -> MessageType:
    """Make a type from its schema (Any: whatever msgspec decodes); `content` wraps what is not a Content by itself."""
    decoder = msgspec.json.Decoder(schema)
    if content is None:
        return MessageType(kind, decoder.decode, aliases)
    return MessageType(kind, lambda raw: content(decoder.decode(raw)), aliases)
