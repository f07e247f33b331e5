"""The backlog that a process sees which only accepts."""

import pytest

from waypost.app.backlog import MOST_OF_ALL, MOST_OF_ONE, Backlog
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
    backlog = Backlog(Jobs({MINE: MOST_OF_ONE - 1, OTHER: 5}))
    await backlog.look()

    before = backlog.is_full(MINE)
    backlog.accepted(MINE)

    assert (before, backlog.is_full(MINE), backlog.is_full(OTHER)) == (False, True, False)


async def test_what_workers_have_done_makes_room() -> None:
    jobs = Jobs({MINE: MOST_OF_ONE})
    backlog = Backlog(jobs)
    await backlog.look()

    jobs.waiting = {}
    await backlog.look()

    assert not backlog.is_full(MINE)


async def test_with_too_much_waiting_of_all_numbers_each_is_full() -> None:
    backlog = Backlog(Jobs({MINE: MOST_OF_ALL}))

    await backlog.look()

    assert backlog.is_full(OTHER)
