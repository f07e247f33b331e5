"""What a store has kept, read behind its back once nobody works over it: one reader for each kind of database."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import apsw
from msgspec import Struct
from tests.faults.planted import STORES

from waypost.storage.sqlite.schema import open_writer


class Kept(Protocol):
    """An open database. Statements are in the SQL that every kind understands: `NOT received`, not `received = 0`."""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:  # Any: the columns' types are the schema's
        """Return what a statement finds; blobs as bytes."""
        ...

    def damage(self) -> str | None:
        """Return what is wrong with the database itself."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class KeptInSqlite:
    """A file of SQLite."""

    def __init__(self, folder: Path) -> None:
        self._connection = apsw.Connection(str(folder / "waypost.db"), flags=apsw.SQLITE_OPEN_READWRITE)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:  # Any: as in Kept
        return self._connection.execute(statement).fetchall()

    def damage(self) -> str | None:
        said = self._connection.execute("PRAGMA integrity_check").get
        return None if said == "ok" else str(said)

    def close(self) -> None:
        self._connection.close()


class Backend(Struct, frozen=True):
    """A kind of database that the campaigns can run over; each data folder stands for one database."""

    open: Callable[[str, Path], Any]
    """Opens the store under the name of a planted bug (`none`: without one), as the server does. Any: `FullStore`."""
    read: Callable[[Path], Kept]
    reopen: Callable[[Path], None]
    """Opens it as a start would and lets it go; raises what keeps a server from starting."""


def _open_sqlite(planted: str, folder: Path) -> Any:
    return STORES[planted].open(folder / "waypost.db")


def _reopen_sqlite(folder: Path) -> None:
    open_writer(folder / "waypost.db").close()


BACKENDS: Mapping[str, Backend] = {"sqlite": Backend(_open_sqlite, KeptInSqlite, _reopen_sqlite)}
