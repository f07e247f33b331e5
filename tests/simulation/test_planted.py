"""The simulation finds bugs that were planted, and tells the shortest history in which they show."""

import pytest
from tests.simulation.histories import first_fault
from tests.simulation.planted import PLANTED

BUDGET = 3_000
"""Histories in which a bug must show; the worst of these takes a few hundred."""

SENTENCES = {
    "ack-before-commit": "a message was acknowledged and is not there",
    "job-in-memory": "an attempt reaches the network before it is noted as begun",
    "delivery-after-commit": "an event is stored and nobody will be told",
    "status-twice": "the same failed is two events",
    "user-twice": "the same message is two events",
    "shown-twice": "the embedded network takes a message twice",
    "status-falls": "a message is failed and its history makes it read",
    "fails-unasked": "a message that the network has taken fails without its word",
    "sends-unnoted": "an attempt reaches the network before it is noted as begun",
    "open-too-long": "a free-form message is sent although 24 hours have passed since the user wrote",
    "closed-too-soon": "a message fails for a closed window less than 24 hours after the user wrote",
    "reworded": "a webhook call comes again with other bytes",
    "satisfied": "an event is noted as told, and no receiver has taken it",
    "skips-after-restart": "an event is told before an earlier one of its message",
    "overtakes": "a message overtakes an earlier one to the same user",
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    fault = first_fault(range(BUDGET), PLANTED[bug])

    assert fault is not None
    assert fault.why == SENTENCES[bug]
