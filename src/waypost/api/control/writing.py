"""What a phone's user writes, with its file: in base64, as a part of a form, or stored here already."""

import msgspec
from msgspec import Struct

from waypost.api.control.answers import body_of, unknown
from waypost.api.multipart import FileHead, FileSink, Form, FormLimits, is_multipart, read_form
from waypost.api.routing import Request
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.play import Play, UserFile
from waypost.lib.checked import DamagedError
from waypost.model import InboundMessage
from waypost.wire.inbound import PhoneMessage, UserMedia
from waypost.wire.reading import parse

MAX_FILE_BYTES = 100 * 1024 * 1024  # the largest document that a business gets # spec: error-codes.tsv (131052)
MAX_SENT_BYTES = 2 * MAX_FILE_BYTES  # users can send larger ones yet; those are refused here
MAX_INLINE_BYTES = 24 * 1024 * 1024  # 16 MB of film in base64; a larger file comes as a form


class Writing(Struct, frozen=True):
    """Lets a phone's user write what a request holds."""

    play: Play
    shelf: MediaShelf

    async def __call__(self, request: Request, wa_id: str) -> InboundMessage:
        """Return the message that the user has written. Raises Refusal."""
        return await (self._form(request, wa_id) if is_multipart(request) else self._json(request, wa_id))

    async def _json(self, request: Request, wa_id: str) -> InboundMessage:
        message = (await body_of(request, PhoneMessage, max_bytes=MAX_INLINE_BYTES)).played()
        file = message.file
        if file is None:
            return await self.play.write(wa_id, message, None)
        if file.data is None:
            return await self._stored(wa_id, message, file.id or "")
        async with self.shelf.writer() as writer:
            await writer.write(file.data)
            return await self.play.write(wa_id, message, UserFile(writer, file.mime_type, file.filename))

    async def _stored(self, wa_id: str, message: PhoneMessage, media_id: str) -> InboundMessage:
        """Let the user send the bytes of a file that is stored here; of an id that is not known they are asked for."""
        medium = await self.shelf.by_id(media_id)
        if medium is None:
            return await self.play.write(wa_id, message, None)
        async with self.shelf.writer() as writer:
            try:
                async for chunk in self.shelf.read(medium):
                    await writer.write(chunk)
            except (FileNotFoundError, DamagedError):  # somebody deleted, took or broke it a moment ago
                raise unknown("medium", media_id) from None
            return await self.play.write(wa_id, message, UserFile(writer, medium.mime, medium.filename))

    async def _form(self, request: Request, wa_id: str) -> InboundMessage:
        async with self.shelf.writer() as writer:
            capped = _Capped(writer)
            form = await read_form(request, capped, FormLimits(file_bytes=MAX_SENT_BYTES))
            message = _message_in(form)
            if message.file is not None and capped.is_over:
                return await self.play.write(wa_id, _without_bytes(message, message.file), None)
            if form.file is None:
                return await self.play.write(wa_id, message, None)
            file = UserFile(writer, form.file.content_type, form.file.filename)
            return await self.play.write(wa_id, _named(message, form.file), file)


class _Capped:
    """Hands a file on as long as a business could get it."""

    def __init__(self, writer: FileSink) -> None:
        self.is_over = False
        self._writer = writer
        self._size = 0

    async def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._size += len(data)
        self.is_over = self._size > MAX_FILE_BYTES
        if not self.is_over:
            await self._writer.write(data)


def _message_in(form: Form) -> PhoneMessage:
    """Return the message in a form, whose file is a part beside it. Raises Refusal."""
    if "message" not in form.fields:
        raise Refusal(MISSING_PARAMETER, "The part 'message' is missing: the JSON of the message.")
    message = parse(PhoneMessage, form.fields["message"].encode("utf-8")).played()
    if message.file is not None and message.file.data is not None:
        raise Refusal(INVALID_VALUE, f"{message.type}.data: leave it out beside the part 'file'.")
    return message


def _without_bytes(message: PhoneMessage, file: UserMedia) -> PhoneMessage:
    """Return a message whose file no business gets, as it is too large."""
    return msgspec.structs.replace(message, **{message.type: msgspec.structs.replace(file, unavailable=True)})


def _named(message: PhoneMessage, head: FileHead) -> PhoneMessage:
    """Return a message whose document is called like the file, unless it says otherwise."""
    if message.document is None or message.document.filename is not None:
        return message
    document = msgspec.structs.replace(message.document, filename=(head.filename or "")[:240] or None)
    return msgspec.structs.replace(message, document=document)
