"""What can happen to processes and their database, in any order and under load: nothing is lost, and all goes on."""

import asyncio
import itertools
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.tier import PATIENCE_SECONDS, Tier
from tests.faults.workers import ROUND, World, world
from tests.support.postgres import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

Event = Callable[[World, random.Random], Awaitable[None]]

WORKERS = 2
LONGEST_SECONDS = 5.0
"""How long something is away or stopped: longer than a stopped worker keeps its shards."""
_SESSIONS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'waypost%'"


async def a_worker_is_killed(here: World, chance: random.Random) -> None:
    here.workers.pop(chance.randrange(WORKERS)).kill()
    await one_more_works(here)


async def a_worker_ends(here: World, chance: random.Random) -> None:
    worker = here.workers.pop(chance.randrange(WORKERS))
    worker.terminate()
    await one_more_works(here)
    assert await worker.wait() == 0


async def a_worker_is_stopped_for_a_while(here: World, chance: random.Random) -> None:
    worker = chance.choice(here.workers)
    worker.send_signal(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
    worker.send_signal(signal.SIGCONT)


async def who_accepts_is_stopped_for_a_while(here: World, chance: random.Random) -> None:
    api = here.apis[-1].process
    api.send_signal(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
    api.send_signal(signal.SIGCONT)


async def who_accepts_is_killed(here: World, chance: random.Random) -> None:
    _ = chance
    await here.replace_api()


async def the_database_crashes(here: World, chance: random.Random) -> None:
    await asyncio.to_thread(here.postgres.stop, "immediate")
    await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
    await asyncio.to_thread(here.postgres.start)


async def the_database_is_restarted(here: World, chance: random.Random) -> None:
    _ = chance
    await asyncio.to_thread(here.postgres.stop, "fast")
    await asyncio.to_thread(here.postgres.start)


async def some_sessions_are_ended(here: World, chance: random.Random) -> None:
    for session in await here.rows(_SESSIONS):
        if chance.random() < 1 / 2:
            await here.rows(f"SELECT pg_terminate_backend({session})")


async def some_sessions_stand_still(here: World, chance: random.Random) -> None:
    sessions = [int(session) for session in await here.rows(_SESSIONS) if chance.random() < 1 / 2]
    for session in sessions:
        os.kill(session, signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
    for session in sessions:
        os.kill(session, signal.SIGCONT)


EVENTS: list[Event] = [
    a_worker_is_killed, a_worker_ends, a_worker_is_stopped_for_a_while, who_accepts_is_stopped_for_a_while,
    who_accepts_is_killed, the_database_crashes, the_database_is_restarted, some_sessions_are_ended,
    some_sessions_stand_still,
]  # fmt: skip


async def one_more_works(here: World) -> None:
    """Start a worker and wait until it is at work: only from then on it waits for a database that is away."""
    worker = await here.join()
    assert worker.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        await worker.stdout.readline()


def in_any_order(chance: random.Random, count: int) -> Iterator[Event]:
    """Return so many events: each of them once, in an order of chance, then each of them again in another one."""
    decks = (chance.sample(EVENTS, len(EVENTS)) for _ in itertools.count())
    return itertools.islice(itertools.chain.from_iterable(decks), count)


async def test_whatever_happens_in_whatever_order_nothing_is_lost(
    tmp_path: Path, postgres_server: PostgresServer, database: str, tier: Tier
) -> None:
    seed, count = random.randrange(1_000_000), tier.count(quick=len(EVENTS), full=12 * len(EVENTS))
    chance = random.Random(seed)
    async with world(tmp_path, postgres_server, database, WORKERS) as here:
        for event in in_any_order(chance, count):
            sys.stderr.write(f"of seed {seed}: {event.__name__}\n")  # for whoever reads why it failed
            async with here.load():
                await here.sent(chance.randrange(3 * ROUND))
                await event(here, chance)
                await here.sent(ROUND)
            if chance.random() < 1 / 2:  # the next may happen before this one is over
                await here.shared_by(WORKERS)
        await here.shared_by(WORKERS)
        await here.everything_told()

        assert here.broken() == []
    tier.note("events", count)
    tier.note("messages acknowledged", len(here.ledger.ids))
    tier.note("messages refused", here.ledger.refused)
    tier.note("messages without an answer", here.ledger.unanswered)
