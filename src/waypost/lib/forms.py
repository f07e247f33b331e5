"""Multipart forms as a program sends them, with one file. What comes in is read by `api/multipart.py`."""

from collections.abc import Mapping
from typing import NamedTuple

from waypost.lib.ids import new_secret

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # as browsers write names


class Form(NamedTuple):
    """A whole form."""

    body: bytes
    content_type: str


def form_of(fields: Mapping[str, str], file: bytes, *, filename: str, mime: str) -> Form:
    """Return a form of plain fields, and of the part `file` behind them."""
    boundary = f"waypost-{new_secret()}"  # nobody can have put it into a file
    part = f"--{boundary}\r\nContent-Disposition: form-data; name="
    plain = "".join(f'{part}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    head = f'{part}"file"; filename="{filename.translate(_ESCAPES)}"\r\nContent-Type: {mime}\r\n\r\n'
    body = f"{plain}{head}".encode() + file + f"\r\n--{boundary}--\r\n".encode()
    return Form(body, f"multipart/form-data; boundary={boundary}")
