"""Workers that share a database come and go, are killed and stopped: every message is worked by one of them."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.faults.tier import PATIENCE_SECONDS, Tier
from tests.faults.workers import NUMBERS, ROUND, World, world
from tests.support.postgres import PostgresServer

from waypost.lib.clock import SystemClock

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

RECOVERY_SECONDS = 5
END_SECONDS = 10
SCAN_SECONDS = 2.0
"""How often a worker looks for what waits when nobody has told it."""
PLANTED = "tests.faults.worker_planted"


@pytest.fixture
async def two(
    anyio_backend: str, tmp_path: Path, postgres_server: PostgresServer, database: str
) -> AsyncIterator[World]:
    _ = anyio_backend
    async with world(tmp_path, postgres_server, database, 2) as here:
        yield here


async def nothing_is_lost_and_it_goes_on(here: World) -> None:
    """Wait until everything is told; then what is sent is told once, and no promise is broken."""
    await here.everything_told()
    after = await here.send_some(5)
    await here.everything_told()

    assert here.broken() == []
    assert here.told_twice(after) == []


async def test_two_workers_share_the_shards_and_each_message_is_told_once_and_in_order(two: World) -> None:
    async with two.load():
        await two.sent(10 * ROUND)

    await two.everything_told()

    assert two.broken() == []
    assert two.told_twice(two.ledger.ids) == []
    assert two.ledger.refused == 0


async def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(two: World) -> None:
    async with two.load():
        await two.sent(5 * ROUND)
        two.workers[0].kill()
        await two.shared_by(1)
        await two.sent(5 * ROUND)

    await nothing_is_lost_and_it_goes_on(two)


async def test_a_worker_that_is_stopped_for_a_while_loses_its_shards_and_begins_anew(two: World) -> None:
    async with two.load():
        await two.sent(5 * ROUND)
        two.workers[0].send_signal(signal.SIGSTOP)
        await two.shared_by(1)
        two.workers[0].send_signal(signal.SIGCONT)
        await two.shared_by(2)

    await nothing_is_lost_and_it_goes_on(two)


async def test_a_worker_that_is_told_to_end_hands_over_within_ten_seconds(two: World, tier: Tier) -> None:
    clock = SystemClock()
    async with two.load():
        await two.sent(5 * ROUND)
        began = clock.monotonic()
        two.workers[0].terminate()
        code = await two.workers[0].wait()
        took = clock.monotonic() - began
        await two.shared_by(1)

    await two.everything_told()

    assert (code, took < tier.within(END_SECONDS)) == (0, True)
    assert two.broken() == []
    assert two.told_twice(two.ledger.ids) == []


async def test_a_worker_that_is_told_to_end_waits_for_no_slow_webhook(two: World, tier: Tier) -> None:
    clock, slow = SystemClock(), asyncio.Event()
    two.hook.answer(hold=slow, times=10_000)
    await two.send_some(3)

    began = clock.monotonic()
    two.workers[0].terminate()
    code = await two.workers[0].wait()
    took = clock.monotonic() - began
    slow.set()
    await two.everything_told()

    assert (code, took < tier.within(END_SECONDS)) == (0, True)
    assert two.broken() == []


async def test_a_worker_that_joins_gets_its_share_and_nothing_is_told_twice(two: World) -> None:
    async with two.load():
        await two.sent(5 * ROUND)
        await two.join()
        await two.shared_by(3)
        await two.sent(5 * ROUND)

    await two.everything_told()

    assert two.broken() == []
    assert two.told_twice(two.ledger.ids) == []


async def test_a_database_that_goes_away_costs_one_who_accepts_and_his_workers_nothing_but_that_while(
    two: World, tier: Tier
) -> None:
    seconds = tier.count(quick=2, full=60)
    async with two.load():
        await two.sent(5 * ROUND)
        await asyncio.to_thread(two.postgres.stop, "immediate")
        await asyncio.sleep(seconds)
        await asyncio.to_thread(two.postgres.start)
        taken = len(two.ledger.ids)
        async with asyncio.timeout(tier.within(RECOVERY_SECONDS)):
            while len(two.ledger.ids) == taken:  # noqa: ASYNC110 - as a client would
                await asyncio.sleep(0.05)
        await two.shared_by(2)
        await two.sent(5 * ROUND)

    await nothing_is_lost_and_it_goes_on(two)
    tier.note("seconds without a database", seconds)
    tier.note("messages acknowledged", len(two.ledger.ids))
    tier.note("messages refused", two.ledger.refused)


async def test_messages_wait_for_the_first_worker(
    tmp_path: Path, postgres_server: PostgresServer, database: str
) -> None:
    async with world(tmp_path, postgres_server, database, 0) as here:
        await here.send_some(3)
        await here.join()
        await here.everything_told()

        assert here.broken() == []


@pytest.mark.parametrize(("module", "sharers", "is_caught"), [("waypost", 2, False), (PLANTED, 1, True)])
async def test_a_worker_that_keeps_its_shards_without_their_session_is_caught(
    tmp_path: Path, postgres_server: PostgresServer, database: str, *, module: str, sharers: int, is_caught: bool
) -> None:
    """Two owners show where both read what waits: while the webhook is slow to answer.

    The first had every shard when it was stopped, and the second has every shard when it goes on.
    """
    slow = asyncio.Event()
    async with world(tmp_path, postgres_server, database, 0) as here:
        await here.join(module=module)
        await here.shared_by(1)
        first, before = await here.owner(), await here.places()
        here.workers[0].send_signal(signal.SIGSTOP)
        await here.join()
        await here.taken_from(first)
        while await here.places() == before:  # by chance it got the place of the first, which would end at once
            here.workers[-1].terminate()
            await here.workers[-1].wait()
            await here.join()
            await here.shared_by(1)
        here.workers[0].send_signal(signal.SIGCONT)
        await here.writing(3)
        await here.shared_by(sharers)  # one that has begun anew gets its share, and only then the webhook is slow

        here.hook.answer(hold=slow, times=10_000)
        after = await here.send_some(3)
        await both_had_time(here, repeated=is_caught)
        slow.set()
        await here.everything_told()

        assert bool(here.told_twice(after)) == is_caught


async def both_had_time(here: World, *, repeated: bool) -> None:
    """Wait until a call that is held was made again; or, where none should be, until every owner has looked."""
    if repeated:
        await here.hook.wait_until(lambda: bool(here.repeated()), PATIENCE_SECONDS)
        return
    await here.hook.wait_for_count(len(NUMBERS))
    await asyncio.sleep(SCAN_SECONDS + 1)
