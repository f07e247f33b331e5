"""Files that are named on the command line."""

import base64
import mimetypes
from pathlib import Path

_TYPES = {
    ".ogg": "audio/ogg; codecs=opus",
    ".opus": "audio/ogg; codecs=opus",
    ".webp": "image/webp",
    ".3gp": "video/3gpp",
}
"""What messaging calls some types that the system's table calls otherwise, or not at all."""


def type_of(path: Path) -> str:
    """Return the MIME type that a file's name says; of an unknown name that of plain bytes."""
    return _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def inline(path: Path) -> dict[str, str]:
    """Return a file as a phone sends it over the control API: its bytes in base64, and its type. Raises OSError."""
    return {"data": base64.b64encode(path.read_bytes()).decode("ascii"), "mime_type": type_of(path)}
