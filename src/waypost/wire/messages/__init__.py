"""The message types: one file each, and the one list that names them.

To add a type, write its file and add its line to `TYPES`.
"""

from collections.abc import Mapping

from waypost.wire.messages import image, text
from waypost.wire.messages.base import Content, MessageType

TYPES: Mapping[str, MessageType] = {
    message_type.kind: message_type
    for message_type in (
        text.TYPE,
        image.TYPE,
    )
}

__all__ = ["TYPES", "Content", "MessageType"]
