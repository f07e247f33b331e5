"""What people and fate do in a history: each act is one line of it."""

import random
from collections.abc import Callable

from msgspec import Struct
from tests.simulation.life import Room
from tests.simulation.start import KINDS, NUMBERS, USERS, webhook_url
from tests.simulation.world import Setting, World

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_JUMPS = {
    "1 second": _SECOND,
    "3 minutes": 3 * _MINUTE,
    "1 hour": _HOUR,
    "23 hours": 23 * _HOUR,
    "25 hours": 25 * _HOUR,
    "8 days": 8 * _DAY,
    "31 days": 31 * _DAY,
}
PHONES: dict[str, dict[str, object]] = {
    "goes offline": {"online": False},
    "comes online": {"online": True},
    "blocks the business": {"blocked": True},
    "unblocks the business": {"blocked": False},
    "stops reading": {"reads": False},
    "reads again": {"reads": True},
}


class Act(Struct, frozen=True):
    """One thing that is done, in words, and how many steps the world may take before the next."""

    words: str
    do: Callable[[World], None]
    steps: int


Make = Callable[[random.Random], tuple[str, Callable[[World], None]]]


def _send(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    number, user, kind = chance.choice(NUMBERS), chance.choice(USERS), chance.choice(KINDS)
    key = chance.choice((None, None, None, "k1", "k2"))
    if key is not None:  # the same key always comes with the same request
        number, user, kind = NUMBERS[0], USERS[0], "text"
    under = f" under the key {key}" if key else ""
    return f"{number} sends {kind} to {user}{under}", lambda world: world.send(number, user, kind, key)


def _write(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    number, user = chance.choice(NUMBERS), chance.choice(USERS)
    return f"{user} writes to {number}", lambda world: world.write(user, number)


def _pass(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    name = chance.choice(tuple(_JUMPS))
    return f"{name} pass", lambda world: world.advance(_JUMPS[name])


def _edge(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    number, user, by_ms = chance.choice(NUMBERS), chance.choice(USERS), chance.choice((-1, 0, 1))
    words = f"time passes to {by_ms:+} ms of the end of the window of {user} and {number}"
    return words, lambda world: world.to_the_edge(number, user, by_ms)


def _crash(_: random.Random) -> tuple[str, Callable[[World], None]]:
    return "the server crashes and starts again", World.crash


def _moods(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    mood = chance.choice(("well", "flaky", "flaky", "down", "gone"))
    return f"receivers and networks are {mood} from here on", lambda world: world.set_moods(mood)


def _phone(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    user, what = chance.choice(USERS), chance.choice(tuple(PHONES))
    return f"{user} {what}", lambda world: world.phone(user, **PHONES[what])


def _webhook(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    place = chance.randrange(len(NUMBERS))
    number, url = NUMBERS[place], chance.choice((None, webhook_url(place), f"https://other{place}.example/"))
    words = f"the webhook of {number} is set to {url}" if url else f"the webhook of {number} is taken away"
    return words, lambda world: world.set_webhook(number, url)


def _redeliver(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    place = chance.randrange(8)
    return f"event {place} is delivered again by hand", lambda world: world.redeliver(place)


def _disk(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    full = chance.choice((True, False))
    return f"the disk {'is full' if full else 'has room'}", lambda world: world.fill_disk(full=full)


MAKERS: tuple[tuple[Make, int], ...] = (
    (_send, 30),
    (_write, 10),
    (_pass, 8),
    (_edge, 6),
    (_crash, 12),
    (_moods, 6),
    (_phone, 6),
    (_webhook, 3),
    (_redeliver, 3),
    (_disk, 3),
)
"""What can be done, and how often it is."""
_MAKES = tuple(make for make, _ in MAKERS)
_WEIGHTS = tuple(weight for _, weight in MAKERS)
SETTINGS = (
    Setting(),
    Setting(room=Room(active=1, held=2, page=1), further=True),
    Setting(embedded=False),
    Setting(embedded=False, askable=False),
    Setting(embedded=False, askable=False, room=Room(active=2, held=1, page=2)),
    Setting(mood="well"),
)


_LENGTHS = (1, 1, 1, 1, 2, 2, 3, 3, 4, 7)  # short ones are cheap, and long ones find what takes many steps


class Plan(Struct, frozen=True):
    """A history as it is meant to go; chance decides the rest."""

    seed: int
    setting: Setting
    acts: tuple[Act, ...]


def plan(seed: int) -> Plan:
    """Return the history of a seed."""
    chance = random.Random(seed)
    setting = chance.choice(SETTINGS)
    makes = chance.choices(_MAKES, _WEIGHTS, k=chance.choice(_LENGTHS))
    acts = tuple(_act(make, chance) for make in (_send, *makes))
    return Plan(seed, setting, acts)


def _act(make: Make, chance: random.Random) -> Act:
    words, do = make(chance)
    return Act(words, do, int(chance.expovariate(0.25)))
