"""Copying a database that may be in use, and judging a copy before it is put in place."""

from pathlib import Path

import apsw

from waypost.ports import StoreRefused
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.sqlite.schema import APPLICATION_ID, open_reader
from waypost.storage.sqlite.watermark import check_log


def copy_database(path: Path, target: Path) -> None:
    """Write a copy as of one moment; a server that has the database open goes on writing meanwhile.

    Raises StoreRefused if there is no database, its log was cut short, or the copy cannot be written.
    """
    if not path.is_file():
        raise StoreRefused(f"There is no database at {path}; name the data folder with --data.")
    try:
        source, copy = open_reader(path), apsw.Connection(str(target))
        try:
            check_log(source, path)
            with copy.backup("main", source, "main") as backup:
                backup.step()  # all pages at once: one reading transaction, so one moment
            copy.pragma("journal_mode", "delete")  # one file, without a log beside it
        finally:
            copy.close()
            source.close()
    except apsw.Error as error:
        raise StoreRefused(f"{path} cannot be copied: {error}.") from error


def check_database(path: Path) -> None:
    """Read a copy through. Raises StoreRefused unless it is whole, ours, and not from a newer Waypost."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    except apsw.Error as error:
        raise StoreRefused(f"The database in the backup cannot be opened: {error}.") from error
    try:
        if connection.pragma("application_id") != APPLICATION_ID:
            raise StoreRefused("The database in the backup is not one of Waypost's.")
        version, known = connection.pragma("user_version"), len(read_migrations("sqlite"))
        if version > known:
            raise StoreRefused(f"The backup is of a newer Waypost (schema {version}, this one knows {known}).")
        found = connection.execute("PRAGMA integrity_check(1)").get
    except apsw.Error as error:
        raise StoreRefused(f"The database in the backup is damaged: {error}.") from error
    finally:
        connection.close()
    if found != "ok":
        raise StoreRefused(f"The database in the backup is damaged: {found}.")


def media_hashes(path: Path) -> set[bytes]:
    """Return the hashes of all media that a database knows."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return {sha256 for (sha256,) in connection.execute("SELECT DISTINCT sha256 FROM media")}
    finally:
        connection.close()
