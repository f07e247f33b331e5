"""Bringing the secrets of a file under the newest key, and counting those under each."""

from pathlib import Path
from typing import Any

import apsw

from waypost.ports import StoreRefused
from waypost.storage.sealing import ALL, BY_HEAD, Sealing, counted
from waypost.storage.sqlite.schema import open_reader
from waypost.storage.sqlite.watermark import check_log


def seal_anew(connection: apsw.Connection, sealing: Sealing) -> int:
    """Seal what is in clear or under an older key, inside a transaction; return how many. Raises Unsealable."""
    count = 0
    for secrets in ALL:
        rows: Any = connection.execute(secrets.read).fetchall()  # Any: the tables' types
        due = sealing.anew(secrets, rows)
        connection.executemany(secrets.write, due)
        count += len(due)
    return count


def count_by_key(path: Path) -> dict[str | None, int]:
    """Return how many secrets of a file are under each key, by its id; None: in clear. Raises StoreRefused."""
    try:
        connection = open_reader(path)
        try:
            check_log(connection, path)
            found: Any = connection.execute(BY_HEAD).fetchall()  # Any: the statement's columns
        finally:
            connection.close()
    except apsw.Error as error:
        raise StoreRefused(f"{path} cannot be read: {error}.") from error
    return counted(found)
