"""The one list of migrations, and how a PostgreSQL database gets them."""

from collections.abc import Iterator
from importlib import resources

import pytest
from tests.support.postgres import PostgresServer

from waypost.ports import StoreRefused
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.schema import migrate

pytestmark = pytest.mark.anyio


@pytest.fixture
def empty(postgres_server: PostgresServer) -> Iterator[tuple[PostgresServer, str]]:
    """The server, and the name of a database without any table."""
    name = postgres_server.make()
    yield postgres_server, name
    postgres_server.psql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def test_every_migration_is_there_for_every_database() -> None:
    folder = resources.files("waypost.storage").joinpath("migrations")

    names = {
        database: {file.name for file in folder.joinpath(database).iterdir()} for database in ("sqlite", "postgres")
    }

    assert names["sqlite"] == names["postgres"] != set()


async def test_a_database_without_tables_is_refused_with_what_to_do(empty: tuple[PostgresServer, str]) -> None:
    server, name = empty

    with pytest.raises(StoreRefused, match=r"has no tables of Waypost yet\. Run `waypost migrate`"):
        await PostgresStore.open(server.url(name))


async def test_migrating_makes_the_tables_once(empty: tuple[PostgresServer, str]) -> None:
    server, name = empty

    versions = [await migrate(server.url(name)) for _ in range(2)]

    known = versions[0][1]
    assert versions == [(0, known), (known, known)]
    store = await PostgresStore.open(server.url(name))
    await store.close()


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("999", r"newer Waypost \(schema 999.*Update Waypost"),
        ("-1", r"older Waypost \(schema -1.*run `waypost migrate`"),
    ],
)
async def test_a_schema_of_another_version_is_refused_with_what_to_do(
    empty: tuple[PostgresServer, str], version: str, sentence: str
) -> None:
    server, name = empty
    await migrate(server.url(name))
    server.psql(name, f"UPDATE waypost.schema_version SET version = {version}")

    with pytest.raises(StoreRefused, match=sentence):
        await PostgresStore.open(server.url(name))


async def test_a_newer_schema_is_not_migrated(empty: tuple[PostgresServer, str]) -> None:
    server, name = empty
    await migrate(server.url(name))
    server.psql(name, "UPDATE waypost.schema_version SET version = 999")

    with pytest.raises(StoreRefused, match="newer Waypost"):
        await migrate(server.url(name))


async def test_a_database_that_can_only_be_read_is_refused_with_what_to_do(
    empty: tuple[PostgresServer, str],
) -> None:
    server, name = empty
    await migrate(server.url(name))
    server.psql("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    with pytest.raises(StoreRefused, match=r"read-only transaction.*Name the primary"):
        await PostgresStore.open(server.url(name))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("/test_", "/nowhere_"), r'"nowhere_\d+" does not exist\. Make the database first'),
        (("waypost@", "stranger:hush@"), r'stranger:\*\*\*@.*role "stranger" does not exist\. Correct user'),
        (("&port=", "&port=1"), r"cannot be used: .*Start the server; or correct the path of its socket"),
    ],
)
async def test_a_database_that_cannot_be_used_is_refused_with_what_to_do_and_without_the_password(
    empty: tuple[PostgresServer, str], change: tuple[str, str], sentence: str
) -> None:
    server, name = empty

    with pytest.raises(StoreRefused, match=sentence) as caught:
        await PostgresStore.open(server.url(name).replace(*change))

    assert "hush" not in str(caught.value)
