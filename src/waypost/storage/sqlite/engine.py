"""The connections to one SQLite file: one that writes, in the writer thread, and two that read."""

import asyncio
import contextlib
import errno
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TypeVar

import apsw

from waypost.storage.commit import Verdict
from waypost.storage.sqlite.schema import FileLock, open_reader, open_writer
from waypost.storage.sqlite.watermark import Watermark

_ROWS_AT_ONCE = (64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
_CHECKPOINT_PAGES = 4_000  # 16 MB of write-ahead log
_NO_SPACE_CODES = frozenset({apsw.SQLITE_IOERR_SHMSIZE, apsw.SQLITE_IOERR_SHMMAP, apsw.SQLITE_IOERR_NOMEM})
_FATAL_CODES = frozenset({apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_DIR_FSYNC})

Value = str | bytes | int | float | None
Row = tuple[Value, ...]
Read = TypeVar("Read")


class Rows:
    """A statement over many rows at once: `{rows}` in its text becomes `(?, ?), (?, ?), ...`.

    One statement for many rows instead of one each: SQLite's work is the same, but the interpreter's lock is given
    up and won back once for all of them. With a busy event loop that made a flush 4 times faster.
    """

    __slots__ = ("_texts",)

    def __init__(self, text: str, *, width: int) -> None:
        row = "(" + ", ".join("?" * width) + ")"
        self._texts = tuple((count, text.replace("{rows}", ", ".join([row] * count))) for count in _ROWS_AT_ONCE)

    @property
    def texts(self) -> list[str]:
        """The statement for each number of rows that are executed at once."""
        return [text for _, text in self._texts]

    def run(self, connection: apsw.Connection, rows: Sequence[Sequence[Value]]) -> None:
        """Execute for all rows, in order."""
        for _ in self._chunks(connection, rows):
            pass

    def read(self, connection: apsw.Connection, rows: Sequence[Sequence[Value]]) -> Iterable[Row]:
        """Execute for all rows and return what comes back."""
        for cursor in self._chunks(connection, rows):
            yield from cursor

    def _chunks(self, connection: apsw.Connection, rows: Sequence[Sequence[Value]]) -> Iterable[apsw.Cursor]:
        done, total = 0, len(rows)
        for count, text in self._texts:
            while total - done >= count:
                chunk = rows[done : done + count]
                yield connection.execute(text, tuple(chain.from_iterable(chunk)))
                done += count


class Engine:
    """The write connection as `commit` wants it."""

    def __init__(
        self,
        connection: apsw.Connection,
        lock: FileLock | None = None,
        *,
        checkpoint_pages: int = _CHECKPOINT_PAGES,
    ) -> None:
        self.connection = connection
        self._lock = lock
        self._checkpoint_pages = checkpoint_pages
        self._due_pages = checkpoint_pages
        self._log_pages = 0
        self._watermark = Watermark(Path(connection.filename))
        self._begins_epoch = True
        connection.set_wal_hook(self._committed)

    def begin(self) -> None:
        """Start a transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        if self._begins_epoch:
            self._watermark.begin_epoch(self.connection)

    def commit(self) -> None:
        """Commit; the write-ahead log is fsynced on return."""
        self.connection.execute("COMMIT")
        self._begins_epoch = False
        self._watermark.rise(self._log_pages)

    def rollback(self) -> None:
        """Undo the transaction, if SQLite has not done so by itself."""
        if self.connection.in_transaction:
            with contextlib.suppress(
                apsw.Error
            ):  # it is undone all the same; the error that led here is the one to tell
                self.connection.execute("ROLLBACK")

    def savepoint(self) -> None:
        """Mark a point."""
        self.connection.execute("SAVEPOINT one")

    def release(self) -> None:
        """Keep what was done since."""
        self.connection.execute("RELEASE one")

    def undo(self) -> None:
        """Undo what was done since."""
        self.connection.execute("ROLLBACK TO one")
        self.connection.execute("RELEASE one")

    def upkeep(self) -> None:
        """Copy the write-ahead log into the file when it has grown long."""
        if self._log_pages < self._due_pages:
            return
        self._begins_epoch = True
        in_log, copied = self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        # What a reader still looks at is left for the next time; that is not tried again with every flush.
        more = in_log + self._checkpoint_pages // 4 if copied < in_log else 0
        self._due_pages = max(more, self._checkpoint_pages)

    def judge(self, error: Exception) -> Verdict:
        """Say what an error means."""
        code = getattr(error, "extendedresult", 0)
        if code in _FATAL_CODES or isinstance(error, apsw.CorruptError | apsw.NotADBError):
            return Verdict.FATAL
        if isinstance(error, apsw.FullError) or code in _NO_SPACE_CODES:
            return Verdict.NO_SPACE
        if isinstance(error, OSError):
            return Verdict.NO_SPACE if error.errno in (errno.ENOSPC, errno.EDQUOT) else Verdict.DOWN
        if isinstance(error, _OUR_TROUBLE):
            return Verdict.DOWN
        return Verdict.ROW

    def close(self) -> None:
        """Copy the log into the file, close it and let another process have it."""
        self.connection.close()
        self._watermark.close()
        if self._lock is not None:
            self._lock.release()

    def _committed(self, connection: apsw.Connection, name: str, pages: int) -> int:
        _ = connection, name
        self._log_pages = pages
        return apsw.SQLITE_OK


_OUR_TROUBLE = (
    apsw.IOError,
    apsw.BusyError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.NoMemError,
    apsw.LockedError,
    apsw.PermissionsError,
    apsw.ProtocolError,
    MemoryError,
)


class Reader:
    """Two connections that read: one on the event loop for rows by key, one in a thread for searches.

    Both see what is committed.
    """

    def __init__(self, path: Path) -> None:
        self._near = open_reader(path)
        self._far = open_reader(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-reader")

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Read at once, on the loop: for statements that touch few rows, all found by their key."""
        return self._near.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Value] = ()) -> Row | None:
        """Read at most one row at once."""
        return self._near.execute(statement, values).fetchone()

    async def search(self, look: Callable[[apsw.Connection], Read]) -> Read:
        """Read in the reader's thread: for statements that may take long."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, look, self._far)

    def close(self) -> None:
        """Close both."""
        self._thread.shutdown()
        self._near.close()
        self._far.close()


def open_engine(path: Path) -> Engine:
    """Lock and open the file. Raises StoreRefused."""
    lock = FileLock(path)
    try:
        return Engine(open_writer(path), lock)
    except BaseException:
        lock.release()
        raise
