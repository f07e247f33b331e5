"""Opening an SQLite file: one process at a time, safe settings, the current schema, or a plain refusal."""

import errno
import fcntl
import os
from pathlib import Path

import apsw

from waypost.ports import StoreRefused
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.sqlite.watermark import check_log, mark_of

APPLICATION_ID = 0x57505354  # "WPST", in the file's header
_OLDEST_SQLITE = 3_052_000  # earlier ones can corrupt a database when its write-ahead log is reset
_CHECKED_BYTES = 32 << 20  # larger files are not read through at start: it must stay within a second
_STATEMENTS = 1_000  # prepared statements kept, one per number of rows in a statement

_WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 0",  # the writer thread does it, so that its errors are seen
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
)
_READER_PRAGMAS = (
    "PRAGMA query_only = ON",
    "PRAGMA cache_size = -4096",
    "PRAGMA temp_store = MEMORY",
)


class FileLock:
    """Keeps a second process away from the database file, for as long as this object is open."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreRefused(f"{path} cannot be opened: {error.strerror}.") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise StoreRefused(f"{self._path} cannot be locked: {error.strerror}.") from error
            raise StoreRefused(
                f"Another process has {path} open. Stop it first, or give this one a data folder of its own."
            ) from None

    def release(self) -> None:
        """Let another process have the file."""
        os.close(self._descriptor)


def open_writer(path: Path) -> apsw.Connection:
    """Open the one connection that writes, with the schema brought up to date. Raises StoreRefused.

    The file is made, readable for its owner only, if it is absent.
    """
    if apsw.SQLITE_VERSION_NUMBER < _OLDEST_SQLITE:
        raise StoreRefused(f"SQLite {apsw.sqlite_lib_version()} is too old; update apsw so that it is 3.52 or newer.")
    try:
        if not path.exists():
            mark_of(path).unlink(missing_ok=True)  # of a database that somebody removed
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = _connect(path)
    except (OSError, apsw.CantOpenError) as error:
        raise StoreRefused(f"{path} cannot be opened: {error}.") from error
    prepare_writer(connection, path)
    return connection


def prepare_writer(connection: apsw.Connection, path: Path) -> None:
    """Make a fresh connection the one that writes: settings, checks, migrations. Raises StoreRefused and closes it."""
    try:
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # whoever is refused has changed nothing
        _set(connection, _WRITER_PRAGMAS)
        check_log(connection, path)
        _check(connection, path)
        _migrate(connection, path)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    except (apsw.NotADBError, apsw.CorruptError) as error:
        connection.close()
        raise _damaged(path, str(error)) from error
    except apsw.Error as error:
        connection.close()
        raise StoreRefused(f"{path} cannot be opened: {error}.") from error
    except StoreRefused:
        connection.close()
        raise


def migrate_file(path: Path) -> tuple[int, int]:
    """Bring a file up to date that no server has open; returns its version before and after. Raises StoreRefused."""
    lock = FileLock(path)
    try:
        return migrate_locked(path)
    finally:
        lock.release()


def migrate_locked(path: Path) -> tuple[int, int]:
    """Do the same for a file that this process has locked."""
    before = _version(path)
    open_writer(path).close()
    return before, _version(path)


def _version(path: Path) -> int:
    if not path.exists():
        return 0
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        version: int = connection.pragma("user_version")
    except apsw.Error as error:
        raise StoreRefused(f"{path} cannot be opened: {error}.") from error
    finally:
        connection.close()
    return version


def open_reader(path: Path) -> apsw.Connection:
    """Open another connection that only reads."""
    connection = _connect(path)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # a log that was cut short stays for `check_log` to see
    _set(connection, _READER_PRAGMAS)
    return connection


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, statementcachesize=_STATEMENTS)
    connection.set_busy_timeout(5_000)
    return connection


def _set(connection: apsw.Connection, pragmas: tuple[str, ...]) -> None:
    for pragma in pragmas:
        connection.execute(pragma)


def _check(connection: apsw.Connection, path: Path) -> None:
    """Refuse a file of something else, and a damaged one as far as that is seen in little time."""
    application = connection.pragma("application_id")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if tables and application != APPLICATION_ID:
        raise StoreRefused(f"{path} is a database of another program. Give Waypost a data folder of its own.")
    pages, page_bytes = connection.pragma("page_count"), connection.pragma("page_size")
    if pages * page_bytes > _CHECKED_BYTES:
        return
    found = connection.execute("PRAGMA quick_check(1)").get
    if found != "ok":
        raise _damaged(path, str(found).splitlines()[-1])


def _damaged(path: Path, why: str) -> StoreRefused:
    return StoreRefused(
        f"{path} is damaged ({why}). Nothing was changed. Restore the file from a backup, or keep a copy and "
        f"recover what is left with `sqlite3 {path} .recover`."
    )


def _migrate(connection: apsw.Connection, path: Path) -> None:
    """Run the migrations that the file has not had, each in a transaction of its own."""
    version = connection.pragma("user_version")
    migrations = read_migrations("sqlite")
    if version > len(migrations):
        raise StoreRefused(
            f"{path} was written by a newer Waypost (schema {version}, this one knows {len(migrations)}). "
            "Update Waypost, or restore the backup made before that update."
        )
    for number, script in enumerate(migrations[version:], start=version + 1):
        with connection:
            connection.execute(script)
            connection.pragma("user_version", number)
            connection.pragma("application_id", APPLICATION_ID)
