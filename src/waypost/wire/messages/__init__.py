"""The message types: one file each, and the one list that names them.

To add a type, write its file and add its line to `TYPES`.
"""

from collections.abc import Mapping

from waypost.wire.messages import (
    audio,
    contacts,
    document,
    image,
    interactive,
    location,
    reaction,
    sticker,
    template,
    text,
    video,
)
from waypost.wire.messages.base import Content, MessageType

TYPES: Mapping[str, MessageType] = {
    message_type.kind: message_type
    for message_type in (
        text.TYPE,
        image.TYPE,
        audio.TYPE,
        video.TYPE,
        document.TYPE,
        sticker.TYPE,
        location.TYPE,
        contacts.TYPE,
        reaction.TYPE,
        interactive.TYPE,
        template.TYPE,
    )
}

BY_NAME: Mapping[str, MessageType] = {
    name: message_type for message_type in TYPES.values() for name in (message_type.kind, *message_type.aliases)
}
"""The types by every name that a request may use."""

__all__ = ["BY_NAME", "TYPES", "Content", "MessageType"]
