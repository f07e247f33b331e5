"""The schema of a PostgreSQL database: made and brought up to date by `waypost migrate`, only checked by a server."""

from waypost.lib.store_urls import without_password
from waypost.ports import StoreRefused
from waypost.storage.migration_scripts import read_migrations
from waypost.storage.postgres.link import CANNOT_CONNECT, Connection, advice, check_writable, connect, refused

_OLDEST_SERVER = 15
_MIGRATING = 0x57504D47  # the advisory lock that keeps two migrations apart
_HAS_VERSION = "SELECT to_regclass('waypost.schema_version') IS NOT NULL"
_VERSION = "SELECT version FROM waypost.schema_version"
# Make room for the tables.
_MAKE = """
    CREATE SCHEMA IF NOT EXISTS waypost;
    CREATE TABLE IF NOT EXISTS waypost.schema_version (version INTEGER NOT NULL);
    INSERT INTO waypost.schema_version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM waypost.schema_version)
"""
_SET_VERSION = "UPDATE waypost.schema_version SET version = $1"
_LONG_SECONDS = 86_400.0


async def check_server(connection: Connection) -> None:
    """Refuse a server that is too old, or that does not keep what it acknowledges. Raises StoreRefused."""
    version = int(await connection.fetchval("SHOW server_version_num")) // 10_000
    if version < _OLDEST_SERVER:
        raise StoreRefused(f"PostgreSQL {version} is too old; Waypost needs {_OLDEST_SERVER} or newer.")
    if await connection.fetchval("SHOW fsync") != "on":
        raise StoreRefused(
            "The server runs with fsync = off: what it acknowledges may be lost. Set fsync = on in postgresql.conf."
        )


async def check_schema(connection: Connection, address: str) -> None:
    """Refuse a database whose tables are missing, older or newer. Raises StoreRefused, which says what to do."""
    version, known = await read_version(connection), len(read_migrations("postgres"))
    shown = without_password(address)
    if version == known:
        return
    if version == 0:
        raise StoreRefused(f"{shown} has no tables of Waypost yet. Run `waypost migrate` with the same --store first.")
    if version < known:
        raise StoreRefused(
            f"{shown} was written by an older Waypost (schema {version}, this one needs {known}). "
            "Stop every server that uses it, back it up, and run `waypost migrate` with the same --store."
        )
    raise StoreRefused(newer(shown, version, known))


def newer(shown: str, version: int, known: int) -> str:
    """Say that a database is ahead of this program, and what to do."""
    return (
        f"{shown} was written by a newer Waypost (schema {version}, this one knows {known}). "
        "Update Waypost, or restore the backup made before that update."
    )


async def read_version(connection: Connection) -> int:
    """Return the number of the last migration that a database has had; 0 if there are no tables."""
    if not await connection.fetchval(_HAS_VERSION):
        return 0
    version: int = await connection.fetchval(_VERSION)
    return version


async def examine(address: str) -> str:
    """Say in words what a server and its tables are. Raises StoreRefused if no server of ours would start over them."""
    try:
        connection = await connect(address, "waypost doctor")
    except (*CANNOT_CONNECT, ValueError) as error:
        raise refused(address, error) from error
    try:
        await check_server(connection)
        await check_schema(connection, address)
        await check_writable(connection)
        server = await connection.fetchval("SHOW server_version")
        return f"PostgreSQL {server}, schema {await read_version(connection)}"
    except CANNOT_CONNECT as error:
        raise refused(address, error) from error
    finally:
        await connection.close(timeout=2)


async def migrate(address: str) -> tuple[int, int]:
    """Run the migrations that a database has not had, all or none; returns its version before and after.

    Two at once wait for each other. Raises StoreRefused.
    """
    try:
        connection = await connect(address, "waypost migrate", {"statement_timeout": "0", "lock_timeout": "10s"})
    except (*CANNOT_CONNECT, ValueError) as error:
        raise refused(address, error) from error
    try:
        await check_server(connection)
        return await _migrate(connection, address)
    except CANNOT_CONNECT as error:
        raise StoreRefused(
            f"{without_password(address)} could not be migrated: {error}. Nothing was changed. {advice(error)}".rstrip()
        ) from error
    finally:
        await connection.close(timeout=2)


async def _migrate(connection: Connection, address: str) -> tuple[int, int]:
    scripts = read_migrations("postgres")
    await connection.execute("BEGIN")
    await connection.fetchval("SELECT pg_advisory_xact_lock($1)", _MIGRATING, timeout=_LONG_SECONDS)
    version = await read_version(connection)
    if version > len(scripts):
        raise StoreRefused(newer(without_password(address), version, len(scripts)))
    if version < len(scripts):
        await connection.execute(_MAKE)
        for script in scripts[version:]:
            await connection.execute(script, timeout=_LONG_SECONDS)
        await connection.execute(_SET_VERSION, len(scripts))
    await connection.execute("COMMIT")
    return version, len(scripts)
