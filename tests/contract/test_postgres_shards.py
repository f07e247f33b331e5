"""Several processes over one database: each shard has one owner, who alone writes, on the session that owns it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from tests.contract.test_postgres_session import hang_up, name_of, through, until
from tests.support.cluster import cluster_of
from tests.support.postgres import PostgresServer
from tests.support.store_rows import NUMBER, outbound
from tests.support.wire import Wire

from waypost.lib.shards import SHARDS, shard_of
from waypost.model import MessageKey, Number
from waypost.ports import Cluster, Role, StoreDown, StoreRefused
from waypost.ports.cluster import Topic
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.link import connect
from waypost.storage.postgres.places import PROCESSES, take_place

pytestmark = pytest.mark.anyio

ALL = frozenset(range(SHARDS))


@asynccontextmanager
async def opened(database: str, role: Role) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database, role=role)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def joined(database: str, role: Role) -> AsyncIterator[Cluster]:
    async with opened(database, role) as store:
        yield cluster_of(store)


async def take(store: PostgresStore, most: int = SHARDS) -> frozenset[int]:
    shards = cluster_of(store).shards
    return await shards.take(most, await shards.survey())


async def queued(store: PostgresStore) -> list[int]:
    return [key for key, _ in await store.queued_messages(MessageKey(0), 10)]


@pytest.mark.parametrize("role", ["api", "worker"])
async def test_processes_that_share_the_work_keep_one_that_does_everything_out(database: str, role: Role) -> None:
    async with opened(database, role):
        with pytest.raises(StoreRefused, match="Another Waypost has"):
            await PostgresStore.open(database)


@pytest.mark.parametrize("role", ["api", "worker"])
async def test_a_process_that_does_everything_keeps_the_others_out(database: str, role: Role) -> None:
    async with opened(database, "all"):
        with pytest.raises(StoreRefused, match=r"does everything .* start it with --role api"):
            await PostgresStore.open(database, role=role)


async def test_every_process_has_a_number_of_its_own(database: str) -> None:
    async with joined(database, "api") as one, joined(database, "api") as two, joined(database, "worker") as three:
        assert len({0, one.process, two.process, three.process}) == 4


async def test_a_shard_has_one_owner(database: str) -> None:
    async with opened(database, "worker") as one, opened(database, "worker") as two:
        first = await take(one, 40)
        second = await take(two)

        assert (len(first), second) == (40, ALL - first)
        around = await cluster_of(one).shards.survey()
        assert (around.workers, around.fair) == (2, SHARDS // 2)


async def test_a_worker_reads_the_queue_of_its_shards_only(database: str) -> None:
    mine = shard_of(NUMBER)
    async with opened(database, "api") as api, opened(database, "worker") as one, opened(database, "worker") as two:
        await api.accept(outbound(10))
        await take(one)
        before = await queued(one), await queued(two)

        await cluster_of(one).shards.give_up(mine)
        await take(two)

        assert before == ([10], [])
        assert (await queued(one), await queued(two)) == ([], [10])


async def test_a_shard_is_let_go_after_all_that_was_written_of_it(database: str) -> None:
    async with opened(database, "worker") as one, opened(database, "worker") as two:
        await take(one)
        await one.accept(outbound(10))
        settling = asyncio.ensure_future(one.settle_sent(outbound(10), "wamid.x"))
        await asyncio.sleep(0)

        await cluster_of(one).shards.give_up(shard_of(NUMBER))
        await take(two)

        assert await queued(two) == []
        await settling


async def test_who_lost_the_session_has_lost_every_shard_and_writes_no_more(
    database: str, postgres_server: PostgresServer
) -> None:
    async with opened(database, "worker") as one:
        await take(one)
        hang_up(postgres_server, database)
        await until(cluster_of(one).lost.is_set)

        async with opened(database, "worker") as two:
            taken = await take(two)
            with pytest.raises(StoreDown, match="session that owned its shards is gone"):
                await one.accept(outbound(10))
            assert taken == ALL
            assert await two.message(MessageKey(10)) is None


async def test_a_worker_that_says_nothing_is_taken_for_stopped(database: str) -> None:
    async with opened(database, "worker") as one:
        await take(one)
        async with asyncio.timeout(6):
            await cluster_of(one).lost.wait()


async def test_a_worker_that_was_stopped_in_mid_statement_is_taken_for_stopped_by_the_next(database: str) -> None:
    """To the server it is not idle."""
    async with opened(database, "worker") as one:
        await take(one)
        writing: Any = one._session.connection  # Any: what `Connection` does not promise
        await writing.prepare("SELECT 1")  # has the server read a statement, and says no more of it

        async with opened(database, "worker") as two, asyncio.timeout(6):
            while (await cluster_of(two).shards.survey()).owned:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)
            await cluster_of(one).lost.wait()


async def test_an_api_process_comes_back_to_its_own_place(database: str, postgres_server: PostgresServer) -> None:
    async with opened(database, "api") as api, opened(database, "worker"):
        place = cluster_of(api).process
        hang_up(postgres_server, database)
        await until(lambda: api.trouble is not None)
        await until(lambda: api.trouble is None)

        await api.accept(outbound(10))

        assert cluster_of(api).process == place


class TestThePlaceOfOneThatAccepts:
    async def test_is_left_to_it_while_it_is_away(self, database: str, postgres_server: PostgresServer) -> None:
        async with Wire(postgres_server.socket) as wire, opened(through(wire, postgres_server, database), "api") as api:
            await api.accept(outbound(10))
            wire.refuse()
            await until(lambda: api.trouble is not None)

            assert cluster_of(api).process not in await places_taken(database, 2 * PROCESSES)

    async def test_is_anybodys_once_it_has_ended(self, database: str) -> None:
        async with opened(database, "api") as api:
            await api.accept(outbound(10))

        assert cluster_of(api).process in await places_taken(database, 2 * PROCESSES)

    async def test_is_taken_from_whoever_has_been_silent_for_longest_when_no_other_is_left(
        self, database: str, postgres_server: PostgresServer
    ) -> None:
        postgres_server.psql(
            name_of(database),
            "INSERT INTO waypost.writers SELECT number, 1, 0, now() - interval '1 day' * (number = 60)::int"
            f" FROM generate_series(1, {PROCESSES}) AS number",
        )

        assert await places_taken(database, 1) == [60]


async def places_taken(database: str, count: int) -> list[int]:
    """Return the places of so many workers, one after the other."""
    taken = []
    for _ in range(count):
        connection = await connect(database, "test")
        taken.append(await take_place(connection, "worker", database))
        await connection.close()
    return taken


async def test_hints_reach_the_others_and_not_oneself(database: str) -> None:
    heard: list[tuple[str, frozenset[int]]] = []
    ready = asyncio.Event()
    async with joined(database, "api") as api, joined(database, "worker") as worker:
        listening = [
            asyncio.create_task(worker.hints.hear(lambda topic, shards: heard.append((topic, shards)), ready.set)),
            asyncio.create_task(api.hints.hear(lambda *_: heard.append(("own", frozenset())), lambda: None)),
        ]
        await ready.wait()

        api.hints.send(Topic.MESSAGES, {3})
        api.hints.send(Topic.MESSAGES, {5})

        await until(lambda: bool(heard))
        for task in listening:
            task.cancel()
        assert heard == [("messages", frozenset({3, 5}))]


async def test_what_names_more_than_one_hint_can_is_heard_in_parts(database: str) -> None:
    keys = frozenset(range(9 * 10**18, 9 * 10**18 + 1_000))
    heard, ready = set[int](), asyncio.Event()
    async with joined(database, "api") as api, joined(database, "worker") as worker:
        listening = asyncio.create_task(worker.hints.hear(lambda _, named: heard.update(named), ready.set))
        await ready.wait()

        api.hints.send(Topic.AGAIN, keys)

        await until(lambda: heard == keys)
        listening.cancel()


async def test_who_changes_something_goes_on_when_the_others_are_told(database: str) -> None:
    number = Number(NUMBER, 7, "", "hush")
    heard: list[str] = []
    listener: Any = await connect(database, "listener")  # Any: what `Connection` does not promise
    await listener.add_listener("waypost", lambda *call: heard.append(call[-1]))
    try:
        async with opened(database, "api") as api:
            await api.save_number(number)

            await listener.execute("SELECT 1")  # what was told by now comes before its answer
            assert [text.split()[1] for text in heard] == ["changed"]
    finally:
        listener.terminate()


async def test_who_asks_whether_all_is_heard_has_heard_what_was_told_before(database: str) -> None:
    heard: list[str] = []
    ready = asyncio.Event()
    async with joined(database, "api") as api, joined(database, "worker") as worker:
        listening = asyncio.create_task(worker.hints.hear(lambda topic, _: heard.append(topic), ready.set))
        await ready.wait()

        await api.hints.changed()
        await asyncio.gather(worker.hints.heard(), worker.hints.heard())  # both kinds of lanes may ask at once

        assert heard == ["changed"]
        listening.cancel()


async def test_who_asks_before_anything_is_heard_waits_until_something_hears(database: str) -> None:
    looked: list[str] = []
    async with joined(database, "worker") as worker:
        asking = asyncio.create_task(worker.hints.heard())
        await asyncio.sleep(0)
        before = asking.done()

        listening = asyncio.create_task(worker.hints.hear(lambda *_: None, lambda: looked.append("at everything")))
        await asking

        assert (before, looked) == (False, ["at everything"])
        listening.cancel()


async def test_a_listener_that_is_hung_up_on_comes_back_and_looks_at_everything(
    database: str, postgres_server: PostgresServer
) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    async with joined(database, "api") as api:
        listening = asyncio.create_task(api.hints.hear(lambda *_: None, look))
        await api.hints.heard()

        hang_up(postgres_server, database, "waypost listener")
        await until(lambda: looks > 1)

        listening.cancel()


async def test_processes_that_change_a_number_at_once_lose_nothing_of_each_other(database: str) -> None:
    number = Number(NUMBER, 7, "", "hush")

    async def write(store: PostgresStore, letter: str) -> None:
        for _ in range(20):
            await store.change_number(number, lambda now: replace(now, name=now.name + letter))

    async with opened(database, "api") as api, opened(database, "worker") as worker:
        await asyncio.gather(write(api, "a"), write(worker, "w"))
        (stored,) = await api.load_numbers()

    assert sorted(stored.name) == ["a"] * 20 + ["w"] * 20
