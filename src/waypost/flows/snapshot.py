"""Snapshot: write down everything that is stored as one document, and bring a server to what a document says."""

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import msgspec
from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import BAD_REQUEST, INVALID_VALUE
from waypost.lib.clock import Clock, at
from waypost.ports import BadDump, BlobStore, Dump, Snapshots, Table
from waypost.wire.control.snapshot import FORMAT, VERSION, Restored, Snapshot, SnapshotHead

_BASE64_STEP = 3  # bytes that make whole signs of base64, so that pieces can be put one after another

Reload = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]
"""Lets go of everything in memory, awaits what it is given, and reads everything anew."""

Alone = Callable[[], AbstractAsyncContextManager[None]]
"""Keeps requests out while it is held, and waits for those at work."""


class Snapshotting(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Snapshots
    blobs: BlobStore
    clock: Clock
    reload: Reload
    alone: Alone

    async def write(self, *, with_media: bool) -> AsyncIterator[bytes]:
        """Yield the document in pieces; files come one after another and are never held whole."""
        dump = await self.store.dump()
        hashes = await self.store.stored_hashes() if with_media else []
        tables = msgspec.Raw(msgspec.json.encode(dump.tables))
        head = Snapshot(FORMAT, VERSION, at(self.clock.now_ms()), dump.shape, tables)
        yield msgspec.json.encode(head).removesuffix(b"}}")  # the end of `media`, which is empty, and of the document
        comma = b""
        for sha256 in hashes:
            async for piece in self._file(sha256, comma):
                yield piece
                comma = b","
        yield b"}}"

    async def read(self, raw: bytes) -> Restored:
        """Replace everything that is stored by what a document says; durable on return, or nothing has changed.

        Raises Refusal for what is no snapshot, or one of another version.
        """
        snapshot = _parsed(raw)
        dump = Dump(snapshot.shape, _tables(snapshot))
        try:
            await self.store.check_dump(dump)
        except BadDump as error:
            raise Refusal(INVALID_VALUE, f"This snapshot cannot be used here: {error}.") from None
        for name, content in snapshot.media.items():
            await self._keep(name, content)
        missing = [sha256 for sha256 in _hashes(dump.tables["media"]) if not await self._has(sha256)]
        async with self.alone():
            await self._replace(dump, missing)
        return Restored(len(dump.tables["numbers"].rows), len(dump.tables["messages"].rows), len(missing))

    async def _replace(self, dump: Dump, missing: list[bytes]) -> None:
        """Replace everything by a dump; if something in it cannot be read after all, go back to what there was."""
        before = await self.store.dump()
        try:
            await self.reload(lambda: self.store.restore(dump, missing=missing))
        except (msgspec.MsgspecError, ValueError, TypeError, LookupError) as error:
            await self.reload(lambda: self.store.restore(before))
            raise Refusal(INVALID_VALUE, f"This snapshot cannot be used here: {str(error)[:300]}.") from None

    async def _file(self, sha256: bytes, comma: bytes) -> AsyncIterator[bytes]:
        """Yield a file as a member of `media`; nothing if it was deleted meanwhile."""
        rest, begun = b"", False
        try:
            async for chunk in self.blobs.read(sha256):
                if not begun:
                    yield b'%b"%b":"' % (comma, sha256.hex().encode("ascii"))
                begun, content = True, rest + chunk
                whole = len(content) - len(content) % _BASE64_STEP
                rest = content[whole:]
                yield base64.b64encode(content[:whole])
        except FileNotFoundError:
            return
        if begun:
            yield base64.b64encode(rest) + b'"'

    async def _keep(self, name: str, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != name:
            raise Refusal(INVALID_VALUE, f"media.{name[:64]}: the bytes have another SHA-256; the snapshot is damaged.")
        async with self.blobs.writer() as writer:
            await writer.write(content)
            await writer.flush()
            await writer.keep()

    async def _has(self, sha256: bytes) -> bool:
        try:
            async for _ in self.blobs.read(sha256, length=1):
                break
        except FileNotFoundError:
            return False
        return True


def _parsed(raw: bytes) -> Snapshot:
    try:
        head = msgspec.json.decode(raw, type=SnapshotHead)
        if head.format != FORMAT or head.version != VERSION:
            told = f"{head.format[:40]!r} version {head.version}"
            raise Refusal(INVALID_VALUE, f"This is {told}; the server reads {FORMAT!r} version {VERSION} only.")
        return msgspec.json.decode(raw, type=Snapshot)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(BAD_REQUEST, f"The body is no snapshot: {str(error)[:200]}.") from None


def _tables(snapshot: Snapshot) -> dict[str, Table]:
    try:
        return msgspec.json.decode(bytes(snapshot.tables), type=dict[str, Table])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(BAD_REQUEST, f"The snapshot's tables cannot be read: {str(error)[:200]}.") from None


def _hashes(media: Table) -> list[bytes]:
    place = media.columns.index("sha256")
    return sorted({base64.b64decode(row[place]) for row in media.rows})
