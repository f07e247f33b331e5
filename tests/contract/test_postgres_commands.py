"""The commands of the command line over a PostgreSQL database."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner
from tests.support.clients import client_for
from tests.support.postgres import PostgresServer
from tests.support.server import ADMIN, NUMBER, TOKEN, Running, running

from waypost.app.resources import store_class
from waypost.cli import run
from waypost.ports import StoreRefused
from waypost.storage.postgres.schema import migrate

OPERATOR = {"Authorization": f"Bearer {ADMIN}"}


@pytest.fixture
def empty(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a database without any table, with a password that nobody may see."""
    name = postgres_server.make()
    yield postgres_server.url(name).replace("waypost@", "waypost:hush@")
    postgres_server.psql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(run, words, catch_exceptions=False)
    return result.exit_code, result.output


def test_migrate_makes_the_tables_and_then_has_nothing_to_do(empty: str) -> None:
    shown = empty.replace("hush", "***")

    said = [call("migrate", "--store", empty) for _ in range(2)]

    assert said == [
        (0, f"{shown}: the tables of schema 1 are made.\n"),
        (0, f"{shown}: nothing to do, schema 1 is in place.\n"),
    ]


@pytest.mark.anyio
async def test_migrations_that_run_at_once_are_run_once(empty: str) -> None:
    done = await asyncio.gather(*(migrate(empty) for _ in range(4)))

    assert sorted(done) == [(0, 1), (1, 1), (1, 1), (1, 1)]


def test_migrate_says_the_same_of_a_file(tmp_path: Path) -> None:
    said = [call("migrate", "--data", str(tmp_path / "new")) for _ in range(2)]

    assert said == [
        (0, f"{tmp_path}/new/waypost.db: the tables of schema 1 are made.\n"),
        (0, f"{tmp_path}/new/waypost.db: nothing to do, schema 1 is in place.\n"),
    ]


def test_serve_refuses_a_database_without_tables_and_says_what_to_do(empty: str, tmp_path: Path) -> None:
    status, said = call("serve", "--store", empty, "--data", str(tmp_path), "--port", "0")

    assert status == 1
    assert "has no tables of Waypost yet. Run `waypost migrate`" in said
    assert "hush" not in said


def test_doctor_looks_at_the_database(empty: str, tmp_path: Path) -> None:
    words = ("doctor", "--store", empty, "--data", str(tmp_path), "--port", "0")

    before = call(*words)
    call("migrate", "--store", empty)
    after = call(*words)

    assert before[0] == 1
    assert "bad   PostgreSQL   cannot be used" in before[1]
    assert after[0] == 0
    assert f"good  PostgreSQL   {empty.replace('hush', '***')}: PostgreSQL 18" in after[1]
    assert "hush" not in before[1] + after[1]


def test_doctor_says_of_a_database_without_tables_what_makes_them(empty: str, tmp_path: Path) -> None:
    _, said = call("doctor", "--store", empty, "--data", str(tmp_path), "--port", "0")

    assert said.count("Run `waypost migrate` with the same --store first.") == 2
    assert "Start the server" not in said


def test_doctor_says_that_a_database_is_read_only(
    database: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    name = database.partition("@/")[2].partition("?")[0]
    postgres_server.psql("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        status, said = call("doctor", "--store", database, "--data", str(tmp_path), "--port", "0")
    finally:
        postgres_server.psql("postgres", f"ALTER DATABASE {name} RESET default_transaction_read_only")

    assert status == 1
    assert "the database is read-only. Name the primary in --store if this is a replica; else set" in said


@pytest.fixture
def stranger(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a user who may connect, and nothing else."""
    postgres_server.psql("postgres", "CREATE ROLE stranger LOGIN")
    yield "stranger"
    postgres_server.psql("postgres", "DROP ROLE stranger")


def test_who_may_not_make_tables_is_told_what_right_is_missing(empty: str, stranger: str) -> None:
    status, said = call("migrate", "--store", empty.replace("waypost:hush@", f"{stranger}@"))

    assert status == 1
    assert "permission denied for database" in said
    assert "Nothing was changed. Let the user of --store own the schema waypost; before there is one, the data" in said


def test_doctor_says_what_right_is_missing(database: str, stranger: str, tmp_path: Path) -> None:
    store = database.replace("waypost@", f"{stranger}@")

    status, said = call("doctor", "--store", store, "--data", str(tmp_path), "--port", "0")

    assert status == 1
    assert "permission denied for schema waypost. Let the user of --store own the schema waypost" in said


def test_a_certificate_that_the_address_names_and_is_missing_is_told_of(tmp_path: Path) -> None:
    store = "postgresql://waypost@127.0.0.1:1/waypost?sslmode=verify-full&sslrootcert=/nowhere.pem"

    status, said = call("serve", "--store", store, "--data", str(tmp_path), "--port", "0")

    assert status == 1
    assert "correct the path of its socket, of a certificate" in said


@pytest.mark.anyio
async def test_what_pg_dump_took_of_a_server_at_work_is_served_again(
    database: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    restored, dumped = postgres_server.url(postgres_server.make()), postgres_server.folder / "waypost.dump"
    async with running(tmp_path, store=database, rules="relaxed") as server:
        sent = await sent_over(server)
        await asyncio.to_thread(postgres_server.dump, database, dumped)

    await asyncio.to_thread(postgres_server.restore, dumped, restored)

    async with running(tmp_path, store=restored) as server, aiohttp.ClientSession() as session:
        found = await session.get(f"{server.base_url}/_waypost/v1/messages/{sent}", headers=OPERATOR)
        assert found.status == 200, await found.text()


async def sent_over(server: Running) -> str:
    async with client_for("meta", server.base_url, NUMBER, TOKEN) as client:
        answer = await client.send("491701234567", "text", {"body": "hello"})
        return str(answer.json["messages"][0]["id"])


def test_without_asyncpg_the_operator_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("waypost.storage.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    with pytest.raises(StoreRefused, match=r"pip install 'waypost\[postgres\]'"):
        store_class("postgresql")
