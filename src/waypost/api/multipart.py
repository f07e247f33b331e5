"""Forms with a file: parsed as they arrive, the file handed on in large pieces and never held whole."""

import re
from typing import Protocol

from msgspec import Struct, field
from multipart import (  # type: ignore[import-untyped]  # it brings no types
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from waypost.api.routing import BodyTooLarge, HTTPProblem, Request
from waypost.errors import Refusal
from waypost.errors.requests import UNEXPECTED_PARAMETER
from waypost.lib.filenames import clean_filename

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")  # RFC 2046, 5.1.1
_PIECE_BYTES = 240_000  # the event loop reads 256,000 at once: most pieces go to the sink without a copy
_FORM_OVERHEAD_BYTES = 64 * 1024  # boundaries and part headers
_HEADER_BYTES = 4096


class BadForm(HTTPProblem):
    """Raised for a body that is not an acceptable form."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, reason)


class FormLimits(Struct, frozen=True):
    """How large a form may be."""

    file_bytes: int
    field_bytes: int = 64 * 1024
    parts: int = 10

    @property
    def form_bytes(self) -> int:
        """The largest body that can be a form within these limits."""
        return self.file_bytes + (self.field_bytes + _FORM_OVERHEAD_BYTES) * self.parts


class FileSink(Protocol):
    """Where a file's bytes go."""

    async def write(self, data: bytes) -> object:
        """Take the next bytes; on return they may be forgotten by the caller. What it returns is ignored."""
        ...


class FileHead(Struct, frozen=True):
    """What a file's part says of it; all of it the client's word."""

    filename: str | None
    content_type: str | None


class Form(Struct):
    """A form that was read to its end."""

    fields: dict[str, str] = field(default_factory=dict)
    file: FileHead | None = None
    """Of the file that was written whole to the sink."""


def is_multipart(request: Request) -> bool:
    """Return whether a request says that its body has several parts."""
    return (request.header(b"content-type") or b"").lower().startswith(b"multipart/")


async def read_form(request: Request, file_sink: FileSink | None, limits: FormLimits) -> Form:
    """Read the form of `request`; its one part named `file` goes to the sink, the others are text.

    Parts may come in any order. Raises BadForm, BodyTooLarge, BodyTooSlow, ClientGone; what the sink was given by then
    is not a whole file. Raises Refusal for a file where there is no sink.
    """
    parser = _Parser(
        _boundary_of(request),
        max_header_size=_HEADER_BYTES,
        max_header_count=8,
        max_segment_count=limits.parts,
    )
    reader = _FormReader(file_sink, limits)
    try:
        async for piece in request.stream(limits.form_bytes):
            for event in parser.parse(piece):
                await reader.take(event)
        parser.close()
    except MultipartError as error:
        # What follows the sentence is an exception of Python, where there is one.
        raise BadForm(f"The form is not valid multipart/form-data: {error.args[0]}.") from None
    return reader.form


def _boundary_of(request: Request) -> str:
    value = (request.header(b"content-type") or b"").decode("latin-1")
    kind, options = parse_options_header(value)
    if kind != "multipart/form-data":
        raise HTTPProblem(415, "The body must be of type multipart/form-data.")
    boundary: str = options.get("boundary", "")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise BadForm("The Content-Type needs a boundary of 1 to 70 characters, as RFC 2046 allows them.")
    return boundary


class _Parser(PushMultipartParser):  # type: ignore[misc]  # it brings no types
    """Refuses a line break within a line of a part's head; the library does only if a packet ends in that line."""

    def _on_segment_headerline(self, line: bytes) -> None:
        # Later it cannot be told: around a name line breaks are taken away as spaces are.
        if b"\n" in line:
            raise MultipartError("Invalid line break in segment header")
        super()._on_segment_headerline(line)


class _FormReader:
    """Turns the parser's events into a form."""

    def __init__(self, file_sink: FileSink | None, limits: FormLimits) -> None:
        self.form = Form()
        self._file_sink = file_sink
        self._limits = limits
        self._name = ""
        self._sink: FileSink | None = None  # in the part named file
        self._head = FileHead(None, None)
        self._pieces: list[bytes] = []
        self._piece_bytes = 0
        self._size = 0

    async def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if event is None:
            await self._end_part()
        elif isinstance(event, MultipartSegment):
            await self._begin_part(event)
        else:
            await self._take_bytes(bytes(event))

    async def _begin_part(self, part: MultipartSegment) -> None:
        self._name = part.name
        if not self._name:
            raise BadForm("A part of the form has no name.")
        if self._name in self.form.fields or (self._name == "file" and self.form.file is not None):
            raise BadForm(f"The form has two parts named {self._name[:40]!a}; each name may come once.")
        self._size = 0
        if self._name == "file":
            self._head = FileHead(_filename_of(part), _content_type_of(part))
            if self._file_sink is None:
                raise Refusal(
                    UNEXPECTED_PARAMETER, "The form holds a file, which this call does not take; leave it out."
                )
            self._sink = self._file_sink
        elif part.filename is not None:
            raise BadForm(f"The part {self._name[:40]!a} has a file name; the file must be the part named file.")

    async def _take_bytes(self, data: bytes) -> None:
        self._size += len(data)
        if self._sink is None and self._size > self._limits.field_bytes:
            raise BadForm(f"The field {self._name[:40]!a} is larger than {self._limits.field_bytes} bytes.")
        if self._size > self._limits.file_bytes and self._sink is not None:
            raise BodyTooLarge(self._limits.file_bytes)
        self._pieces.append(data)
        self._piece_bytes += len(data)
        if self._sink is not None and self._piece_bytes >= _PIECE_BYTES:
            await self._sink.write(self._gathered())

    async def _end_part(self) -> None:
        if self._sink is None:
            self.form.fields[self._name] = _text_of(self._name, self._gathered())
            return
        if self._pieces:
            await self._sink.write(self._gathered())
        self.form.file = self._head
        self._sink = None

    def _gathered(self) -> bytes:
        data = b"".join(self._pieces)  # of a single piece it is the piece itself
        self._pieces.clear()
        self._piece_bytes = 0
        return data


def _content_type_of(part: MultipartSegment) -> str | None:
    value = part.header("Content-Type")
    return value if value is None or value.isprintable() else None


def _text_of(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadForm(f"The field {name[:40]!a} is not valid UTF-8.") from None


def _filename_of(part: MultipartSegment) -> str | None:
    return (clean_filename(part.filename) or "file") if part.filename else None
