"""The machine's clock is set back and forward; time that others see goes on."""

from dataclasses import dataclass

import pytest

from waypost.lib.clock import SteadyTime

HOUR = 3_600_000


@dataclass
class Machine:
    """A clock that can be set, and ticks that cannot."""

    wall_ms: int = 1_800_000_000_000
    ticks_ms: int = 5_000

    def steady(self) -> SteadyTime:
        return SteadyTime(lambda: self.wall_ms * 1_000_000, lambda: self.ticks_ms * 1_000_000)

    def run(self, milliseconds: int) -> None:
        self.wall_ms += milliseconds
        self.ticks_ms += milliseconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_the_clock_is_followed_forward(machine: Machine) -> None:
    steady = machine.steady()

    machine.wall_ms += 400 * 24 * HOUR

    assert steady.now_ms() == machine.wall_ms


def test_a_small_correction_back_is_followed(machine: Machine) -> None:
    steady = machine.steady()
    steady.now_ms()

    machine.wall_ms -= 1_000

    assert steady.now_ms() == machine.wall_ms


def test_time_goes_on_where_the_clock_is_set_back(machine: Machine) -> None:
    steady = machine.steady()
    before = steady.now_ms()

    machine.wall_ms -= 2 * HOUR
    seen = [steady.now_ms()]
    machine.run(90_000)
    seen.append(steady.now_ms())

    assert seen == [before, before + 90_000]


def test_the_time_in_which_nobody_asked_is_counted(machine: Machine) -> None:
    steady = machine.steady()
    before = steady.now_ms()

    machine.run(HOUR)
    machine.wall_ms -= 2 * HOUR

    assert steady.now_ms() == before + HOUR


def test_a_clock_that_caught_up_is_followed_again(machine: Machine) -> None:
    steady = machine.steady()
    before = steady.now_ms()
    machine.wall_ms -= 2 * HOUR
    steady.now_ms()

    machine.wall_ms += 2 * HOUR
    caught_up = steady.now_ms()
    machine.wall_ms += HOUR

    assert (caught_up, steady.now_ms()) == (before, before + HOUR)


def test_a_clock_that_was_set_forward_before_it_was_set_back_does_not_go_back_with_it(machine: Machine) -> None:
    steady = machine.steady()
    machine.wall_ms += 5 * HOUR
    before = steady.now_ms()

    machine.wall_ms -= 2 * HOUR

    assert steady.now_ms() == before
