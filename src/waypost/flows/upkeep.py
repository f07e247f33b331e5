"""Upkeep: deletes what nobody can use any more, a little at a time.

Logins and media go when they have expired, handles together with their media, idempotency keys after 48 hours, and
files that a crash left without a row once they are an hour old. None of these worked any more. Media of profile
pictures, and of numbers that delete their files themselves, get another life instead. Messages that have ended go when
they have been kept for as long as the settings say, or a number's own settings.
"""

from contextlib import aclosing
from datetime import timedelta

from msgspec import Struct

from waypost.flows.accept import KEY_LIFE_MS
from waypost.flows.collector import Collector
from waypost.flows.directory import Directory
from waypost.flows.documents import OnePerNumber
from waypost.flows.media_shelf import LIFE, MediaShelf
from waypost.flows.previews import Previews
from waypost.flows.uploads import Uploads
from waypost.lib.clock import Clock, at
from waypost.lib.durations import to_ms
from waypost.model import MediaKey
from waypost.ports import BlobStore, Housekeeping
from waypost.wire.profile import Profile

MEDIA_GRACE_MS = to_ms(timedelta(days=1))
"""How long an expired medium stays, for messages that were accepted while it was good."""
ORPHAN_AGE = timedelta(hours=1)
"""How old a file without a row must be, in real time."""

_BATCH = 200
_PAUSE_SECONDS = 0.02  # between two steps, so that requests never wait behind more than one


class Upkeep(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Housekeeping
    blobs: BlobStore
    shelf: MediaShelf
    directory: Directory
    uploads: Uploads
    profiles: OnePerNumber[Profile]
    collector: Collector
    previews: Previews
    clock: Clock
    keep_ms: int | None
    """How long what has ended is kept; None: for ever."""

    async def __call__(self) -> None:
        """Drop everything that has expired; may be repeated after a failure, and then goes on.

        Each step asks for the time anew: a reset may have set it back, and what came since is young.
        """
        await self._drop_tokens()
        await self._drop_keys()
        await self._drop_media()
        for number in self.directory.numbers():
            await self.previews.drop_old(number.id)
        for waba_id in {number.waba_id for number in self.directory.numbers()}:
            await self.uploads.drop_expired(waba_id)
        await self._drop_messages()

    async def drop_orphans(self) -> int:
        """Walk through all files and delete those without a medium; return how many.

        Such a file is left by a crash between the file and its row, by a reset, and by a deletion while the blob store
        was away.
        """
        before = at(1000 * self.clock.wall_seconds()) - ORPHAN_AGE
        dropped = 0
        async with aclosing(self.blobs.kept(older_than=before)) as pages:
            async for kept in pages:
                for sha256 in await self.store.blobs_without_rows(kept) if kept else ():
                    dropped += await self.shelf.drop_orphan(sha256, self.store)
                await self.clock.pause(_PAUSE_SECONDS)
        return dropped

    async def _drop_tokens(self) -> None:
        while hashes := await self.store.drop_expired_tokens(self.clock.now_ms(), _BATCH):
            self.directory.forget(hashes)
            await self.clock.pause(_PAUSE_SECONDS)

    async def _drop_keys(self) -> None:
        while await self.store.drop_old_keys(self.clock.now_ms() - KEY_LIFE_MS, _BATCH):
            await self.clock.pause(_PAUSE_SECONDS)

    async def _drop_messages(self) -> None:
        if self.keep_ms is not None:
            await self.collector.all(max(self.keep_ms, KEY_LIFE_MS))  # a key stands for its message
        for number in self.directory.numbers():
            if number.drops_old_messages:
                await self.collector.of_number(number.id)

    async def _drop_media(self) -> None:
        while media := await self.store.expired_media(self.clock.now_ms() - MEDIA_GRACE_MS, _BATCH):
            pictures = await self._pictures()
            for medium in media:
                if medium.key in pictures or not self.shelf.is_over(medium, self.clock.now_ms() - MEDIA_GRACE_MS):
                    await self.store.renew_medium(medium.key, self.clock.now_ms() + to_ms(LIFE))
                else:
                    await self.shelf.delete(medium)
            await self.clock.pause(_PAUSE_SECONDS)

    async def _pictures(self) -> set[MediaKey]:
        """Return the media that profiles show."""
        found = [
            await self.uploads.held(number, (await self.profiles.get(number)).profile_picture_handle)
            for number in self.directory.numbers()
        ]
        return {medium.key for medium in found if medium is not None}
