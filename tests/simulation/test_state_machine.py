"""Message, lane, window and delivery as one state machine, driven by Hypothesis against the ledger.

The seeded histories are many and quick. Here every step is a choice of Hypothesis, so that a fault comes back as the
shortest list of steps that shows it.
"""

import asyncio
import logging
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.simulation.acts import PHONES, SETTINGS
from tests.simulation.histories import SOUND
from tests.simulation.ledger import Broken
from tests.simulation.life import Factories
from tests.simulation.loop import SimLoop
from tests.simulation.outside import RECEIVERS
from tests.simulation.planted import PLANTED
from tests.simulation.start import KINDS, NUMBERS, USERS, webhook_url
from tests.simulation.world import Setting, World

DAY_MS = 86_400_000
NUMBER, USER, KIND = st.sampled_from(NUMBERS), st.sampled_from(USERS), st.sampled_from(KINDS)
CHANCE = st.integers(0, 9_999)

SETUP = settings(
    max_examples=100,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
QUICK = settings(SETUP, phases=[Phase.generate])
"""Without the search for the shortest list of steps."""


class Machine(RuleBasedStateMachine):
    """One server and its world; the ledger raises as soon as a promise is broken."""

    factories: Factories = SOUND

    def __init__(self) -> None:
        super().__init__()
        logging.disable(logging.CRITICAL)  # what the server complains of is meant
        self.loop = SimLoop()  # type: ignore[abstract]  # as in `loop.running`
        asyncio._set_running_loop(self.loop)
        self.world: World | None = None
        self.is_sound = True

    def do(self, act: Callable[[World], object]) -> None:
        assert self.world is not None
        self.is_sound, was = False, self.is_sound
        act(self.world)
        self.is_sound = was

    @initialize(setting=st.sampled_from(SETTINGS))
    def the_server_starts(self, setting: Setting) -> None:
        self.world = World(self.loop, 0, setting, self.factories)

    @rule(number=NUMBER, user=USER, kind=KIND)
    def a_client_sends(self, number: int, user: str, kind: str) -> None:
        self.do(lambda world: world.send(NUMBERS[NUMBERS.index(number)], user, kind, None))

    @rule(key=st.sampled_from(("k1", "k2")))
    def a_client_sends_under_a_key(self, key: str) -> None:
        self.do(lambda world: world.send(NUMBERS[0], USERS[0], "text", key))

    @rule(number=NUMBER, user=USER)
    def a_user_writes(self, number: int, user: str) -> None:
        self.do(lambda world: world.write(user, NUMBERS[NUMBERS.index(number)]))

    @rule(chance=CHANCE, steps=st.integers(1, 30))
    def something_happens(self, chance: int, steps: int) -> None:
        random.seed(chance)
        for _ in range(steps):
            self.do(World.step)

    @rule(by_ms=st.integers(0, 31 * DAY_MS))
    def time_passes(self, by_ms: int) -> None:
        self.do(lambda world: world.advance(by_ms))

    @rule(number=NUMBER, user=USER, by_ms=st.integers(-1, 1))
    def a_window_closes(self, number: int, user: str, by_ms: int) -> None:
        self.do(lambda world: world.to_the_edge(NUMBERS[NUMBERS.index(number)], user, by_ms))

    @rule(chance=CHANCE)
    def the_server_crashes(self, chance: int) -> None:
        random.seed(chance)
        self.do(World.crash)

    @rule(mood=st.sampled_from(sorted(RECEIVERS)))
    def moods_change(self, mood: str) -> None:
        self.do(lambda world: world.set_moods(mood))

    @rule(user=USER, what=st.sampled_from(sorted(PHONES)))
    def a_phone_changes(self, user: str, what: str) -> None:
        self.do(lambda world: world.phone(user, **PHONES[what]))

    @rule(place=st.integers(0, 1), is_set=st.booleans())
    def a_webhook_changes(self, place: int, is_set: bool) -> None:
        url = webhook_url(place) if is_set else None
        self.do(lambda world: world.set_webhook(NUMBERS[place], url))

    @rule(place=st.integers(0, 20))
    def an_event_is_delivered_again(self, place: int) -> None:
        self.do(lambda world: world.redeliver(place))

    @rule(full=st.booleans())
    def the_disk_fills_or_empties(self, full: bool) -> None:
        self.do(lambda world: world.fill_disk(full))

    @invariant()
    def what_was_acknowledged_is_there(self) -> None:
        if self.world is not None:
            self.do(lambda world: world.ledger.kept(world.disk))

    def teardown(self) -> None:
        try:
            if self.world is not None and self.is_sound:
                random.seed(1)
                self.do(World.quiet)
        finally:
            self.loop.kill()
            asyncio._set_running_loop(None)
            logging.disable(logging.NOTSET)


def test_no_steps_break_a_promise() -> None:
    run_state_machine_as_test(Machine, settings=SETUP)


@pytest.mark.parametrize("bug", ["ack-before-commit", "delivery-after-commit", "open-too-long", "overtakes"])
def test_steps_that_show_a_planted_bug_are_found(bug: str) -> None:
    planted = type("Planted", (Machine,), {"factories": PLANTED[bug]})

    with pytest.raises(Broken):
        run_state_machine_as_test(planted, settings=QUICK)
