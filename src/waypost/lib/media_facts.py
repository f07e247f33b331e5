"""Everything the media rules need to know of a file, gathered from its path."""

import asyncio
import os
from io import BufferedReader, BytesIO
from pathlib import Path

from waypost.lib.file_facts import MediaFacts
from waypost.lib.image_headers import BadImage, ImageFacts, read_image
from waypost.lib.images import ImageInspector
from waypost.lib.mime import parse_mime
from waypost.lib.sniff import Sniffed, sniff

_SMALL_BYTES = 1_048_576
_IMAGES = {"image/jpeg", "image/png", "image/webp"}


async def gather_facts(path: Path, declared: str | None, inspector: ImageInspector) -> MediaFacts:
    """Return the facts of the file at `path`; the first bytes and headers are read in a thread. Raises OSError."""
    size, sniffed, structure = await asyncio.to_thread(_look, path)
    image = None if structure is None else await inspector.decoded(path, structure)
    return MediaFacts(parse_mime(declared), declared or "", size, sniffed, image)


def _look(path: Path) -> tuple[int, Sniffed, ImageFacts | BadImage | None]:
    with path.open("rb", buffering=0) as raw:
        size = os.fstat(raw.fileno()).st_size
        # A small file is read at once: every call to the system gives other threads the interpreter, and with many
        # uploads at a time waiting to get it back costs more than the reading.
        with BytesIO(raw.read(size)) if size <= _SMALL_BYTES else BufferedReader(raw) as file:
            sniffed = sniff(file, size)
            return size, sniffed, read_image(file, size) if sniffed.mime in _IMAGES else None
