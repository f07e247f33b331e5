"""Playing histories: one from a seed, many in a row, and the shortest that still shows a fault, told in words."""

import gc
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace
from tests.simulation.acts import Plan, plan
from tests.simulation.ledger import Broken
from tests.simulation.life import Factories
from tests.simulation.loop import running
from tests.simulation.world import World

_SCHEDULES = 16  # tried for each shorter history: with an act less, chance goes another way
_COLLECT_EVERY = 8  # what is still in the processor's cache goes fastest
SOUND = Factories()


class Fault(Struct, frozen=True):
    """A history that breaks a promise."""

    why: str
    seed: int
    words: tuple[str, ...]
    """The shortest history found that breaks the same promise."""

    def __str__(self) -> str:
        lines = "\n".join(f"  {number:2} {line}" for number, line in enumerate(self.words, 1))
        return f"{self.why}\nReplay it: make simulate ARGS={self.seed}\nThe shortest that does so:\n{lines}"


def play(history: Plan, factories: Factories = SOUND, words: list[str] | None = None) -> str | None:
    """Play a history to its end and return the promise that it breaks, if any."""
    with running() as loop:
        world = World(loop, history.seed, history.setting, factories, words)
        try:
            for act in history.acts:
                world.say(act.words)
                act.do(world)
                for _ in range(act.steps):
                    if not world.step():
                        break
            world.quiet()
            if history.seed % 8 == 0:
                _start_again(world)
        except Broken as broken:
            return str(broken)
        except Exception as error:  # noqa: BLE001 - a bug is a finding like any other
            return f"{type(error).__name__}: {error}"
    return None


def _start_again(world: World) -> None:
    """A server that starts over a disk on which all is done finds nothing to do."""
    posts = world.ledger.posts
    world.say("the server stops and starts again")
    world.crash()
    world.quiet()
    if world.ledger.posts != posts:
        raise Broken("events that were told are told again after a start")


def first_fault(seeds: Iterable[int], factories: Factories = SOUND) -> Fault | None:
    """Play the histories of the seeds and return the first fault, shrunk."""
    with silence():
        for number, seed in enumerate(seeds):
            history = plan(seed)
            if (why := play(history, factories)) is not None:
                return shrunk(history, why, factories)
            if number % _COLLECT_EVERY == 0:
                gc.collect()
    return None


@contextmanager
def silence() -> Iterator[None]:
    """Log nothing, since what the server complains of is meant, and collect garbage by hand: lives leave circles."""
    logging.disable(logging.CRITICAL)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
        logging.disable(logging.NOTSET)


def shrunk(history: Plan, why: str, factories: Factories) -> Fault:
    """Return the shortest history found that breaks the same promise, by leaving out one act after another."""
    first, place = history.seed, 0
    while place < len(history.acts):
        acts = history.acts[:place] + history.acts[place + 1 :]
        shorter = _still_broken(replace(history, acts=acts), why, factories)
        if shorter is None:
            place += 1
        else:
            history = shorter
    words: list[str] = []
    play(history, factories, words)
    return Fault(why, first, tuple(words))


def _still_broken(history: Plan, why: str, factories: Factories) -> Plan | None:
    schedules = (history.seed, *(history.seed + 3_000_000_000 * more for more in range(1, _SCHEDULES)))
    for seed in schedules:
        candidate = replace(history, seed=seed)
        if play(candidate, factories) == why:
            return candidate
    return None
