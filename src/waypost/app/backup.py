"""Backup and restore of the embedded store: one file with the database as of one moment, and its media.

The file is a tar archive: `waypost.db`, then `media/<sha256>` for each file, then `manifest.json`. The manifest comes
last, so that an archive that was cut short has none and is refused.
"""

import contextlib
import fcntl
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec
from msgspec import Struct

from waypost import __version__
from waypost.blobs.local import LocalBlobs, path_of
from waypost.lib.clock import SystemClock, at
from waypost.ports import StoreRefused
from waypost.settings import Settings
from waypost.storage.sqlite.backup import check_database, copy_database, media_hashes
from waypost.storage.sqlite.schema import FileLock
from waypost.storage.sqlite.watermark import log_of, mark_of

_DATABASE: Final = "waypost.db"
_ARCHIVE: Final = "made.tar"
_UNFINISHED: Final = ".waypost-backup-"
_MEDIA: Final = "media/"
_MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_CHUNK: Final = 1 << 20
_MAX_MANIFEST: Final = 1 << 16

Progress = Callable[[str, int], None]
"""Is told of each file that is through: its name and its bytes."""


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in a backup."""

    format: int
    waypost: str
    """The version that made it."""
    made_at: str
    """When, by the machine's clock; the virtual clock stands in the database."""
    database_sha256: str
    media: int
    media_bytes: int
    media_missing: int
    """Media that the database names and that were gone: thrown away, being expired, while the backup was made."""


def back_up(settings: Settings, target: Path, progress: Progress) -> Manifest:
    """Write a backup of the store and media that the settings name; a server may be running over them.

    The file appears under its name once it is complete and fsynced. Raises StoreRefused, FileExistsError, OSError.
    """
    database, media = _places(settings)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {target.parent}; make it first.")
    with _folder_for_unfinished(target.parent) as folder:
        if target.exists():
            raise FileExistsError(f"{target} is there already; a backup never replaces another.")
        copy, archive = folder / _DATABASE, folder / _ARCHIVE
        copy_database(database, copy)
        manifest = _write_archive(archive, copy, media, progress)
        archive.rename(target)
        _sync_folder(target.parent)
    return manifest


async def restore(settings: Settings, source: Path, progress: Progress) -> Manifest:
    """Put a backup where the settings say, in place of nothing.

    The database takes its name last, after everything was read through: before that no server would start over it.
    Raises StoreRefused, and then leaves no database behind; OSError.
    """
    database, media = _places(settings)
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(database)
    unfinished = database.with_name(f".{database.name}.restoring")
    try:
        if database.exists():
            raise StoreRefused(f"{database} is a database already; restore into a folder of its own with --data.")
        log = log_of(database)
        if log.exists() and log.stat().st_size:  # SQLite would play it into whatever has the name that it belongs to
            raise StoreRefused(
                f"{log} is the log of a database that is gone. Move it away, or restore into a folder of its own with "
                "--data."
            )
        blobs = LocalBlobs(media)
        try:
            manifest = await _read_archive(source, unfinished, blobs, progress)
        finally:
            await blobs.aclose()
        check_database(unfinished)
        mark_of(database).unlink(missing_ok=True)
        unfinished.rename(database)
        _sync_folder(database.parent)
    finally:
        unfinished.unlink(missing_ok=True)
        lock.release()
    return manifest


def _places(settings: Settings) -> tuple[Path, Path]:
    store, media = settings.store_place, settings.media_place
    if store.scheme != "sqlite":
        raise StoreRefused("Only the embedded store is backed up like this; for PostgreSQL use its own tools.")
    if media.scheme != "file":
        raise StoreRefused("Only media in a folder are backed up like this; an object store has tools of its own.")
    return Path(store.location), Path(media.location)


@contextmanager
def _folder_for_unfinished(parent: Path) -> Iterator[Path]:
    """Make a folder in another, and throw away those that were left there by backups that were killed."""
    _sweep(parent)
    with tempfile.TemporaryDirectory(dir=parent, prefix=_UNFINISHED) as folder, _locked(Path(folder)):
        yield Path(folder)


def _sweep(parent: Path) -> None:
    for left in parent.glob(f"{_UNFINISHED}*"):
        with _locked(left) as is_ours:
            if is_ours:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder, and say whether that could be done: not if a backup is at work in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    is_ours = False
    try:
        with contextlib.suppress(OSError):  # some file systems have no locks: there nothing is thrown away
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = True
        yield is_ours
    finally:
        os.close(descriptor)


def _write_archive(path: Path, copy: Path, media: Path, progress: Progress) -> Manifest:
    """Write the archive. Media come after the database: what it names was kept before, and is still there."""
    wanted = media_hashes(copy)
    count = size = 0
    with _new_file(path) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            digest = _add_database(archive, copy)
            progress(_DATABASE, copy.stat().st_size)
            for sha256 in sorted(wanted):
                added = _add_blob(archive, path_of(media, sha256))
                if added is not None:
                    count, size = count + 1, size + added
                    progress(sha256.hex(), added)
            manifest = Manifest(
                format=_FORMAT,
                waypost=__version__,
                made_at=at(1000 * SystemClock().wall_seconds()).isoformat(),
                database_sha256=digest,
                media=count,
                media_bytes=size,
                media_missing=len(wanted) - count,
            )
            _add(archive, _MANIFEST, io.BytesIO(said := msgspec.json.encode(manifest)), len(said))
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _add_database(archive: tarfile.TarFile, copy: Path) -> str:
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        _add(archive, _DATABASE, file, copy.stat().st_size)
    return digest


def _add_blob(archive: tarfile.TarFile, path: Path) -> int | None:
    """Copy one file into the archive and return its size; None if it is gone. Raises StoreRefused if it is damaged."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
            raise StoreRefused(f"The medium {path} is damaged: its content is not what its name says.")
        size = file.tell()
        file.seek(0)
        _add(archive, _MEDIA + path.name, file, size)
    return size


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    archive.addfile(entry, content)


async def _read_archive(source: Path, database: Path, blobs: LocalBlobs, progress: Progress) -> Manifest:
    """Write the database to a path and keep the media, each checked; nothing else in the archive is looked at."""
    digest, found = "", 0
    with _opened(source) as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.isreg() else None
            if content is None:
                raise _not_ours(source, f"{entry.name!r} is no file")
            if entry.name == _DATABASE and not digest:
                digest = _write_database(content, database)
            elif entry.name.startswith(_MEDIA) and digest:
                await _keep_blob(content, entry.name, source, blobs)
                found += 1
            elif entry.name == _MANIFEST and entry.size <= _MAX_MANIFEST:
                return _checked(source, content.read(), digest, found)
            else:
                raise _not_ours(source, f"{entry.name!r} does not belong there")
            progress(entry.name, entry.size)
    raise StoreRefused(f"{source} was cut short: its end is missing. Nothing was restored.")


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise _not_ours(source, str(error)) from error


def _write_database(content: IO[bytes], path: Path) -> str:
    seen = hashlib.sha256()
    path.unlink(missing_ok=True)  # of a restoration that was killed
    with _new_file(path) as file:
        while chunk := content.read(_CHUNK):
            seen.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return seen.hexdigest()


async def _keep_blob(content: IO[bytes], name: str, source: Path, blobs: LocalBlobs) -> None:
    async with blobs.writer() as writer:
        while chunk := content.read(_CHUNK):
            await writer.write(chunk)
        await writer.flush()
        if writer.sha256.hex() != name.removeprefix(_MEDIA):
            raise StoreRefused(f"{source} is damaged: the content of {name} is not what its name says.")
        await writer.keep()


def _checked(source: Path, said: bytes, digest: str, found: int) -> Manifest:
    try:
        manifest = msgspec.json.decode(said, type=Manifest)
    except msgspec.MsgspecError as error:
        raise _not_ours(source, f"its manifest is not readable: {error}") from error
    if manifest.format != _FORMAT:
        raise StoreRefused(f"{source} was made by Waypost {manifest.waypost} in a form that this one does not know.")
    if (manifest.database_sha256, manifest.media) != (digest, found):
        raise StoreRefused(f"{source} is damaged: it does not have what its manifest says. Nothing was restored.")
    return manifest


def _not_ours(source: Path, why: str) -> StoreRefused:
    return StoreRefused(f"{source} is not a whole backup of Waypost's: {why}. Nothing was restored.")


def _new_file(path: Path) -> IO[bytes]:
    """Make a file that its owner alone may read: a backup has every message and token in it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
