"""A file that a user sends: what it is, by its name and its first bytes."""

import io
import mimetypes
from dataclasses import dataclass
from pathlib import Path

_KINDS = ("image", "video", "audio")
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file with the kind of message that it makes."""

    data: bytes
    kind: str
    mime_type: str
    filename: str


def sent_file(file: str | Path | bytes, *, kind: str | None, mime_type: str | None, filename: str | None) -> SentFile:
    """Return what is sent; what is not said is found out. A WebP is a sticker."""
    data = file if isinstance(file, bytes) else Path(file).read_bytes()
    name = filename or ("" if isinstance(file, bytes) else Path(file).name)
    mime = mime_type or _type_of(data, name)
    return SentFile(data, kind or _kind_of(mime), mime, name or f"file{mimetypes.guess_extension(mime) or ''}")


def _type_of(data: bytes, name: str) -> str:
    from waypost.lib.sniff import sniff

    return mimetypes.guess_type(name)[0] or sniff(io.BytesIO(data), len(data)).mime or _UNKNOWN


def _kind_of(mime: str) -> str:
    if mime == "image/webp":
        return "sticker"
    family = mime.partition("/")[0]
    return family if family in _KINDS else "document"
