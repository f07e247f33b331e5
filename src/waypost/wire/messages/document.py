"""Document messages: one file by id or by link, with the name that the user sees and a caption if you like.

# spec: cloud-api.md#3.2, on-premises-api.md#3.4
"""

from waypost.wire.messages.base import MediaMessage, message_type
from waypost.wire.parts import DocumentObject


class Document(DocumentObject, MediaMessage):
    """The file, its name and the line under it."""

    def preview(self) -> str:
        """Return the file's name and the caption behind the type's name."""
        return " ".join(part for part in ("[document]", self.filename, self.caption) if part)


TYPE = message_type("document", Document)
