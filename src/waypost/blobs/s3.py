"""Media files in an S3-compatible store, each once, under the hash of its content: `<prefix>/ab/cd/<sha256>`.

A file is first written to a local folder while it is hashed and looked at, because only then its key is known, and
what is refused never travels. It goes up in one request, above 5 MiB in parts; the store shows it under its key once it
has all of it. What is there already is not sent again. Reading asks for 1 MiB at a time: a slow reader holds no
connection, and each request has a time limit of its own.
"""

import errno
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from waypost.blobs.local import CHUNK_BYTES, LocalBlobs, LocalWriter
from waypost.blobs.s3_bucket import Bucket
from waypost.blobs.s3_trouble import S3Trouble
from waypost.lib import log
from waypost.ports import Blob, StoreRefused

WINDOW_BYTES = 4 * CHUNK_BYTES

_log = log.Log("waypost.blobs")


class S3Blobs:
    """Objects in a bucket. Safe for any number of concurrent writers and readers."""

    def __init__(self, bucket: Bucket, spool: LocalBlobs) -> None:
        self._bucket = bucket
        self._spool = spool

    @classmethod
    async def connect(cls, location: str, *, folder: Path, aws: Mapping[str, str]) -> Self:
        """Try the bucket at `bucket/prefix?...`; files on their way lie in `folder`.

        Raises StoreRefused when only a change of the settings can help. A bucket that does not answer is taken all
        the same: media wait for it, and messages without any need not.
        """
        bucket = Bucket.at(location, aws)
        try:
            await bucket.check()
        except S3Trouble as trouble:
            if trouble.lasting:
                await bucket.aclose()
                raise StoreRefused(f"{trouble} {trouble.advice}") from None
            _log.error("media_store.down", why=str(trouble), advice=trouble.advice)
        return cls(bucket, LocalBlobs(folder / "spool"))

    @asynccontextmanager
    async def writer(self) -> "AsyncIterator[S3Writer]":
        """Open a file for writing; leaving without `keep` leaves nothing behind. Raises `NoSpace`, S3Trouble, OSError.

        After trouble the store is asked first, so that nobody sends or fetches a file only to hear that it is down.
        """
        if self._bucket.in_doubt:
            await self._bucket.size(_key(bytes(32)))
        async with self._spool.writer() as local:
            yield S3Writer(self._bucket, local)

    async def read(self, sha256: bytes, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield `length` bytes (the rest when None) from `start` in chunks of 256 KiB.

        Raises FileNotFoundError, in the midst too if the object vanishes then; S3Trouble.
        """
        key = _key(sha256)
        size = await self._bucket.size(key)
        if size is None:
            raise FileNotFoundError(errno.ENOENT, "no blob has this hash", sha256.hex())
        end = size if length is None else min(size, start + length)
        while start < end:
            window = await self._bucket.get(key, start, min(end, start + WINDOW_BYTES))
            for at in range(0, len(window), CHUNK_BYTES):
                yield window[at : at + CHUNK_BYTES]
            start += len(window)

    async def link(self, sha256: bytes, *, life: timedelta) -> str | None:
        """Return a signed URL of the object; it is not asked whether there is one. Raises S3Trouble."""
        return await self._bucket.link(_key(sha256), life)

    async def delete(self, sha256: bytes) -> None:
        """Delete the object; an unknown hash is ignored. Raises S3Trouble."""
        await self._bucket.delete(_key(sha256))

    async def kept(self, *, older_than: datetime) -> AsyncGenerator[list[bytes]]:
        """Yield the hashes of what was first kept before this moment, those of one answer at a time. Raises S3Trouble.

        Everything is listed in one go: most of the 256 first bytes have nothing, and each would cost a request.
        """
        async with aclosing(self._bucket.everything()) as pages:
            async for page in pages:
                hashes = [_hash_of(key) for key, stored_at in page if stored_at < older_than]
                yield [sha256 for sha256 in hashes if sha256 is not None]

    async def sweep(self, older_than: datetime) -> int:
        """Remove unfinished local files last written before this moment. Returns how many."""
        return await self._spool.sweep(older_than)

    async def aclose(self) -> None:
        """Let running operations end; close writers and readers first."""
        await self._spool.aclose()
        await self._bucket.aclose()


class S3Writer:
    """A file that is written to the local folder, and goes up when it is kept; for one task at a time."""

    def __init__(self, bucket: Bucket, local: LocalWriter) -> None:
        self._bucket = bucket
        self._local = local
        self._taken = False

    @property
    def path(self) -> Path:
        """Where the bytes are for now; all of them after `flush`."""
        return self._local.path

    @property
    def sha256(self) -> bytes:
        """The hash of what was flushed."""
        return self._local.sha256

    async def write(self, chunk: bytes) -> None:
        """Append; buffered up to 256 KiB. Raises `NoSpace` when the local disk is full."""
        await self._local.write(chunk)

    async def flush(self) -> None:
        """Hand every byte to the local file."""
        await self._local.flush()

    async def keep(self) -> Blob:
        """Store under the content's hash, unless it is there; once. Raises S3Trouble: then nothing was kept."""
        if self._taken:
            raise ValueError("this file was kept already, or keeping it failed; open another writer")
        self._taken = True
        await self._local.flush()
        blob = Blob(self._local.sha256, self._local.size)
        key = _key(blob.sha256)
        if await self._bucket.size(key) != blob.size:
            await self._bucket.put(key, self._local.path, blob.size)
        return blob


def _key(sha256: bytes) -> str:
    name = sha256.hex()
    return f"{name[:2]}/{name[2:4]}/{name}"


def _hash_of(key: str) -> bytes | None:
    """Return the hash that a key stands for; None if it is nothing of ours."""
    try:
        sha256 = bytes.fromhex(key.rpartition("/")[2])
    except ValueError:
        return None
    return sha256 if len(sha256) == 32 and _key(sha256) == key else None
