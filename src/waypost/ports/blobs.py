"""The port of files."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class BlobWriter(Protocol):
    """A file that is being written."""

    @property
    def path(self) -> Path:
        """Where the bytes are for now, to be looked at before they are kept."""
        ...

    @property
    def sha256(self) -> bytes:
        """The hash of what was flushed."""
        ...

    async def write(self, chunk: bytes) -> None:
        """Append; the chunk may be buffered."""
        ...

    async def flush(self) -> None:
        """Hand every byte to the file, so that `path` shows all of it."""
        ...

    async def keep(self) -> "Blob":
        """Store under the content's hash; on return the bytes survive a power cut. Raises StoreDown: nothing is."""
        ...


class Blob(Struct, frozen=True):
    """Stored bytes."""

    sha256: bytes
    size: int


class BlobStore(Protocol):
    """Files by the hash of their content."""

    def writer(self) -> AbstractAsyncContextManager[BlobWriter]:
        """Open a file for writing; leaving without `keep` leaves nothing behind. Raises StoreDown."""
        ...

    def read(self, sha256: bytes, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Read in chunks; raises FileNotFoundError and StoreDown, before the first chunk if it is known by then."""
        ...

    async def link(self, sha256: bytes, *, life: timedelta) -> str | None:
        """Return a URL that gives anybody the bytes for a while, without us; None if the store has no such thing."""
        ...

    async def delete(self, sha256: bytes) -> None:
        """Delete; an unknown hash is ignored. Raises StoreDown."""
        ...

    def kept(self, *, older_than: datetime) -> AsyncGenerator[list[bytes]]:
        """Yield the hashes of what was first kept before this moment, some at a time; each once. Raises StoreDown.

        What is kept or deleted meanwhile may be among them or not. Whoever leaves before the end closes it.
        """
        ...

    async def sweep(self, older_than: datetime) -> int:
        """Remove what crashes left: unfinished files last written before this moment. Returns how many."""
        ...


class BlobLocks(Protocol):
    """What keeps the processes that share a blob store and a database from deleting what another is just keeping.

    Each yields what tells whether the bytes have been locked without a break until now. Within one process nobody may
    keep and delete the same bytes at the same time.
    """

    def keeping(self, sha256: bytes) -> AbstractAsyncContextManager[Callable[[], bool]]:
        """Let nobody delete these bytes; to be entered before they are kept, and left once their row is written.

        A row that was written while they were locked is seen by whoever deletes them later. Raises StoreDown, also
        when somebody takes long to delete them.
        """
        ...

    def deleting(self, sha256: bytes) -> AbstractAsyncContextManager[Callable[[], bool]]:
        """Let nobody keep these bytes, unless somebody is at it: then they are not locked. Raises StoreDown."""
        ...
