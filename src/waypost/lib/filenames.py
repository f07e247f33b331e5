"""File names that strangers send: what may be shown of them; no path is ever made of one."""

from email.message import Message
from typing import Any
from urllib.parse import quote, unquote

MAX_NAME_BYTES = 240
_MAX_ENDING_BYTES = 20


def filename_of(disposition: str | None, target: str) -> str | None:
    """Return the name that a Content-Disposition header gives, else the last part of the path of `target`."""
    named = clean_filename(_dispositioned(disposition)) if disposition else None
    return named or clean_filename(unquote(target.partition("?")[0]))


def clean_filename(text: str) -> str | None:
    """Return a stranger's file name as it may be shown and given back; None if nothing of it is left.

    Folders go, of either system's spelling, and so do control characters and signs that turn the reading direction, so
    that no name can pretend to another ending. At most 240 bytes of UTF-8 stay, the ending among them.
    """
    component = text.replace("\\", "/").rsplit("/", 1)[-1]
    name = _shortened("".join(filter(str.isprintable, component)).strip()).rstrip()
    return name if name.strip(".") else None


def content_disposition(filename: str) -> bytes:
    """Return the header value that offers a download as `filename` (RFC 6266, with RFC 5987 beyond ASCII)."""
    name = clean_filename(filename) or "file"
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%;' else "_" for sign in name)
    value = f'attachment; filename="{plain}"'
    if plain != name:
        value += f"; filename*=UTF-8''{quote(name, safe='')}"
    return value.encode("ascii")


def _shortened(name: str) -> str:
    if len(name.encode("utf-8")) <= MAX_NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = (dot + extension).encode("utf-8")
    if not stem or len(ending) > _MAX_ENDING_BYTES:
        stem, ending = name, b""
    return (stem.encode("utf-8")[: MAX_NAME_BYTES - len(ending)] + ending).decode("utf-8", "ignore")


def _dispositioned(header: str) -> str:
    # The standard library knows quoting and both spellings of the parameter (RFC 6266, RFC 8187), but it would take
    # any codec of Python for the charset.
    message = Message()
    message["Content-Disposition"] = header
    # Any: a value in the extended spelling is a triple, which the types of the library leave out.
    try:
        given: list[tuple[str, Any]] = list(message.get_params([], header="Content-Disposition"))
    except (TypeError, ValueError):  # numbered parts of a value (RFC 2231) that cannot be put in order
        return ""
    names = [value for name, value in given if name.lower() == "filename"]
    # Of two spellings the extended one counts: the other is for programs that do not know it (RFC 6266, 4.3).
    extended: tuple[str | None, str | None, str] | None = next(
        (name for name in names if isinstance(name, tuple)), None
    )
    if extended is None:
        plain: str = names[0] if names else ""
        return plain
    charset, _, text = extended
    codec = "latin-1" if (charset or "").lower() == "iso-8859-1" else "utf-8"
    return text.encode("latin-1", "replace").decode(codec, "replace")
