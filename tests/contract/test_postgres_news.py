"""What others have stored since a worker looked last, told by the transactions that stored it."""

from collections.abc import AsyncIterator

import pytest
from tests.contract.test_postgres_shards import opened, take
from tests.support.cluster import cluster_of
from tests.support.store_rows import NUMBER, attempt, inbound_row, outbound, waiting

from waypost.lib.shards import shard_of
from waypost.model import EventKey, MessageKey
from waypost.ports.cluster import News
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres.link import Connection, connect

pytestmark = pytest.mark.anyio

_STORE = "INSERT INTO outbox (number_id, key, due_ms, attempt, begun) VALUES ($1, $2, 0, 0, FALSE)"
_USE_A_TRANSACTION = "SELECT pg_current_xact_id()"


@pytest.fixture
async def api(database: str, anyio_backend: str) -> AsyncIterator[PostgresStore]:
    _ = anyio_backend
    async with opened(database, "api") as store:
        yield store


@pytest.fixture
async def worker(database: str, anyio_backend: str) -> AsyncIterator[PostgresStore]:
    _ = anyio_backend
    async with opened(database, "worker") as store:
        await take(store)
        yield store


@pytest.fixture
async def beside(database: str, anyio_backend: str) -> AsyncIterator[Connection]:
    """A session of somebody else."""
    _ = anyio_backend
    connection = await connect(database, "test")
    yield connection
    connection.terminate()


def news_of(store: PostgresStore) -> News:
    return cluster_of(store).news


async def messages_since(store: PostgresStore, horizon: int) -> list[int]:
    return [key for key, _ in await news_of(store).messages(horizon, MessageKey(0), 10)]


async def test_a_message_is_news_whatever_its_key(api: PostgresStore, worker: PostgresStore) -> None:
    await api.accept(outbound(10))
    horizon = await news_of(worker).horizon()
    await api.accept(outbound(5))

    assert await messages_since(worker, horizon) == [5]
    assert await news_of(worker).messages(horizon, MessageKey(5), 10) == []


async def test_a_message_is_news_if_it_was_being_stored_at_the_horizon(
    worker: PostgresStore, beside: Connection
) -> None:
    await beside.execute("BEGIN")
    await beside.execute(_STORE, NUMBER, 10)
    horizon = await news_of(worker).horizon()
    before = await messages_since(worker, horizon)
    await beside.execute("COMMIT")

    assert (before, await messages_since(worker, horizon)) == ([], [10])


async def test_a_message_is_news_if_a_later_transaction_ended_before_the_horizon(
    api: PostgresStore, worker: PostgresStore, beside: Connection
) -> None:
    await beside.execute("BEGIN")
    await beside.execute(_STORE, NUMBER, 10)
    await api.accept(outbound(20))
    horizon = await news_of(worker).horizon()
    await beside.execute("COMMIT")

    assert 10 in await messages_since(worker, horizon)


async def test_a_message_is_no_news_after_the_next_horizon(
    api: PostgresStore, worker: PostgresStore, beside: Connection
) -> None:
    await api.accept(outbound(10))
    horizon = await news_of(worker).horizon()
    await beside.execute(_USE_A_TRANSACTION)

    assert await messages_since(worker, horizon) == []


async def test_a_message_for_another_worker_is_no_news(api: PostgresStore, worker: PostgresStore) -> None:
    horizon = await news_of(worker).horizon()
    await cluster_of(worker).shards.give_up(shard_of(NUMBER))
    await api.accept(outbound(10))

    assert await messages_since(worker, horizon) == []


async def test_an_old_delivery_is_news_when_it_is_sent_again(api: PostgresStore, worker: PostgresStore) -> None:
    event = inbound_row(11, 10).event
    await worker.record_inbound(inbound_row(11, 10))
    await worker.delivery_done(waiting(event), attempt(1))
    await worker.record_inbound(inbound_row(21, 20))
    horizon = await news_of(worker).horizon()
    await api.redeliver(EventKey(11), 9_000)

    assert await news_of(worker).deliveries(horizon, EventKey(0), 10) == [(11, NUMBER, "")]
