"""The embedded network: what a reset does to messages on their way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.store_rows import outbound

from waypost.lib.clock import SystemClock
from waypost.model import InboundMessage, Status, StatusUpdate
from waypost.storage.sqlite import SqliteStore
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.network import Network
from waypost.upstreams.simulated.phones import Phones
from waypost.workers.timers import Timers

pytestmark = pytest.mark.anyio

NOON_MS = 1_800_000_000_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "waypost.db")
    yield store
    await store.close()


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock(frozen_at_ms=NOON_MS)


@pytest.fixture
def told() -> list[Status]:
    """The statuses that the business was told."""
    return []


@pytest.fixture
async def network(store: SqliteStore, clock: SystemClock, told: list[Status]) -> Network:
    """A network that takes a minute between two statuses."""

    async def report(updates: Sequence[StatusUpdate]) -> None:
        told.extend(update.status for update in updates)

    async def report_message(message: InboundMessage) -> bool:
        raise AssertionError(message)

    network = Network(
        store=store, phones=Phones(store), faults=Faults(), clock=clock, timers=Timers(clock), delay_ms=60_000
    )
    network.connect(report, report_message, store)
    return network


async def due_after(clock: SystemClock, network: Network, seconds: int) -> int:
    """Move the clock; return how many messages are then due at once."""
    clock.advance(timedelta(seconds=seconds))
    try:
        return len(await asyncio.wait_for(network.due(), 0.05))
    except TimeoutError:
        return 0


async def test_a_message_moves_on_at_its_time(network: Network, clock: SystemClock) -> None:
    await network.send(outbound(10), ())

    assert await due_after(clock, network, 59) == 0
    assert await due_after(clock, network, 1) == 1


async def test_a_message_that_was_forgotten_does_not_move_on_when_its_time_comes(
    network: Network, clock: SystemClock
) -> None:
    await network.send(outbound(10), ())

    network.forget()

    assert await due_after(clock, network, 60) == 0


async def test_a_message_that_is_being_told_of_while_everything_is_forgotten_ends_there(
    network: Network, clock: SystemClock, told: list[Status]
) -> None:
    await network.send(outbound(10), ())
    clock.advance(timedelta(seconds=60))
    telling = asyncio.ensure_future(network.advance(await network.due()))
    await asyncio.sleep(0)

    network.forget()
    await telling

    assert told == [Status.SENT]
    assert await due_after(clock, network, 60) == 0


async def test_after_everything_was_forgotten_new_messages_move_on(network: Network, clock: SystemClock) -> None:
    network.forget()

    await network.send(outbound(10), ())

    assert await due_after(clock, network, 60) == 1
