"""Admission: sends wait for their turn, and what cannot be taken is refused at once, with a time to come again."""

import asyncio

import pytest

from waypost.errors import Problem, Refusal
from waypost.errors.rates import NO_SPACE, OVERLOADED
from waypost.flows.admission import LONGEST_WAIT_SECONDS, MOST_IN_A_TURN, MOST_WAITING, Admission
from waypost.lib.clock import SystemClock
from waypost.model import NumberId

pytestmark = pytest.mark.anyio

NUMBER, OTHER = NumberId(15550009999), NumberId(15550008888)


class StillClock(SystemClock):
    """The machine's clock, standing still until the test moves it."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


_STILL_THERE: list["Senders"] = []
"""Keeps whoever still waits at the end of a test until its loop has sent them home."""


class Senders:
    """Requests that come through one door, each until it is told to go."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.begun: list[str] = []
        self._may_go: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        _STILL_THERE.append(self)

    async def come(self, *names: str) -> None:
        for name in names:
            self._may_go[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._send(name))
        await turns()

    async def go(self, name: str) -> None:
        self._may_go[name].set()
        await turns()

    async def hang_up(self, name: str) -> None:
        self._tasks[name].cancel()
        await turns()

    async def _send(self, name: str) -> None:
        with await self.admission.turn():
            self.begun.append(name)
            await self._may_go[name].wait()


async def turns() -> None:
    """Let everybody do what can be done now."""
    for _ in range(5):
        await asyncio.sleep(0)


def most(jitter_ceiling: int) -> int:
    return jitter_ceiling


def refusal_of(admission: Admission, number_id: NumberId = NUMBER) -> tuple[Problem, int | None]:
    with pytest.raises(Refusal) as refused:
        admission.check(number_id)
    return refused.value.fault.problem, refused.value.fault.retry_after_seconds


async def test_as_many_as_may_are_at_work_and_the_others_wait_in_the_order_in_which_they_came() -> None:
    senders = Senders(Admission(StillClock(), most_at_work=2))

    await senders.come("first", "second", "third", "fourth")
    await senders.go("second")

    assert senders.begun == ["first", "second", "third"]


async def test_whoever_comes_later_does_not_overtake_those_who_wait() -> None:
    senders = Senders(Admission(StillClock(), most_at_work=1))

    await senders.come("first", "second")
    await senders.go("first")
    await senders.come("third")

    assert senders.begun == ["first", "second"]


async def test_whoever_hangs_up_while_waiting_is_passed_over() -> None:
    senders = Senders(Admission(StillClock(), most_at_work=1))

    await senders.come("first", "second", "third")
    await senders.hang_up("second")
    await senders.go("first")

    assert senders.begun == ["first", "third"]


async def test_whoever_hangs_up_in_the_moment_of_the_turn_hands_it_on() -> None:
    admission = Admission(StillClock(), most_at_work=1)
    senders = Senders(admission)

    await senders.come("first", "second", "third")
    senders._may_go["first"].set()
    await asyncio.sleep(0)
    await senders.hang_up("second")

    assert senders.begun == ["first", "third"]


async def test_a_message_that_could_not_be_stored_makes_room_too() -> None:
    admission = Admission(StillClock(), most_at_work=1)

    with pytest.raises(ValueError, match="disk"), await admission.turn():
        raise ValueError("disk")

    assert admission.at_work == 0


async def test_while_the_first_in_the_line_has_waited_too_long_nobody_may_join_it() -> None:
    clock = StillClock()
    admission = Admission(clock, most_at_work=1, jitter=most)

    await Senders(admission).come("first", "second")
    clock.seconds += LONGEST_WAIT_SECONDS + 0.001

    assert refusal_of(admission) == (OVERLOADED, 3)


async def test_two_hundred_who_come_at_once_are_not_too_many() -> None:
    admission = Admission(StillClock())

    await Senders(admission).come(*map(str, range(200)))

    admission.check(NUMBER)
    assert (admission.at_work, admission.waiting) == (200, 0)


async def test_in_one_turn_of_the_loop_only_so_many_begin() -> None:
    admission = Admission(StillClock())
    senders = Senders(admission)

    coming = asyncio.create_task(senders.come(*map(str, range(100))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert len(senders.begun) == MOST_IN_A_TURN
    await coming


async def test_a_line_that_is_too_long_is_closed_however_short_its_first_has_waited() -> None:
    admission = Admission(StillClock(), most_at_work=1, jitter=most)

    await Senders(admission).come(*map(str, range(1 + MOST_WAITING)))

    assert refusal_of(admission) == (OVERLOADED, 3)


async def test_once_the_line_moves_on_others_may_join_it() -> None:
    clock = StillClock()
    admission = Admission(clock, most_at_work=1)
    senders = Senders(admission)
    await senders.come("first", "second")
    clock.seconds += LONGEST_WAIT_SECONDS + 0.001

    await senders.go("first")

    admission.check(NUMBER)


async def test_a_number_with_a_full_outbox_is_refused_and_the_others_are_not() -> None:
    admission = Admission(StillClock(), lambda number_id: number_id == NUMBER, jitter=most)

    refused = refusal_of(admission)

    admission.check(OTHER)
    assert refused == (OVERLOADED, 3)


async def test_the_last_of_the_disk_is_not_for_new_messages() -> None:
    admission = Admission(StillClock(), jitter=most)
    admission.disk_is_low = True

    refused = refusal_of(admission)

    assert refused == (NO_SPACE, 5)
