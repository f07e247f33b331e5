"""The port Snapshots over SQLite: every table as it is, row by row."""

import asyncio
from collections.abc import Sequence
from typing import Any

import apsw

from waypost.ports import BadDump, Dump, Table
from waypost.storage import dumps
from waypost.storage.dumps import UNREADABLE
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.sealing import Sealing
from waypost.storage.sqlite.part import Part
from waypost.storage.sqlite.secrets import seal_anew

# Find the tables, in the order in which they are written down.
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rootpage"
_COLUMNS = "SELECT name, type FROM pragma_table_info(?) ORDER BY cid"
_HASHES = "SELECT DISTINCT sha256 FROM media ORDER BY sha256"
_DROP_MEDIUM = "DELETE FROM media WHERE sha256 = ?"


class SnapshotPart(Part):
    """See `ports.Snapshots` for what each operation promises."""

    async def dump(self) -> Dump:
        """Return everything as it is at one moment."""
        return await self._search_by(_dump)

    async def stored_hashes(self) -> list[bytes]:
        """Return the hash of every file that a medium has."""
        return [sha256 for (sha256,) in await self._search(_HASHES)]

    async def check_dump(self, dump: Dump) -> None:
        """Put a dump into a database of its own, in memory, and read it back."""
        await asyncio.to_thread(_try, dump, self._sealing)

    async def restore(self, dump: Dump, *, missing: Sequence[bytes] = ()) -> None:
        """Replace everything by a dump."""

        def run(connection: apsw.Connection) -> None:
            _fill(connection, dump, self._sealing)
            for sha256 in missing:
                connection.execute(_DROP_MEDIUM, (sha256,))

        await self._run_alone(run)
        self._windows.clear()
        self._watch.tell("reset")


def _dump(connection: apsw.Connection) -> Dump:
    connection.execute("BEGIN")  # one moment for all tables
    try:
        tables: Any = connection.execute(_TABLES).fetchall()  # Any: the table's types
        return Dump(dumps.shape("sqlite"), {name: _read(connection, name) for (name,) in tables})
    finally:
        connection.execute("COMMIT")


def _read(connection: apsw.Connection, table: str) -> Table:
    columns = list(_types(connection, table))
    found = connection.execute(f"SELECT {', '.join(columns)} FROM {dumps.dumped_of(table)}")  # noqa: S608 - the schema's own names
    return Table(columns, [dumps.written(row) for row in found])


def _types(connection: apsw.Connection, table: str) -> dict[str, str]:
    rows: Any = connection.execute(_COLUMNS, (table,)).fetchall()  # Any: the table's types
    return dict(rows)


def _try(dump: Dump, sealing: Sealing) -> None:
    dumps.check_shape(dump, "sqlite")
    connection = apsw.Connection(":memory:")
    try:
        for script in read_migrations("sqlite"):
            connection.execute(script)
        _fill(connection, dump, sealing)
        _read_back(connection, sealing)
    except (apsw.Error, *UNREADABLE) as error:
        raise BadDump(str(error)[:300]) from error
    finally:
        connection.close()


def _read_back(connection: apsw.Connection, sealing: Sealing) -> None:
    for statement, make in dumps.read_back(sealing):
        for row in connection.execute(statement):
            make(row)


def _fill(connection: apsw.Connection, dump: Dump, sealing: Sealing) -> None:
    """Empty every table and write the dump's rows, secrets as they are sealed here.

    Raises BadDump, Unsealable, and what SQLite says of a row.
    """
    names: Any = connection.execute(_TABLES).fetchall()  # Any: the table's types
    dumps.check_tables(dump, {name for (name,) in names})
    for name in dump.tables:
        types = _types(connection, name)
        connection.execute(f"DELETE FROM {dumps.dumped_of(name)}")  # noqa: S608 - the schema's own names
        statement = f"INSERT INTO {name} ({', '.join(types)}) VALUES ({', '.join('?' * len(types))})"  # noqa: S608
        connection.executemany(statement, dumps.rows(dump, name, types))
    seal_anew(connection, sealing)
