"""Feed: tells listeners, such as the console, which things have changed; they then read those again.

The same change may be told twice. What a listener has not been told yet is collected in one bounded set; when that
is full, the listener is told to read everything. So one that reads slowly takes no memory.
"""

import asyncio

from waypost.lib.clock import Clock
from waypost.lib.ids import key_span, wamid
from waypost.lib.racing import first_of
from waypost.ports import Changes, Lists, StoreDown
from waypost.wire.control.feed import FeedChanges, World

MOST_LISTENERS = 32
MOST_IDS = 200
"""How many ids one event names; if there are more, it says only that everything may have changed."""
PAUSE_SECONDS = 0.1
"""Between two events to one listener."""
LOOK_SECONDS = 1.0
"""How long `Feed.next` waits at most; as often the store is asked what other processes have done."""
_LATE = key_span(3_000)  # other processes commit a little after they make a key
_TIMES = 3  # how often news of others is told: what becomes of a delivery has no key of its own


class Listener:
    """A listener, and the changes it has not been told yet."""

    def __init__(self, *, missed: bool) -> None:
        """`missed`: it has missed changes, and must read everything."""
        self.changes = Changes()
        self.is_over = missed
        self.told_at = float("-inf")
        self.news = asyncio.Event()
        if missed:
            self.news.set()

    def add(self, changes: Changes) -> None:
        """Note changes until there are too many of them."""
        self.news.set()
        if self.is_over:
            return
        mine = self.changes
        mine.messages |= changes.messages
        mine.deliveries |= changes.deliveries
        mine.further |= changes.further
        mine.phones |= changes.phones
        mine.world |= changes.world
        if _count(mine) > MOST_IDS:
            self.is_over = True
            self.changes = Changes()

    def take(self) -> tuple[Changes, bool]:
        """Return the changes, and whether there were more than the bound; then start with none."""
        taken = self.changes, self.is_over
        self.changes, self.is_over = Changes(), False
        self.news.clear()
        return taken


class Feed:
    """Who listens. Made and used on one event loop."""

    def __init__(self, lists: Lists, clock: Clock, *, is_alone: bool) -> None:
        """Where other processes write to the store too, their changes are looked for."""
        self._lists = lists
        self._clock = clock
        self._is_alone = is_alone
        self._listeners: set[Listener] = set()
        self._version = 1_000 * clock.wall_seconds()  # so that a number of the process before means nothing here
        self._newest = 0
        self._asked_at = float("-inf")
        self._times: dict[int, int] = {}
        self.is_ended = False
        clock.on_move(lambda: self.tell("clock"))

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def open(self, last_id: str | None) -> Listener | None:
        """Begin to listen, `last_id` being the id of the last event that was heard; None if too many do."""
        if len(self._listeners) >= MOST_LISTENERS:
            return None
        if not self._listeners:
            self._lists.watch(self.note)
            self._newest = 0
        listener = Listener(missed=last_id is not None and last_id != str(self._version))
        self._listeners.add(listener)
        return listener

    def close(self, listener: Listener) -> None:
        """Listen no more."""
        self._listeners.discard(listener)
        if not self._listeners:
            self._lists.watch(None)
            self._version += 1  # whatever happens now is not told, so that nobody may go on from here

    def end(self) -> None:
        """Let everybody know that nothing more will be told: the server stops."""
        self.is_ended = True
        for listener in self._listeners:
            listener.news.set()

    def note(self, changes: Changes) -> None:
        """Take note of changes that are committed."""
        self._version += 1
        for listener in self._listeners:
            listener.add(changes)

    def tell(self, *world: World) -> None:
        """Take note of a change of something that is not in the store."""
        self.note(Changes(world=set(world)))

    async def next(self, listener: Listener) -> tuple[int, FeedChanges] | None:
        """Return what is new as soon as anything is, with the event's id; None after a while without."""
        if (wait := listener.told_at + PAUSE_SECONDS - self._clock.monotonic()) > 0:
            await self._clock.pause(wait)
        if not self._is_alone:
            await self._ask_for_others()
        await first_of(listener.news.wait(), self._clock.pause(LOOK_SECONDS))
        if not listener.news.is_set() or self.is_ended:
            return None
        listener.told_at = self._clock.monotonic()
        version, (changes, is_over) = self._version, listener.take()
        return version, await self._words(changes, is_over=is_over)

    async def _words(self, changes: Changes, *, is_over: bool) -> FeedChanges:
        try:
            envelopes = await self._lists.envelopes(sorted(changes.messages)) if changes.messages else []
        except StoreDown:  # whoever looks is told so
            envelopes, is_over = [], True
        if is_over:
            return FeedChanges([], [], [], [], all=True)
        deliveries = [f"evt_{key}" for key in sorted(changes.deliveries)]
        return FeedChanges(
            messages=[wamid(one.key, one.tag, one.wa_id, received=one.received) for one in envelopes],
            deliveries=deliveries + [f"dlv_{key}" for key in sorted(changes.further)],
            phones=sorted(changes.phones | {one.wa_id for one in envelopes}),
            world=sorted(changes.world),
            all=False,
        )

    async def _ask_for_others(self) -> None:
        """Look for what other processes have stored; what they changed without a new row is seen by their rows."""
        now = self._clock.monotonic()
        if now < self._asked_at + LOOK_SECONDS:
            return
        self._asked_at = now
        try:
            found = await self._lists.keys_above(self._newest - _LATE if self._newest else 0, MOST_IDS + 1)
        except StoreDown:
            return
        keys: set[int] = {*found.messages, *found.deliveries}
        is_first, self._newest = not self._newest, max(keys, default=self._newest)
        times = {key: self._times.get(key, 0) + 1 for key in keys}
        self._times = dict.fromkeys(times, _TIMES) if is_first else times
        if not is_first and any(count <= _TIMES for count in times.values()):
            self.note(found)


def _count(changes: Changes) -> int:
    return len(changes.messages) + len(changes.deliveries) + len(changes.further) + len(changes.phones)
