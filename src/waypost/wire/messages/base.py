"""What a message type must offer: the rest of Waypost asks the message, never its type."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, Protocol

import msgspec
from msgspec import Struct

from waypost.errors import Fault
from waypost.wire.complaints import complaint as plain_complaint
from waypost.wire.parts import MediaObject, source_fault


class Content(Protocol):
    """The body of a message: the object (or array) that stands under its type's name."""

    def media(self) -> Sequence[MediaObject]:
        """Return the files that the message refers to, in order; they may be changed in place."""
        ...

    def products(self) -> Sequence[str]:
        """Return the retailer ids of the products that the message shows."""
        ...

    def preview(self) -> str:
        """Return one line for lists. It holds what the user wrote: it never goes into a log."""
        ...

    def fault(self) -> Fault | None:
        """Return what is wrong beyond the schema, or None."""
        ...

    def only_cloud(self) -> Fault | None:
        """Return what the On-Premises API has no word for, so that a request of that dialect is refused; or None."""
        ...

    def wire(self) -> object:
        """Return what stands under the type's name in the canonical body."""
        ...


class PlainContent(msgspec.Struct):
    """What most types have in common: no files, nothing wrong beyond the schema, the same in every dialect."""

    def media(self) -> Sequence[MediaObject]:
        """Return nothing: it carries no files."""
        return ()

    def products(self) -> Sequence[str]:
        """Return nothing: it shows no products."""
        return ()

    def fault(self) -> Fault | None:
        """Return None: the schema says everything."""
        return None

    def only_cloud(self) -> Fault | None:
        """Return None: every dialect has it."""
        return None

    def wire(self) -> object:
        """Return the canonical object."""
        return self


class MediaMessage(MediaObject, PlainContent):
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


Quoting = Literal["shown", "dropped", "refused"]
"""What becomes of `context`: the quote is shown above the message, silently left out, or a reason to refuse it."""

Complaint = Callable[[msgspec.ValidationError, msgspec.Raw | bytes], Fault]
"""Says in words why an object could not be decoded."""


class MessageType(Struct, frozen=True):
    """One entry of the list: the name, and how to read the body."""

    kind: str
    decode: Callable[[msgspec.Raw | bytes], Content]
    """Decode the object (or array) that stands under the type's name; raises msgspec.ValidationError."""
    complaint: Complaint
    """Say what is wrong with an object that `decode` did not take."""
    aliases: tuple[str, ...] = ()
    """Other names that requests may use, both as `type` and as key."""
    quoting: Quoting = "shown"


def message_type(
    kind: str,
    schema: Any,
    *,
    content: Callable[[Any], Content] | None = None,
    complaint: Complaint | None = None,
    aliases: tuple[str, ...] = (),
    quoting: Quoting = "shown",
) -> MessageType:
    """Make a type from its schema (Any: whatever msgspec decodes); `content` wraps what is not a Content by itself.

    `complaint` words what is wrong with the form where the platform has its own words for this type.
    """
    decoder = msgspec.json.Decoder(schema)
    complain = complaint or partial(plain_complaint, kind=kind)
    if content is None:
        return MessageType(kind, decoder.decode, complain, aliases, quoting)
    return MessageType(kind, lambda raw: content(decoder.decode(raw)), complain, aliases, quoting)
