"""Names of media types: read what a caller declares, fold spellings, and go from type to file extension."""

import re

from msgspec import Struct

_WORD = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,127}"
_TYPE = re.compile(rf"({_WORD})/({_WORD})")
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*({_WORD})=(?:({_WORD})|\"([ !#-\[\]-~]*)\")")
_MAX_LENGTH = 255

# Spellings that clients and older WhatsApp pages use, and what they mean.
# spec: media-types-onprem.tsv, media-types.tsv
_ALIASES = {
    "application/x-pdf": "application/pdf",
    "audio/aacp": "audio/aac",
    "audio/acc": "audio/aac",
    "audio/amr-nb": "audio/amr",
    "audio/m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg",
    "audio/mpeg3": "audio/mpeg",
    "audio/opus": "audio/ogg",
    "audio/x-aac": "audio/aac",
    "audio/x-m4a": "audio/mp4",
    "audio/x-mp3": "audio/mpeg",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "video/3gp": "video/3gpp",
    "video/3sp": "video/3gpp",
}

_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS = ("image", "video", "audio", "document", "sticker")
"""Words of ours, not of MIME, that some clients give as the type of a file."""

_EXTENSIONS: dict[str, str] = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/octet-stream": ".bin",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    f"{_OFFICE}presentationml.presentation": ".pptx",
    f"{_OFFICE}spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "video/3gpp": ".3gp",
    "video/mp4": ".mp4",
}


class MimeType(Struct, frozen=True):
    """A declared type: `essence` in lower case with aliases folded, and its parameters in order."""

    essence: str
    parameters: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return "; ".join([self.essence, *(f"{name}={value}" for name, value in self.parameters)])

    def parameter(self, name: str) -> str | None:
        """Return the first parameter of this name, given in lower case."""
        return next((value for key, value in self.parameters if key == name), None)


def parse_mime(declared: str | None) -> MimeType | None:
    """Return the declared type, or None when it is absent or not a MIME type.

    Control characters, line ends and anything beyond 255 characters make it no MIME type, so that what is
    returned can be put into a header.
    """
    if declared is None or len(declared) > _MAX_LENGTH:
        return None
    text = declared.strip(" \t")
    match = _TYPE.match(text)
    parameters = None if match is None else _parse_parameters(text, match.end())
    if match is None or parameters is None:
        return None
    essence = match.group(0).lower()
    return MimeType(_ALIASES.get(essence, essence), parameters)


def _parse_parameters(text: str, at: int) -> tuple[tuple[str, str], ...] | None:
    found: list[tuple[str, str]] = []
    while at < len(text):
        if text[at:].strip(" \t;") == "":  # a trailing semicolon is a common slip
            break
        match = _PARAMETER.match(text, at)
        if match is None:
            return None
        name, token, quoted = match.groups()
        found.append((name.lower(), quoted if token is None else token))
        at = match.end()
    return tuple(found)


def declared_type(field: str | None, part: str | None) -> str | None:
    """Return the type to go by when a form has a `type` field and its file part a Content-Type: the field wins.

    A field that names a kind of message says nothing of the file: the JavaScript client of Kapso sends `type=image`.

    # spec: cloud-api.md#6.1
    """
    return part if part and field in _KINDS else field or part or None


def extension_for(essence: str) -> str:
    """Return the file extension of a type with its dot; `.bin` for a type not known here."""
    return _EXTENSIONS.get(essence, ".bin")
