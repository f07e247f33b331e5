"""The port Snapshots over PostgreSQL: every table as it is, row by row."""

import asyncio
from collections.abc import Sequence

import asyncpg

from waypost.ports import BadDump, Dump, Table
from waypost.storage import dumps
from waypost.storage.dumps import UNREADABLE
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.postgres.link import CANNOT_CONNECT, Connection, Values, connect, down, reading
from waypost.storage.postgres.part import Part
from waypost.storage.postgres.secrets import seal_anew
from waypost.storage.sealing import Sealing

# Find the tables, in the order in which they were made; what concerns this database only stays where it is.
_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'waypost'::regnamespace AND relkind = 'r'"
    " AND relname NOT IN ('writers', 'schema_version', 'arrivals', 'moments') ORDER BY oid"
)
_COLUMNS = (
    "SELECT attname, atttypid::regtype::text FROM pg_attribute WHERE attrelid = to_regclass($1)"
    " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
# Let a transaction take as long as its tables are large, our own work between the statements included.
_PATIENTLY = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
_ONE_MOMENT = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_PATIENTLY}"
_HASHES = "SELECT DISTINCT sha256 FROM media ORDER BY sha256"
_DROP_MEDIA = "DELETE FROM media WHERE sha256 = ANY($1::bytea[])"
# Let new attempts be numbered above those that were put back.
NUMBER_ON = (
    "SELECT setval(pg_get_serial_sequence('attempts', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM attempts), FALSE)"
)
_LONG_SECONDS = 600.0


class SnapshotPart(Part):
    """See `ports.Snapshots` for what each operation promises."""

    async def dump(self) -> Dump:
        """Return everything as it is at one moment."""
        await self._commit.settled()
        async with reading(self._pool) as connection:
            await connection.execute(_ONE_MOMENT)
            try:
                names = await table_names(connection)
                return Dump(dumps.shape("postgres"), {name: await _read(connection, name) for name in names})
            finally:
                await connection.execute("COMMIT")

    async def stored_hashes(self) -> list[bytes]:
        """Return the hash of every file that a medium has."""
        return [sha256 for (sha256,) in await self._search(_HASHES)]

    async def check_dump(self, dump: Dump) -> None:
        """Put a dump into temporary tables that nobody else sees, and read it back."""
        dumps.check_shape(dump, "postgres")
        try:
            connection = await connect(self._address, "waypost check", {"statement_timeout": "0"})
        except CANNOT_CONNECT as error:
            raise down(error) from error
        try:
            await _try(connection, dump, self._sealing)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, *UNREADABLE) as error:
            raise BadDump(str(error)[:300]) from error
        finally:
            connection.terminate()

    async def restore(self, dump: Dump, *, missing: Sequence[bytes] = ()) -> None:
        """Replace everything by a dump."""

        async def run(connection: Connection) -> None:
            await connection.execute(_PATIENTLY)
            await _fill(connection, dump, await table_names(connection), self._sealing)
            await connection.execute(_DROP_MEDIA, list(missing))

        await self._run_alone(run)
        self._windows.clear()
        self._watch.tell("reset")


async def table_names(connection: Connection) -> list[str]:
    """Return the tables of what is stored, in the order in which they were made."""
    return [name for (name,) in await connection.fetch(_TABLES)]


async def _read(connection: Connection, table: str) -> Table:
    columns = list(await column_types(connection, table))
    statement = f"SELECT {', '.join(columns)} FROM {dumps.dumped_of(table)}"  # noqa: S608 - the schema's own names
    found = await connection.fetch(statement, timeout=_LONG_SECONDS)
    return Table(columns, await asyncio.to_thread(lambda: [dumps.written(row) for row in found]))


async def column_types(connection: Connection, table: str) -> dict[str, str]:
    """Return the columns of a table in their order, and the type of each."""
    return dict(await connection.fetch(_COLUMNS, table))


async def _try(connection: Connection, dump: Dump, sealing: Sealing) -> None:
    names = await table_names(connection)
    await connection.execute("SET search_path = pg_temp")  # here the migrations make tables that go with the session
    for script in read_migrations("postgres"):
        await connection.execute(script.replace(" UNLOGGED", ""))  # which no temporary table may be called
    await _fill(connection, dump, names, sealing)
    for statement, make in dumps.read_back(sealing):
        for row in await connection.fetch(statement, timeout=_LONG_SECONDS):
            make(row)


async def _fill(connection: Connection, dump: Dump, names: list[str], sealing: Sealing) -> None:
    """Empty every table and write the dump's rows, secrets as they are sealed here.

    Raises BadDump, Unsealable, and what asyncpg says of a row.
    """
    dumps.check_tables(dump, set(names))
    for name in dump.tables:
        types = await column_types(connection, name)
        await connection.execute(f"DELETE FROM {dumps.dumped_of(name)}", timeout=_LONG_SECONDS)  # noqa: S608 - the schema's own names
        rows = await asyncio.to_thread(_decoded, dump, name, types)
        await connection.copy_records_to_table(name, records=rows, columns=list(types), timeout=_LONG_SECONDS)
    await connection.execute(NUMBER_ON)
    await seal_anew(connection, sealing)


def _decoded(dump: Dump, name: str, types: dict[str, str]) -> list[Values]:
    return [tuple(row) for row in dumps.rows(dump, name, types)]
