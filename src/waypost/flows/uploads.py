"""Resumable uploads: a file comes in as many pieces as its sender needs, and becomes a handle.

A handle stands for an example in a template's header, or for a profile picture. It is no media id: messages cannot
name it. Every piece is durable before it is acknowledged, so that an upload goes on after a restart.

# spec: cloud-api.md#13.9
"""

import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import INVALID_PARAMETER
from waypost.flows.documents import DocumentCollection
from waypost.flows.media_shelf import LIFE, MediaShelf, Origin
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.lib.ids import new_secret
from waypost.model import MediaKey, Medium, Number
from waypost.ports import BlobWriter, Documents
from waypost.rules.media import limit_for

MAX_SESSIONS = 50
"""Unfinished uploads of one number; a new one takes the place of the oldest."""
MAX_NAME_CHARACTERS = 240

_LIFE_MS = to_ms(LIFE)  # of an unfinished upload; its pieces live as long

_BATCH = 200
_PAUSE_SECONDS = 0.02  # between two steps of throwing away, so that requests never wait behind more than one

_KINDS: Mapping[str, str] = {
    "application/pdf": "header_document",
    "image/jpeg": "header_image",
    "image/png": "header_image",
    "video/mp4": "header_video",
}


class Session(Struct):
    """An upload that is not complete."""

    app_id: str
    mime: str
    length: int
    created_ms: int
    filename: str | None = None
    received: int = 0
    pieces: list[MediaKey] = []


class Handle(Struct):
    """What a handle stands for."""

    medium: MediaKey


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is: the handle once it is complete."""

    received: int
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Uploads:
    """The flow, with what it uses."""

    documents: Documents
    shelf: MediaShelf
    clock: Clock
    _busy: set[tuple[str, int]] = field(default_factory=set)
    _sessions: DocumentCollection[Session] = field(init=False)
    _handles: DocumentCollection[Handle] = field(init=False)

    def __post_init__(self) -> None:
        """Open the collections."""
        object.__setattr__(self, "_sessions", DocumentCollection(self.documents, "upload", Session))
        object.__setattr__(self, "_handles", DocumentCollection(self.documents, "upload_handle", Handle))

    async def begin(self, number: Number, app_id: str, *, mime: str, length: int, filename: str | None) -> str:
        """Return the name of a new upload. Raises Refusal for a type or a length that is not taken."""
        mime = "image/jpeg" if mime == "image/jpg" else mime
        kind = _KINDS.get(mime)
        if kind is None:
            raise Refusal(INVALID_PARAMETER, f"file_type is '{mime[:60]}'; it must be one of {', '.join(_KINDS)}.")
        most = limit_for("cloud", kind)
        if not 1 <= length <= most:
            raise Refusal(INVALID_PARAMETER, f"file_length is {length}; it must be from 1 to {most} for {mime}.")
        await self._make_room(number)
        name = new_secret()
        filename = filename[:MAX_NAME_CHARACTERS] if filename else None
        await self._sessions.put(number.id, Session(app_id[:64], mime, length, self.clock.now_ms(), filename), name)
        return name

    async def progress(self, number: Number, name: str) -> Progress:
        """Return how far an upload is. Raises Refusal for an unknown one."""
        return Progress((await self._session(number, name)).received)

    async def remaining(self, number: Number, name: str) -> int:
        """Return how many bytes are missing. Raises Refusal for an unknown upload."""
        session = await self._session(number, name)
        return session.length - session.received

    async def receive(self, number: Number, name: str, offset: int, chunks: AsyncIterator[bytes]) -> Progress:
        """Take the bytes from `offset` on, which must be where the last ones ended. Raises Refusal.

        Chunks may end early: what came is kept, and the upload goes on from there.
        """
        place = name, offset  # who is to go on from there need not wait until whoever brought it has been answered
        if place in self._busy:
            raise _busy()
        self._busy.add(place)  # before the session is read: what another request has just added must be in it
        try:
            session = await self._session(number, name)
            if offset != session.received:
                raise Refusal(
                    INVALID_PARAMETER,
                    f"file_offset is {offset}; go on from {session.received}, as a GET of the upload says.",
                )
            return await self._take(number, name, session, chunks)
        finally:
            self._busy.discard(place)

    async def find(self, number: Number, handle: str) -> Medium | None:
        """Return the file of a handle; None if it is unknown, of another account, or expired."""
        medium = await self.held(number, handle)
        return medium if medium and medium.expires_ms > self.clock.now_ms() else None

    async def held(self, number: Number, handle: str) -> Medium | None:
        """Return the file of a handle, expired or not: a profile picture is shown until it is replaced."""
        kept = await self._handles.get(number.waba_id, handle) if handle else None
        return await self.shelf.by_key(kept.medium) if kept else None

    async def drop_expired(self, waba_id: int) -> None:
        """Forget the handles of an account whose files are gone."""
        after = ""
        while kept := await self._handles.list(waba_id, after=after, limit=_BATCH):
            for handle, each in kept:
                if await self.shelf.by_key(each.medium) is None:
                    await self._handles.remove(waba_id, handle)
            after = kept[-1][0]
            await self.clock.pause(_PAUSE_SECONDS)

    async def _take(self, number: Number, name: str, session: Session, chunks: AsyncIterator[bytes]) -> Progress:
        received = session.received
        async with self.shelf.writer() as writer:
            async for chunk in chunks:
                await writer.write(chunk)
                received += len(chunk)
            if received == session.length and not session.pieces:
                return await self._complete(number, name, session, writer)
            if received > session.received:
                session = await self._with_piece(number, name, session, writer, received)
        if received < session.length:
            return Progress(received)
        async with self.shelf.writer() as writer:
            await self._join(name, session, writer)
            return await self._complete(number, name, session, writer)

    async def _with_piece(
        self, number: Number, name: str, session: Session, writer: BlobWriter, received: int
    ) -> Session:
        """Note one more piece of an upload that is as far as it was. Raises Refusal if it is not."""
        origin = Origin(number.id, "handle", None)
        piece = await self.shelf.keep_as_is(writer, origin, await self.shelf.look(writer, origin))

        def noted(now: Session | None) -> Session:
            if now is None:
                raise _unknown(name)
            if now.received != session.received:
                raise _busy()
            return replace(now, received=received, pieces=[*now.pieces, piece.key])

        try:
            return await self._sessions.change(number.id, noted, name)
        except Refusal:
            await self.shelf.delete(piece)
            raise

    async def _join(self, name: str, session: Session, writer: BlobWriter) -> None:
        for key in session.pieces:
            piece = await self.shelf.by_key(key)
            if piece is None:  # another request has just completed the upload
                raise _unknown(name)
            async for chunk in self.shelf.read(piece):
                await writer.write(chunk)

    async def _complete(self, number: Number, name: str, session: Session, writer: BlobWriter) -> Progress:
        """Keep the whole file under a handle; one of another type than was announced ends the upload."""
        origin = Origin(number.id, "handle", session.mime, session.filename)
        try:
            medium = await self.shelf.keep(writer, origin, dialect="cloud")
            handle = _handle(session, medium)
            await self._handles.put(number.waba_id, Handle(medium.key), handle)
        finally:
            await self._forget(number, name, session)
        return Progress(session.length, handle)

    async def _session(self, number: Number, name: str) -> Session:
        session = await self._sessions.get(number.id, name)
        if session is not None and session.created_ms + _LIFE_MS <= self.clock.now_ms():
            await self._forget(number, name, session)  # its first pieces may be gone
            session = None
        if session is None:
            raise _unknown(name)
        return session

    async def _make_room(self, number: Number) -> None:
        open_now = await self._sessions.list(number.id, limit=MAX_SESSIONS)
        if len(open_now) >= MAX_SESSIONS:
            name, session = min(open_now, key=lambda item: item[1].created_ms)
            await self._forget(number, name, session)

    async def _forget(self, number: Number, name: str, session: Session) -> None:
        await self._sessions.remove(number.id, name)
        for key in session.pieces:
            piece = await self.shelf.by_key(key)
            if piece is not None:
                await self.shelf.delete(piece)


def _unknown(name: str) -> Refusal:
    return Refusal(UNKNOWN_OBJECT, f"There is no upload '{name[:60]}', or it is complete.")


def _busy() -> Refusal:
    return Refusal(INVALID_PARAMETER, "Another request is sending bytes of this upload; wait for its answer.")


def _handle(session: Session, medium: Medium) -> str:
    """Return a new handle.

    # spec: samples/cloud/mgmt_resp_upload_handle.json
    """
    mime = base64.b64encode(session.mime.encode("ascii")).decode("ascii")
    return f"4::{mime}:AR{new_secret()}:e:{medium.expires_ms // 1000}:{session.app_id}:1:AR{new_secret()}"
