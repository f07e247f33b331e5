"""Reading media: whole or in part, and nothing of a file that was damaged where it lies.

A file has one hash, that of all its bytes. So what is not hashed on its way, a part or a large document, is read only
of a file that was found sound within the hour: the first part that is asked for waits until all of it has been read.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from weakref import WeakValueDictionary

from msgspec import Struct, field

from waypost.lib import streams
from waypost.lib.checked import checked
from waypost.lib.clock import Clock
from waypost.model import Medium
from waypost.ports import BlobStore

CHECKED_BYTES = 16 * 1024 * 1024
"""Up to here a whole file is hashed each time: all but large documents, which would come at a fifth of the speed."""
SOUND_FOR = timedelta(hours=1)
_REMEMBERED = 10_000


class MediaReading(Struct, frozen=True):
    """Reads from `blobs`, and remembers which files were found sound."""

    blobs: BlobStore
    clock: Clock
    _sound: dict[bytes, float] = field(default_factory=dict)
    """When each was found sound, the oldest first; by monotonic time, in seconds."""
    _hashing: WeakValueDictionary[bytes, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def __call__(self, medium: Medium, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Read in chunks. Raises DamagedError, and what the store does.

        Of a damaged file no part is yielded, and of a whole one not its last chunk.
        """
        if start or length not in (None, medium.size):
            return self._part(medium, start, length)
        if medium.size > CHECKED_BYTES and self._is_sound(medium):
            return self.blobs.read(medium.sha256)
        return self._hashed(medium)

    async def _hashed(self, medium: Medium) -> AsyncIterator[bytes]:
        self._sound.pop(medium.sha256, None)
        chunks = checked(self.blobs.read(medium.sha256), medium.sha256)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await streams.close(chunks)
        self._note_sound(medium)

    async def _part(self, medium: Medium, start: int, length: int | None) -> AsyncIterator[bytes]:
        async with self._hashing.setdefault(medium.sha256, asyncio.Lock()):  # of several at once, one reads it through
            if not self._is_sound(medium):
                async for _ in self._hashed(medium):
                    pass
        chunks = self.blobs.read(medium.sha256, start=start, length=length)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await streams.close(chunks)

    def _is_sound(self, medium: Medium) -> bool:
        found_at = self._sound.get(medium.sha256)
        return found_at is not None and self.clock.monotonic() - found_at < SOUND_FOR.total_seconds()

    def _note_sound(self, medium: Medium) -> None:
        self._sound.pop(medium.sha256, None)
        self._sound[medium.sha256] = self.clock.monotonic()
        if len(self._sound) > _REMEMBERED:
            del self._sound[next(iter(self._sound))]
