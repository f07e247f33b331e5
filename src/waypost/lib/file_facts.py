"""What is known of a file: the record that the media rules judge. `lib/media_facts.py` gathers it; this does no I/O."""

from msgspec import Struct

from waypost.lib.image_headers import BadImage, ImageFacts
from waypost.lib.mime import MimeType
from waypost.lib.sniff import Sniffed


class MediaFacts(Struct, frozen=True):
    """What a caller says of a file and what the file is."""

    declared: MimeType | None
    """The declared type; None when there was none or it is not a MIME type."""
    declared_text: str
    """The declared type as it came, for messages."""
    size: int
    """Bytes."""
    sniffed: Sniffed
    image: ImageFacts | BadImage | None = None
    """None for what is no JPEG, PNG or WebP."""
