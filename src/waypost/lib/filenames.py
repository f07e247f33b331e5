"""File names that strangers send: what may be shown of them; no path is ever made of one."""

from email.message import Message
from urllib.parse import unquote

MAX_NAME_LENGTH = 240


def filename_of(disposition: str | None, target: str) -> str | None:
    """Return the name that a Content-Disposition header gives, else the last part of the path of `target`."""
    named = clean_filename(_dispositioned(disposition)) if disposition else None
    return named or clean_filename(unquote(target.partition("?")[0]))


def clean_filename(text: str) -> str | None:
    """Return the last path component of `text` without unprintable characters, at most 240 long; None if none is left.

    Signs that turn the reading direction are among the unprintable, so that no name can pretend to another ending.
    """
    component = text.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(sign for sign in component if sign.isprintable()).strip()
    if not printable.strip("."):
        return None
    stem, dot, ending = printable.rpartition(".")
    room = MAX_NAME_LENGTH - len(dot + ending)
    return stem[:room] + dot + ending if stem and room > 0 else printable[:MAX_NAME_LENGTH]


def _dispositioned(header: str) -> str:
    # The standard library knows quoting and both spellings of the parameter (RFC 6266, RFC 8187), but it would take
    # any codec of Python for the charset.
    message = Message()
    message["Content-Disposition"] = header
    value = message.get_param("filename", "", header="Content-Disposition")
    if not isinstance(value, tuple):
        return value
    charset, _, text = value
    codec = "latin-1" if (charset or "").lower() == "iso-8859-1" else "utf-8"
    return text.encode("latin-1", "replace").decode(codec, "replace")
