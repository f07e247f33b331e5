"""The simulation finds bugs that were planted, and tells the shortest history in which they show."""

import pytest
from tests.simulation.histories import first_fault
from tests.simulation.planted import PLANTED

BUDGET = 3_000
"""Histories in which a bug must show; the worst of these takes a few hundred."""

NOT_THERE = "a message was acknowledged and is not there"
UNNOTED = "an attempt reaches the network before it is noted as begun"
MESSAGE_WAITS = "a message waits for the network, is due, and nothing happens"
EVENT_WAITS = "an event waits for its receiver, is due, and nothing happens"
MESSAGE_OVERTAKES = "a message overtakes an earlier one to the same user"
EVENT_OVERTAKES = "an event is told before an earlier one of its message"

SENTENCES = {
    "ack-before-commit": {NOT_THERE},
    "job-in-memory": {UNNOTED, "a message was acknowledged and nothing has become of it"},
    "delivery-after-commit": {"an event is stored and nobody will be told"},
    "forgets-further": {"an event is stored and a further endpoint will not be told"},
    "status-twice": {f"the same {word} is two events" for word in ("sent", "delivered", "read", "failed")},
    "user-twice": {"the same message is two events"},
    "shown-twice": {"the embedded network takes a message twice"},
    "status-falls": {
        "a message is failed and its history makes it read",
        *(f"a message falls from {was} to {now}" for was in ("read", "delivered") for now in ("sent", "delivered")),
    },
    "fails-unasked": {"a message that the network has taken fails without its word"},
    "sends-unnoted": {UNNOTED},
    "sends-again": {"a message reaches its user 2 times, which nothing excuses"},
    "stumbles": {"ValueError: stumbled"},
    "open-too-long": {"a free-form message is sent although 24 hours have passed since the user wrote"},
    "closed-too-soon": {"a message fails for a closed window less than 24 hours after the user wrote"},
    "reworded": {"a webhook call comes again with other bytes"},
    "tells-again": {"an event is told again although its receiver has taken it"},
    "satisfied": {"an event is noted as told, and no receiver has taken it"},
    "skips-after-restart": {MESSAGE_WAITS, EVENT_WAITS, EVENT_OVERTAKES, MESSAGE_OVERTAKES},
    "overtakes": {EVENT_OVERTAKES, MESSAGE_OVERTAKES},
}
"""What each bug may show as; which of them comes first is up to the seeds."""


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    fault = first_fault(range(BUDGET), PLANTED[bug])

    assert fault is not None
    assert fault.why in SENTENCES[bug]
