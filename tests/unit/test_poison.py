"""What becomes of a job that cannot be worked, and of the others."""

from dataclasses import dataclass, field

import pytest

from waypost.lib.clock import SystemClock
from waypost.ports import StoreDown
from waypost.workers.poison import MAX_TRIES, enduring, separating

pytestmark = pytest.mark.anyio

NOON_MS = 1_800_000_000_000
BAD = 13


@dataclass
class Bench:
    """Works numbers; the bad one has a bug."""

    error: Exception = field(default_factory=lambda: KeyError("hologram"))
    worse: Exception | None = None
    given_up: list[tuple[int, str]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)

    async def work(self, job: int) -> int | None:
        if job == BAD:
            raise self.error
        self.done.append(job)
        return None

    async def batch(self, jobs: list[int]) -> None:
        for job in jobs:
            await self.work(job)

    async def give_up(self, job: int, why: str) -> None:
        if self.worse is not None:
            raise self.worse
        self.given_up.append((job, why))


async def tries(bench: Bench, job: int, times: int) -> list[int | None]:
    """Work a job so often and return when it is due again each time, in seconds from now."""
    do = enduring(bench.work, bench.give_up, int, SystemClock(frozen_at_ms=NOON_MS))
    dues = [await do(job) for _ in range(times)]
    return [None if due is None else (due - NOON_MS) // 1_000 for due in dues]


async def test_a_job_with_a_bug_is_tried_five_times_and_then_given_up_with_the_reason() -> None:
    bench = Bench()

    dues = await tries(bench, BAD, MAX_TRIES)

    assert dues == [1, 1, 1, 1, None]
    assert bench.given_up == [(BAD, "Waypost cannot work it (KeyError); the log has the reason.")]


async def test_a_job_that_cannot_even_be_given_up_is_taken_up_each_hour() -> None:
    bench = Bench(worse=ValueError("no echo"))

    dues = await tries(bench, BAD, MAX_TRIES + 1)

    assert dues == [1, 1, 1, 1, 3_600, 3_600]


async def test_a_job_without_a_bug_is_worked_as_ever() -> None:
    bench = Bench()

    dues = await tries(bench, 7, 1)

    assert (dues, bench.done) == ([None], [7])


async def test_a_store_that_refuses_is_no_bug() -> None:
    with pytest.raises(StoreDown):
        await tries(Bench(error=StoreDown("no space")), BAD, 1)


async def test_a_store_that_refuses_the_giving_up_is_asked_again_for_just_that() -> None:
    bench = Bench(worse=StoreDown("no space"))
    do = enduring(bench.work, bench.give_up, int, SystemClock(frozen_at_ms=NOON_MS))
    for _ in range(MAX_TRIES - 1):
        await do(BAD)
    with pytest.raises(StoreDown):
        await do(BAD)

    bench.worse = None
    due_ms = await do(BAD)

    assert (due_ms, len(bench.given_up)) == (None, 1)


async def test_one_bad_job_of_a_batch_keeps_none_of_the_others() -> None:
    bench = Bench()

    await separating(bench.batch, int)([1, BAD, 2])

    assert set(bench.done) == {1, 2}


async def test_a_batch_waits_for_a_store_that_refuses() -> None:
    with pytest.raises(StoreDown):
        await separating(Bench(error=StoreDown("no space")).batch, int)([1, BAD])
