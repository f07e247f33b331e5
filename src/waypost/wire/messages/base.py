"""What a message type must offer: the rest of Waypost asks the message, never its type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from waypost.errors import Fault
from waypost.wire.parts import MediaObject


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


@dataclass(frozen=True, slots=True)
class MessageType:
    """One entry of the list: the name, and how to find the body in a request's bytes."""

    kind: str
    decode: Callable[[bytes], Content]
    """Decode the type's body out of a whole request, Cloud or On-Premises; raises msgspec.ValidationError."""


def message_type(kind: str, holder: type[Any], content: Callable[[Any], Content]) -> MessageType:
    """Make a type whose body is found by decoding `holder` (Any: each type has its own) and calling `content`."""
    decoder = msgspec.json.Decoder(holder)
    return MessageType(kind, lambda raw: content(decoder.decode(raw)))
