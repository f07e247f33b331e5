"""The feed by itself: bounds, ids, and what other processes store."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.exchange import MemoryExchange
from tests.support.store_rows import USER, outbound

from waypost.api.control.feed import EventStream, LiveFeed
from waypost.api.exchange import ClientGone
from waypost.api.routing import Request
from waypost.flows.feed import Feed, Listener
from waypost.lib.clock import SystemClock
from waypost.model import MessageKey
from waypost.ports import Changes
from waypost.storage.sqlite import SqliteStore

pytestmark = pytest.mark.anyio


class QuickClock(SystemClock):
    """Its time is only what was waited for; whoever waits has others go on first."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    async def pause(self, seconds: float) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        self.seconds += seconds


class Everybody:
    """A gate that is open."""

    def admit(self, request: Request) -> None:
        _ = request


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "waypost.db")
    yield opened
    await opened.close()


def opened(feed: Feed, last_id: str | None = None) -> Listener:
    listener = feed.open(last_id)
    assert listener is not None
    return listener


async def test_changes_between_two_events_are_told_together(store: SqliteStore) -> None:
    feed = Feed(store, QuickClock(), is_alone=True)
    listener = opened(feed)
    await store.accept(outbound(1))
    await store.accept(outbound(2))

    told = await feed.next(listener)

    assert told is not None
    assert (len(told[1].messages), told[1].phones) == (2, [USER])
    assert await feed.next(listener) is None


async def test_what_is_not_read_is_not_kept(store: SqliteStore) -> None:
    feed = Feed(store, QuickClock(), is_alone=True)
    listener = opened(feed)

    for key in range(10_000):
        feed.note(Changes({MessageKey(key)}))

    assert len(listener.changes.messages) == 0
    told = await feed.next(listener)
    assert told is not None
    assert told[1].all


async def test_an_id_that_nothing_has_followed_is_known(store: SqliteStore) -> None:
    feed = Feed(store, QuickClock(), is_alone=True)
    first, other = opened(feed), opened(feed)
    feed.tell("rules")
    told = await feed.next(first)
    assert told is not None
    feed.close(first)

    again = opened(feed, str(told[0]))

    assert await feed.next(again) is None
    feed.close(other)


async def test_an_id_from_before_a_time_without_listeners_is_unknown(store: SqliteStore) -> None:
    feed = Feed(store, QuickClock(), is_alone=True)
    first = opened(feed)
    feed.tell("rules")
    told = await feed.next(first)
    assert told is not None
    feed.close(first)

    again = await feed.next(opened(feed, str(told[0])))

    assert again is not None
    assert again[1].all


async def test_what_other_processes_store_is_found_and_told_no_more_than_a_few_times(store: SqliteStore) -> None:
    feed = Feed(store, QuickClock(), is_alone=False)
    await store.accept(outbound(1 << 40))
    listener = opened(feed)
    assert await feed.next(listener) is None
    store.watch(None)  # as if another process did it
    await store.accept(outbound((1 << 40) + 1))

    told = [await feed.next(listener) for _ in range(8)]

    assert [len(each[1].messages) for each in told if each is not None] == [2, 2, 2]


async def test_a_listener_that_reads_nothing_is_cut(store: SqliteStore) -> None:
    clock = QuickClock()
    feed = Feed(store, clock, is_alone=True)
    listener = opened(feed)
    control = LiveFeed(feed, Everybody(), clock)  # type: ignore[arg-type]  # all of a gate that it uses

    class Stuck(MemoryExchange):
        async def write(self, piece: bytes) -> None:
            _ = piece
            await asyncio.Event().wait()

    exchange = Stuck()

    with pytest.raises(ClientGone):
        await EventStream(control, Request("GET", "/", [], exchange), listener).send(exchange)
    assert feed.listeners == 0
