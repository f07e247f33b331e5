"""What the PostgreSQL store does when its session, its server or its ownership is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.support.postgres import PostgresServer
from tests.support.store_rows import NUMBER, USER, outbound, stored, waiting_messages
from tests.support.wire import Wire

from waypost.model import MessageKey, NumberId
from waypost.ports import StoreDown, StoreRefused
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.link import Connection

pytestmark = pytest.mark.anyio


def message(kind: bytes, *fields: bytes) -> bytes:
    """Return a message of a server, as it is on the wire."""
    body = b"".join(field + b"\0" for field in fields) + b"\0"
    return kind + (4 + len(body)).to_bytes(4, "big") + body


_FAREWELL = message(b"E", b"SFATAL", b"VFATAL", b"C57P01", b"Mterminating connection due to administrator command")
_NOTICE = message(b"N", b"SNOTICE", b"VNOTICE", b"C00000", b"Mheard")


@pytest.fixture
def fatal() -> list[Exception]:
    return []


@pytest.fixture
async def store(anyio_backend: str, database: str, fatal: list[Exception]) -> AsyncIterator[PostgresStore]:
    _ = anyio_backend
    opened = await PostgresStore.open(database, on_fatal=fatal.append)
    yield opened
    await opened.close()


def name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def through(wire: Wire, server: PostgresServer, url: str) -> str:
    """Return the URL of a database that is reached over a wire."""
    return url.replace(f"port={server.port}", f"port={wire.port}").replace(f"host={server.folder}", "host=127.0.0.1")


class Unforeseen:
    """A connection that fails at COMMIT in a way that nothing in our code knows."""

    def __init__(self, connection: Any) -> None:  # Any: asyncpg has no types
        self._connection = connection

    def __getattr__(self, name: str) -> Any:  # Any: as just said
        return getattr(self._connection, name)

    async def execute(self, query: str, *values: object, timeout: float | None = None) -> str:
        if query == "COMMIT":
            raise LookupError("the moon is full")
        done: str = await self._connection.execute(query, *values, timeout=timeout)
        return done


def hang_up(server: PostgresServer, database: str, who: str = "waypost writer") -> None:
    """End sessions as an operator may."""
    server.psql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name_of(database)}' AND application_name = '{who}'",
    )


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


async def until_back(store: PostgresStore) -> None:
    await until(lambda: store.trouble is None and store._session.connection is not None)


async def until_lost(store: PostgresStore) -> None:
    await until(lambda: store.trouble is not None)


class TestOwnership:
    async def test_a_second_server_on_the_same_database_is_refused(self, store: PostgresStore, database: str) -> None:
        with pytest.raises(StoreRefused, match=r"Another Waypost has postgresql://waypost@/test_\d+.* open"):
            await PostgresStore.open(database)

        await store.accept(outbound(10))

    async def test_a_start_waits_a_moment_for_a_session_that_the_server_is_just_ending(
        self, store: PostgresStore, database: str
    ) -> None:
        opening = asyncio.create_task(PostgresStore.open(database))
        await asyncio.sleep(0.3)

        await store.close()

        second = await opening
        await second.accept(outbound(10))
        await second.close()

    async def test_a_closed_store_lets_the_next_one_in(self, database: str) -> None:
        for _ in range(2):
            store = await PostgresStore.open(database)
            await store.close()
            await store.close()

    async def test_a_database_that_another_process_took_over_ends_this_one_and_takes_nothing(
        self, store: PostgresStore, postgres_server: PostgresServer, database: str, fatal: list[Exception]
    ) -> None:
        postgres_server.psql(name_of(database), "UPDATE waypost.writers SET term = term + 1")

        with pytest.raises(StoreDown, match="another Waypost has taken over"):
            await store.accept(outbound(10))

        assert [str(error).partition(" postgresql")[0] for error in fatal] == ["another Waypost has taken over"]
        assert await store.message(MessageKey(10)) is None

    async def test_a_database_that_lost_what_it_acknowledged_ends_the_process(
        self, store: PostgresStore, postgres_server: PostgresServer, database: str, fatal: list[Exception]
    ) -> None:
        await store.accept(outbound(10))
        postgres_server.psql(name_of(database), "UPDATE waypost.writers SET flush = 0")

        hang_up(postgres_server, database)
        await until(lambda: bool(fatal))

        assert "has lost what it had acknowledged" in str(fatal[0])


class TestLostSession:
    async def test_it_comes_back_by_itself_and_nothing_is_lost(
        self, store: PostgresStore, postgres_server: PostgresServer, database: str, fatal: list[Exception]
    ) -> None:
        await store.accept(outbound(10))

        hang_up(postgres_server, database)
        await until_lost(store)
        with pytest.raises(StoreDown, match="Waypost connects again by itself"):
            await store.accept(outbound(11))
        await until_back(store)
        await store.accept(outbound(12))

        assert await waiting_messages(store) == [outbound(10), outbound(12)]
        assert fatal == []

    async def test_a_transaction_that_was_cut_off_before_its_commit_is_refused_and_leaves_nothing(
        self, store: PostgresStore, postgres_server: PostgresServer, database: str
    ) -> None:
        async def run(connection: Connection) -> None:
            await connection.execute("INSERT INTO state (name, value) VALUES ('a', '')")
            await asyncio.to_thread(hang_up, postgres_server, database)
            await connection.execute("SELECT 1")

        with pytest.raises(StoreDown):
            await store._run(run)

        await until_back(store)
        assert await store.get_state("a") is None

    @pytest.mark.parametrize("arrives", [True, False])
    async def test_a_commit_without_an_answer_is_looked_up_before_anybody_is_told(
        self, postgres_server: PostgresServer, database: str, *, arrives: bool
    ) -> None:
        async with Wire(postgres_server.socket) as wire:
            store = await PostgresStore.open(through(wire, postgres_server, database))
            wire.cut_at(b"COMMIT", arrives=arrives)

            accepted = await asyncio.gather(store.accept(outbound(10)), return_exceptions=True)

            assert wire.cuts == 1
            assert [isinstance(each, StoreDown) for each in accepted] == [not arrives]
            assert await store.message(MessageKey(10)) == (stored(outbound(10)) if arrives else None)
            await store.close()

    async def test_a_farewell_that_comes_before_a_commit_refuses_what_it_was_to_commit(
        self, postgres_server: PostgresServer, database: str
    ) -> None:
        """A server that is stopped says so between two statements; the connection ends a moment later."""
        heard = asyncio.Event()
        async with Wire(postgres_server.socket) as wire:
            store = await PostgresStore.open(through(wire, postgres_server, database))

            async def run(connection: Any) -> None:  # Any: asyncpg has no types
                await connection.execute("INSERT INTO state (name, value) VALUES ('a', '')")
                connection.add_log_listener(lambda *_: heard.set())
                wire.say(_FAREWELL + _NOTICE)
                await heard.wait()

            with pytest.raises(StoreDown):
                await store._run(run)

            await until_back(store)
            assert await store.get_state("a") is None
            await store.close()

    async def test_an_error_that_nobody_foresaw_refuses_what_was_to_be_written_and_ends_the_process(
        self, store: PostgresStore, fatal: list[Exception]
    ) -> None:
        session = store._session
        session._connection = Unforeseen(session.connection)

        with pytest.raises(StoreDown, match="the moon is full"):
            await store.accept(outbound(10))

        assert [str(error) for error in fatal] == ["the moon is full"]

    async def test_reads_are_refused_while_the_server_is_away_and_work_when_it_is_back(
        self, store: PostgresStore, postgres_server: PostgresServer
    ) -> None:
        await store.accept(outbound(10))

        await asyncio.to_thread(postgres_server.stop, "immediate")
        with pytest.raises(StoreDown, match="cannot be read"):
            await store.message(MessageKey(10))
        await asyncio.to_thread(postgres_server.start)
        await until_back(store)

        assert await store.message(MessageKey(10)) == stored(outbound(10))

    async def test_closing_while_the_server_is_away_ends(
        self, store: PostgresStore, postgres_server: PostgresServer
    ) -> None:
        await asyncio.to_thread(postgres_server.stop, "immediate")
        try:
            async with asyncio.timeout(8):
                await store.close()
        finally:
            await asyncio.to_thread(postgres_server.start)

    async def test_a_server_that_hangs_makes_others_refused_and_not_wait(
        self, store: PostgresStore, postgres_server: PostgresServer, database: str
    ) -> None:
        pid = int(
            postgres_server.psql(
                "postgres",
                f"SELECT pid FROM pg_stat_activity WHERE datname = '{name_of(database)}'"
                " AND application_name = 'waypost writer'",
            )
        )
        os.kill(pid, signal.SIGSTOP)
        try:
            stuck = asyncio.ensure_future(store.accept(outbound(10)))
            async with asyncio.timeout(3):
                await until_lost(store)
            with pytest.raises(StoreDown, match="not answered for 2 seconds"):
                await store.accept(outbound(11))
        finally:
            os.kill(pid, signal.SIGCONT)

        await stuck
        await store.accept(outbound(12))
        assert await waiting_messages(store) == [outbound(10), outbound(12)]


class TestWindows:
    async def test_what_is_read_while_it_changes_is_not_kept(self, store: PostgresStore) -> None:
        reading = asyncio.ensure_future(store.window_facts(NUMBER, USER))
        await asyncio.sleep(0)
        store._windows.renew((NumberId(1), "x"), 5)

        await reading

        assert store._windows.get((NUMBER, USER)) is None


class TestAReadOnlyDatabase:
    async def test_it_is_trouble_until_it_can_be_written_again(
        self, store: PostgresStore, postgres_server: PostgresServer, database: str
    ) -> None:
        connection = store._session.connection
        assert connection is not None
        postgres_server.psql("postgres", f"ALTER DATABASE {name_of(database)} SET default_transaction_read_only = on")
        await connection.execute("SET default_transaction_read_only = on")

        with pytest.raises(StoreDown, match="read-only"):
            await store.accept(outbound(10))
        seen = []
        for _ in range(20):
            seen.append(store.trouble)
            await asyncio.sleep(0.01)
        postgres_server.psql("postgres", f"ALTER DATABASE {name_of(database)} RESET default_transaction_read_only")

        assert None not in seen
        await until_back(store)
        await store.accept(outbound(10))
