"""A mark beside the database that says how far its write-ahead log went.

SQLite reads a log up to its first frame that is not whole: after a power cut that is right, and after a file was cut
short or lost it drops commits without a word. The mark is written after each commit, so it is never ahead of the disk.
It is not fsynced: a power cut may leave an old one, and an old one finds nothing missing.
"""

import os
import struct
from mmap import mmap
from pathlib import Path
from zlib import crc32

import apsw
from msgspec import Struct

from waypost.ports import StoreRefused
from waypost.storage.dumps import LOG_EPOCH

_RECORD = struct.Struct(">Q8sQ")
_BYTES = _RECORD.size + 4
_SALTS_AT = slice(16, 24)  # of a log's header: another pair each time that SQLite begins the log anew

# Read how often a log was begun that the file has not got.
_GET_EPOCH = f"SELECT value FROM state WHERE name = '{LOG_EPOCH}'"  # noqa: S608 - a constant
_PUT_EPOCH = f"INSERT OR REPLACE INTO state (name, value) VALUES ('{LOG_EPOCH}', ?)"  # noqa: S608 - a constant


class Mark(Struct, frozen=True):
    """How far a log went."""

    epoch: int
    """Counts checkpoints. It is in the database too, in the first commit after each: a file that was not given that
    commit is short of it. So a log may be gone once it was copied into the file, by whomever."""
    salts: bytes
    pages: int


class Watermark:
    """Writes the mark of one database; used in the writer thread."""

    def __init__(self, database: Path) -> None:
        self._log = log_of(database)
        self._path = mark_of(database)
        self._epoch = 0
        self._salts = b""
        self._map: mmap | None = None

    def begin_epoch(self, connection: apsw.Connection) -> None:
        """Count the epoch in the database; called in the first transaction after a checkpoint."""
        self._epoch = _epoch(connection) + 1
        self._salts = b""
        connection.execute(_PUT_EPOCH, (self._epoch.to_bytes(8),))

    def rise(self, pages: int) -> None:
        """Say that the log has so many pages; called after a commit. An error leaves the mark old, which is no harm."""
        try:
            self._salts = self._salts or _salts(self._log)
            record = _RECORD.pack(self._epoch, self._salts, pages)
            record += crc32(record).to_bytes(4)
            if self._map is None:
                self._map = _map(self._path, record)
            self._map[:] = record
        except OSError:
            return

    def close(self) -> None:
        """Close the file; it stays."""
        if self._map is not None:
            self._map.close()


def mark_of(database: Path) -> Path:
    """Return where the mark of a database is. Whoever makes or replaces a database removes it."""
    return database.with_name(f"{database.name}.mark")


def log_of(database: Path) -> Path:
    """Return where SQLite writes what is not in the database yet."""
    return database.with_name(f"{database.name}-wal")


def check_log(connection: apsw.Connection, database: Path) -> None:
    """Raise StoreRefused if what the mark tells of is missing. Without a mark that can be read nothing is known.

    A server may be at work: the mark is read first and the log's salts last, so that it cannot seem behind.
    """
    mark = _read(database)
    if mark is None:
        return
    epoch = _epoch(connection) if connection.pragma("user_version") else 0  # or even its tables were in the log only
    log, pages = log_of(database), _pages(connection)
    if epoch <= mark.epoch and 0 < pages < mark.pages and _salts_now(log) == mark.salts:
        raise _refused(database, f"of {mark.pages} pages in {log.name} only the first {pages} can be read")
    if epoch < mark.epoch:
        raise _refused(database, f"{log.name} is gone, damaged, or an older one")


def _refused(database: Path, found: str) -> StoreRefused:
    return StoreRefused(
        f"{database} lacks what was acknowledged last: {found}. Nothing was changed. Put {database.name} and "
        f"{database.name}-wal back together as they were, or restore a backup into another folder; to go on without "
        f"what is missing, remove {mark_of(database)}."
    )


def _read(database: Path) -> Mark | None:
    try:
        content = mark_of(database).read_bytes()[:_BYTES]
    except OSError:
        return None
    record, check = content[: _RECORD.size], content[_RECORD.size :]
    return Mark(*_RECORD.unpack(record)) if crc32(record).to_bytes(4) == check else None


def _map(path: Path, record: bytes) -> mmap:
    """Map the file, which costs a third of a call for each mark; SQLite has its `-shm` so, with the same demands."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, record, 0)  # a page without a block could not be written when the disk is full
        return mmap(descriptor, _BYTES)
    finally:
        os.close(descriptor)


def _epoch(connection: apsw.Connection) -> int:
    return int.from_bytes(connection.execute(_GET_EPOCH).get or b"")


def _pages(connection: apsw.Connection) -> int:
    """Return how many pages of the log SQLite takes; 0 also while a server begins it anew, and has copied it all."""
    try:
        return connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)[0]
    except apsw.BusyError:  # at just such a moment
        return 0


def _salts(log: Path) -> bytes:
    with log.open("rb") as file:
        return file.read(_SALTS_AT.stop)[_SALTS_AT]


def _salts_now(log: Path) -> bytes:
    try:
        return _salts(log)
    except OSError:
        return b""
