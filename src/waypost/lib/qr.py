"""Draws QR codes."""

import io
from typing import Literal

Picture = Literal["svg", "png"]
TYPES: dict[Picture, str] = {"svg": "image/svg+xml", "png": "image/png"}


def draw(text: str, kind: Picture) -> bytes:
    """Return a QR code of `text`, at least a few hundred points wide, as a picture of `kind`."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind=kind, scale=12)
    return out.getvalue()
