"""Everything the media rules need to know of a file, gathered from its path."""

import asyncio
from pathlib import Path

from waypost.lib.file_facts import MediaFacts
from waypost.lib.image_headers import BadImage, ImageFacts, read_image
from waypost.lib.images import ImageInspector
from waypost.lib.mime import parse_mime
from waypost.lib.sniff import Sniffed, sniff

__all__ = ["MediaFacts", "gather_facts"]

_IMAGES = {"image/jpeg", "image/png", "image/webp"}


async def gather_facts(path: Path, declared: str | None, inspector: ImageInspector) -> MediaFacts:
    """Return the facts of the file at `path`; the first bytes and headers are read in a thread. Raises OSError."""
    size, sniffed, structure = await asyncio.to_thread(_look, path)
    image = None if structure is None else await inspector.decoded(path, structure)
    return MediaFacts(parse_mime(declared), declared or "", size, sniffed, image)


def _look(path: Path) -> tuple[int, Sniffed, ImageFacts | BadImage | None]:
    size = path.stat().st_size
    with path.open("rb") as file:
        sniffed = sniff(file, size)
        return size, sniffed, read_image(file, size) if sniffed.mime in _IMAGES else None
