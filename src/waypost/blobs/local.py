"""Media files in a directory, each once, under the hash of its content: `<root>/ab/cd/<sha256>`.

A file is written to `<root>/tmp`, synced, renamed, and its directory synced: the name never shows a half-written file,
and what `keep` returned survives a power cut. A sync that failed is never tried again, because the kernel may have
dropped the pages and would then call the second one a success; the file is removed instead.

Several syncs at once are grouped by the kernel's journal. Grouping them here as well, with one `syncfs` for up to 48
files, gained nothing (1,400-1,800 files of 100 KB a second on the machine that also did 1,400-1,700 without).
"""

import asyncio
import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from waypost.lib.ids import new_secret
from waypost.ports import Blob, StoreDown, StoreRefused

_T = TypeVar("_T")

CHUNK_BYTES = 262_144
_THREADS = 8
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_BLOB = {errno.ENOENT, errno.ELOOP, errno.ENOTDIR}  # O_NOFOLLOW answers a symbolic link with one of the last two
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class NoSpace(StoreDown):
    """The disk that holds the blobs is full, or a quota is; nothing was kept."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"no space is left for media under {root}; free some or enlarge the disk", no_space=True)


def path_of(root: Path, sha256: bytes) -> Path:
    """Return where the file with this hash is under `root`, or would be."""
    name = sha256.hex()
    return root / name[:2] / name[2:4] / name


class LocalBlobs:
    """Files under `root`, which is made when it is missing. Safe for any number of concurrent writers and readers."""

    def __init__(self, root: Path, *, sync: Callable[[int], None] = os.fsync) -> None:
        self._root = root
        self._sync = sync
        self._temporary = root / "tmp"
        self._temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")
        self._in_use: set[str] = set()
        self._durable: set[str] = set()  # first digits of the directories whose own names are known to be synced

    @classmethod
    async def connect(cls, location: str, *, folder: Path, aws: Mapping[str, str]) -> Self:
        """Return the store in a folder; what other stores are told as well is ignored. Raises StoreRefused."""
        _ = folder, aws
        try:
            return cls(Path(location))
        except OSError as error:
            raise StoreRefused(
                f"The media folder {location} cannot be used: {error.strerror}. "
                "Make it writable for this user, or choose another with --media."
            ) from error

    @asynccontextmanager
    async def writer(self) -> "AsyncIterator[LocalWriter]":
        """Open a file for writing; leaving without `keep` leaves nothing behind. Raises `NoSpace`, OSError."""
        path = self._temporary / new_secret()
        self._in_use.add(path.name)
        writer = LocalWriter(self, path)
        try:
            yield writer
        finally:
            if not writer.settled:
                await self.run(writer.discard)
            self._in_use.discard(path.name)

    async def open(self, sha256: bytes) -> "LocalReader | None":
        """Return a reader, to be closed; None when no regular file has this hash (a symbolic link is none)."""
        opened: list[LocalReader | None] = []
        try:
            await self.run(lambda: opened.append(self._open(sha256)))
        except asyncio.CancelledError:
            for reader in filter(None, opened):  # it was opened, but nobody is left to close it
                reader.close()
            raise
        return opened[0]

    async def read(self, sha256: bytes, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield `length` bytes (the rest when None) from `start` in chunks of 256 KiB; raises FileNotFoundError."""
        reader = await self.open(sha256)
        if reader is None:
            raise FileNotFoundError(errno.ENOENT, "no blob has this hash", sha256.hex())
        try:
            async for chunk in reader.chunks(start=start, length=length):
                yield chunk
        finally:
            reader.close()

    async def link(self, sha256: bytes, *, life: timedelta) -> str | None:
        """Return None: nobody but us serves these files."""
        _ = sha256, life
        return None

    async def delete(self, sha256: bytes) -> None:
        """Remove the file; an unknown hash is ignored. Readers that have it open go on reading."""
        await self.run(lambda: self._delete(sha256))

    async def kept(self, *, older_than: datetime) -> AsyncGenerator[list[bytes]]:
        """Yield the hashes of what was first kept before this moment, those of one first byte at a time."""
        for folder in await self.run(lambda: sorted(self._root.glob("[0-9a-f][0-9a-f]"))):
            yield await self.run(partial(self._kept, folder, older_than.timestamp()))

    async def sweep(self, older_than: datetime) -> int:
        """Remove what crashes left: unfinished files last written before this moment. Returns how many."""
        return await self.run(lambda: self._sweep(older_than.timestamp()))

    def path(self, sha256: bytes) -> Path:
        """Return where the file with this hash is, or would be."""
        return path_of(self._root, sha256)

    async def aclose(self) -> None:
        """Let running operations end and stop the threads; close writers and readers first."""
        await asyncio.to_thread(self._threads.shutdown)

    async def run(self, work: Callable[[], _T]) -> _T:
        """Run `work` in a thread and wait for its end even when cancelled: it holds an open file."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # taken, so that nobody reports it as forgotten
            raise
        except OSError as error:
            if error.errno in _FULL:
                raise NoSpace(self._root) from error
            raise

    # -- In threads ----------------------------------------------------------------------------------------------

    def create(self, name: str) -> int:
        """Return a new file in the directory of unfinished ones, open for writing."""
        return os.open(self._temporary / name, _CREATE, 0o600)

    def discard(self, name: str) -> None:
        """Remove an unfinished file if it is still there."""
        (self._temporary / name).unlink(missing_ok=True)

    def finish(self, descriptor: int, name: str, sha256: bytes) -> None:
        """Sync an unfinished file and give it its name for good; on return both survive a power cut."""
        self._sync(descriptor)
        final = sha256.hex()
        directory = self._leaf(final, make=True)
        try:
            # Whoever put the same file there before may not have synced the directory yet, so we do in any case.
            ours = not _is_file(directory, final)
            os.rename(self._temporary / name, final, dst_dir_fd=directory)  # what is there may be damaged by now
            self._sync_names(directory, final, undo=ours)
        finally:
            os.close(directory)

    def _sync_names(self, directory: int, final: str, *, undo: bool) -> None:
        try:
            self._sync(directory)
            self._sync_parents(final)
        except OSError:
            if undo:  # else the next upload of these bytes would find the name and trust it
                os.unlink(final, dir_fd=directory)
            raise

    def _sync_parents(self, final: str) -> None:
        """Sync the directories above, once in our life each: a leaf found there may be one not synced yet."""
        for known, parent in ((final[:4], self._root / final[:2]), (final[:2], self._root)):
            if known in self._durable:
                return
            with _closing(os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as descriptor:
                self._sync(descriptor)
        self._durable.update((final[:4], final[:2]))

    def _leaf(self, final: str, *, make: bool = False) -> int:
        """Return the open directory of a file, going down step by step so that no step is a symbolic link."""
        directory = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in (final[:2], final[2:4]):
            with _closing(directory):
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=directory)
                directory = os.open(part, _DIRECTORY, dir_fd=directory)
        return directory

    def _open(self, sha256: bytes) -> "LocalReader | None":
        final = sha256.hex()
        try:
            with _closing(self._leaf(final)) as directory:
                descriptor = os.open(final, _READ, dir_fd=directory)
        except OSError as error:
            if error.errno in _NO_BLOB:
                return None
            raise
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            os.close(descriptor)
            return None
        return LocalReader(self, descriptor, facts.st_size)

    def _delete(self, sha256: bytes) -> None:
        final = sha256.hex()
        with contextlib.suppress(FileNotFoundError), _closing(self._leaf(final)) as directory:
            os.unlink(final, dir_fd=directory)

    def _kept(self, folder: Path, before: float) -> list[bytes]:
        found = []
        for path in folder.glob(f"[0-9a-f][0-9a-f]/{folder.name}*"):
            with contextlib.suppress(FileNotFoundError, ValueError):  # deleted meanwhile, or nothing of ours
                facts, sha256 = path.lstat(), bytes.fromhex(path.name)
                if stat.S_ISREG(facts.st_mode) and facts.st_mtime < before and self.path(sha256) == path:
                    found.append(sha256)
        return sorted(found)

    def _sweep(self, before: float) -> int:
        removed = 0
        with os.scandir(self._temporary) as entries:
            for entry in entries:
                if entry.name in self._in_use:
                    continue
                with contextlib.suppress(FileNotFoundError):
                    if entry.stat(follow_symlinks=False).st_mtime < before:
                        Path(entry.path).unlink()
                        removed += 1
        return removed


class LocalWriter:
    """A file that is being written, hashed on the way; for one task at a time."""

    def __init__(self, blobs: LocalBlobs, path: Path) -> None:
        self._blobs = blobs
        self._path = path
        self._descriptor: int | None = None
        self._hash = hashlib.sha256()
        self._size = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._taken = False
        self.settled = True
        """Whether nothing of this writer is left among the unfinished files."""

    @property
    def path(self) -> Path:
        """Where the bytes are for now; all of them after `flush`."""
        return self._path

    @property
    def size(self) -> int:
        """How many bytes were written so far, buffered ones too."""
        return self._size + self._waiting_bytes

    @property
    def sha256(self) -> bytes:
        """The hash of what was flushed."""
        return self._hash.digest()

    async def write(self, chunk: bytes) -> None:
        """Append; buffered up to 256 KiB, so that small chunks cost no trip to a thread each."""
        self._waiting.append(chunk)
        self._waiting_bytes += len(chunk)
        if self._waiting_bytes >= CHUNK_BYTES:
            await self._blobs.run(self._write_out)

    async def flush(self) -> None:
        """Hand every byte to the file; nothing is synced yet."""
        await self._blobs.run(self._write_out)

    async def keep(self) -> Blob:
        """Sync and store under the content's hash; once. Raises `NoSpace`, OSError: then nothing was kept."""
        return await self._blobs.run(self._keep)

    # -- In threads ----------------------------------------------------------------------------------------------

    def _write_out(self) -> None:
        if self._descriptor is None:
            if self._taken:
                raise ValueError("this file was kept already, or writing or keeping it failed; open another writer")
            self.settled = False
            self._descriptor = self._blobs.create(self._path.name)
        chunks, self._waiting, self._waiting_bytes = self._waiting, [], 0
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._size += len(data)
        self._hash.update(data)
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            self.discard()  # or `keep` would store what is there of the bytes under the hash of all of them
            self._taken = True
            raise

    def _keep(self) -> Blob:
        self._write_out()
        sha256 = self._hash.digest()
        with _closing(self._take()) as descriptor:
            self._blobs.finish(descriptor, self._path.name, sha256)
        self.settled = True
        return Blob(sha256, self._size)

    def _take(self) -> int:
        """Hand over the file, so that nothing can be written or synced a second time."""
        descriptor, self._descriptor = self._descriptor, None
        self._taken = True
        if descriptor is None:
            raise ValueError("this file is not open")
        return descriptor

    def discard(self) -> None:
        """Close the file and remove it, unless it has its name for good."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._blobs.discard(self._path.name)


class LocalReader:
    """An open file: `size` bytes. Close it, or use it in a `with` block."""

    def __init__(self, blobs: LocalBlobs, descriptor: int, size: int) -> None:
        self._blobs = blobs
        self._descriptor = descriptor
        self.size = size

    async def chunks(self, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield `length` bytes (the rest when None) from `start` on in chunks of 256 KiB."""
        end = self.size if length is None else min(self.size, start + length)
        while start < end:
            size = min(CHUNK_BYTES, end - start)
            chunk = self._at_hand(size, start)
            if not chunk:
                chunk = await self._blobs.run(partial(os.pread, self._descriptor, size, start))
            if not chunk:
                return
            start += len(chunk)
            yield chunk

    def _at_hand(self, size: int, start: int) -> bytes:
        """Return what the system has in memory of these bytes, without waiting; nothing if it has to ask the disk."""
        buffer = bytearray(size)
        try:
            count = os.preadv(self._descriptor, [buffer], start, os.RWF_NOWAIT)
        except OSError:  # not in memory, or a file system that cannot tell
            return b""
        return bytes(memoryview(buffer)[:count])

    def close(self) -> None:
        """Close the file; twice is harmless."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_file(directory: int, name: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False
