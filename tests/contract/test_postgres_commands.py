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
