"""A hundred thousand histories from a hundred thousand seeds, each with an order of things of its own.

A seed that fails says how to replay it and tells the shortest history that breaks the same promise.
"""

import pytest
from tests.simulation.acts import plan
from tests.simulation.histories import first_fault, play

HISTORIES = 100_000
_AT_ONCE = 5_000


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, HISTORIES, _AT_ONCE))
def test_every_history_keeps_every_promise(first: int) -> None:
    fault = first_fault(range(first, first + _AT_ONCE))

    assert fault is None, str(fault)


def test_a_seed_is_a_history() -> None:
    tellings: list[list[str]] = [[], []]

    for words in tellings:
        play(plan(4711), words=words)

    assert tellings[0] == tellings[1]
