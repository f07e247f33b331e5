"""What a store has kept, read behind its back once nobody works over it: one reader for each kind of database."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import apsw
import asyncpg
from msgspec import Struct
from tests.faults import planted, planted_postgres

from waypost.storage.postgres.schema import examine
from waypost.storage.sqlite.schema import open_writer

_URL = "database.url"
# Compare every index with its table.
_CHECK_INDEXES = (
    "SELECT public.bt_index_check(oid, TRUE) FROM pg_class"
    " WHERE relnamespace = 'waypost'::regnamespace AND relkind = 'i'"
)


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


class KeptInPostgres:
    """A database of a server, as it was when it was opened: what somebody who was killed left may still land."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection = self._do(asyncpg.connect(url_of(folder), server_settings={"search_path": "waypost"}))
        self._damage = self._examine()
        self._do(self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:  # Any: as in Kept
        return [tuple(row) for row in self._do(self._connection.fetch(statement))]

    def damage(self) -> str | None:
        return self._damage

    def close(self) -> None:
        self._do(self._connection.close())
        self._loop.close()

    def _examine(self) -> str | None:
        try:
            self._do(self._connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public"))
            self._do(self._connection.execute(_CHECK_INDEXES))
        except asyncpg.PostgresError as error:
            return str(error)
        return None

    def _do(self, work: Any) -> Any:  # Any: asyncpg has no types
        return self._loop.run_until_complete(work)


def url_of(folder: Path) -> str:
    """Return the URL of the database that a folder stands for."""
    return (folder / _URL).read_text("utf-8")


class Backend(Struct, frozen=True):
    """A kind of database that the campaigns can run over; each data folder stands for one database."""

    make: Callable[[Path, str], None]
    """Makes the folder, and an empty database for it on the server of this URL if there has to be a server."""
    open: Callable[[str, Path], Any]
    """Opens the store under the name of a planted bug (`none`: without one), as the server does. Any: `FullStore`."""
    read: Callable[[Path], Kept]
    reopen: Callable[[Path], None]
    """Opens it as a start would and lets it go; raises what keeps a server from starting."""
    life_seconds: float
    """How long a driver over it lives at most: a few transactions."""
    server_seconds: float
    """How long a whole server over it lives at most, once it is ready."""


def _make_in_sqlite(folder: Path, server: str) -> None:
    _ = server
    folder.mkdir()


def _open_sqlite(bug: str, folder: Path) -> Any:
    return planted.STORES[bug].open(folder / "waypost.db")


def _reopen_sqlite(folder: Path) -> None:
    open_writer(folder / "waypost.db").close()


def _make_in_postgres(folder: Path, server: str) -> None:
    folder.mkdir()
    name = f"faults_{uuid4().hex}"
    asyncio.run(_create(server, name))
    (folder / _URL).write_text(server.replace("/postgres?", f"/{name}?"), encoding="utf-8")


async def _create(server: str, name: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_waypost")
    await connection.close()


def _open_postgres(bug: str, folder: Path) -> Any:
    return planted_postgres.STORES[bug].open(url_of(folder))


def _reopen_postgres(folder: Path) -> None:
    asyncio.run(examine(url_of(folder)))


BACKENDS: Mapping[str, Backend] = {
    "sqlite": Backend(_make_in_sqlite, _open_sqlite, KeptInSqlite, _reopen_sqlite, 0.02, 0.04),
    "postgresql": Backend(_make_in_postgres, _open_postgres, KeptInPostgres, _reopen_postgres, 0.08, 0.2),
}
