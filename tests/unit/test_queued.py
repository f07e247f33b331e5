"""What a process that only accepts sees of what waits."""

import pytest

from waypost.app.queued import MOST_OF_ALL, MOST_OF_ONE, Queued
from waypost.model import NumberId

pytestmark = pytest.mark.anyio

MINE, OTHER = NumberId(15550009999), NumberId(15550008888)


class Jobs:
    """What waits in a database."""

    def __init__(self, waiting: dict[NumberId, int]) -> None:
        self.waiting = waiting

    async def waiting_by_number(self, limit: int) -> dict[NumberId, int]:
        return {number_id: min(count, limit) for number_id, count in self.waiting.items()}


async def test_what_was_accepted_since_the_last_look_counts_too() -> None:
    queued = Queued(Jobs({MINE: MOST_OF_ONE - 1, OTHER: 5}).waiting_by_number)
    await queued.look()

    before = queued.is_full(MINE)
    queued.accepted(MINE)

    assert (before, queued.is_full(MINE), queued.is_full(OTHER)) == (False, True, False)


async def test_what_workers_have_done_makes_room() -> None:
    jobs = Jobs({MINE: MOST_OF_ONE})
    queued = Queued(jobs.waiting_by_number)
    await queued.look()

    jobs.waiting = {}
    await queued.look()

    assert not queued.is_full(MINE)


async def test_with_too_much_waiting_of_all_numbers_each_is_full() -> None:
    queued = Queued(Jobs({MINE: MOST_OF_ALL}).waiting_by_number)

    await queued.look()

    assert queued.is_full(OTHER)
