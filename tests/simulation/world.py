"""The world of one history: a disk that survives, a server that lives and dies over it, and everybody who meets it.

Nothing happens by itself. What is under way (a commit, an answer, a request on the wire) is a list of choices, and
each step takes one of them; all chance comes from one seeded generator, so that a seed is a history.
"""

import asyncio
import itertools
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, cast

from msgspec import Struct
from tests.simulation.ledger import Broken, Ledger
from tests.simulation.life import Factories, Life, Room, SimClock
from tests.simulation.loop import SimLoop
from tests.simulation.outside import Line, Provider, Receiver, Report, Watched
from tests.simulation.plain import Plain
from tests.simulation.start import FURTHER, HELLO, START_MS, first_disk, request

from waypost.errors import Refusal
from waypost.model import Earlier, EventKey, InboundMessage, MessageKey, NumberId, Outbound, Person, StatusUpdate
from waypost.ports import NetworkStore, StoreBusy, StoreDown, Upstream
from waypost.upstreams.simulated.network import Network

_MOST_STEPS = 20_000
_DAYS_TO_QUIET = 60


class Setting(Struct, frozen=True):
    """What a history is played with."""

    embedded: bool = True
    """Messages go to the embedded network; else to one that answers as it likes."""
    askable: bool = True
    """Whether that other one can be asked what it has seen."""
    room: Room = Room()
    further: bool = False
    """Whether the events of one number go to a further endpoint too."""
    mood: str = "flaky"
    """Of receivers and networks at the start."""


class Pending(Struct, gc=False):
    """Something under way, and what becomes of it if the server dies first."""

    happen: Callable[[], None]
    crash: Callable[[], None] | None


class World:
    """One history under way."""

    def __init__(
        self, loop: SimLoop, seed: int, setting: Setting, factories: Factories, words: list[str] | None = None
    ) -> None:
        random.seed(seed)  # of every choice here, and of the jitter of retries
        self.loop, self.setting, self.factories = loop, setting, factories
        self.ledger, self.disk = Ledger(), first_disk(factories.disk(), further=setting.further)
        self.words = words
        self._names: dict[int, str] = {}
        self._pending: list[Pending] = []
        self._reports: list[Report | InboundMessage] = []
        self._user_keys = itertools.count(100)
        self.poster = Receiver(self)
        for number in self.disk.numbers.values():
            assert number.webhook is not None
            self.poster.moods[number.webhook.url] = setting.mood
        if setting.further:
            self.poster.moods[FURTHER] = setting.mood
        self._provider = Provider(self, askable=setting.askable, reports=self._report)
        self._provider.mood = setting.mood
        self.network_mood = setting.mood
        self.now_ms = self.ledger.now_ms = START_MS
        self._odd_phones: set[str] = set()
        self.full = False
        self._broken: Exception | None = None
        self.life: Life = self._born()

    # -- Chance and Outside: what the parts around the server ask for

    def pick(self, count: int) -> int:
        return int(random.random() * count)

    def may(self, what: Callable[[], None], crash: Callable[[], None] | None = None) -> None:
        self._pending.append(Pending(what, crash))

    def say(self, text: str) -> None:
        if self.words is not None:
            self.words.append(text)

    def name(self, key: int) -> str:
        return self._names.get(key) or self._name_of_event(key)

    def _name_of_event(self, key: int) -> str:
        event = self.disk.events.get(EventKey(key))
        if event is None:
            return f"[{key}]"
        what = event.status.word if event.status else "text"
        return f"'{what}' of {self.name(event.message_key)}"

    def upstream(self, network: Network) -> Upstream:
        if not self.setting.embedded:
            return self._provider
        line = Line(self, network)
        line.mood = self.network_mood
        self._line = line
        return line

    def watched(self, store: Plain) -> NetworkStore:
        return cast("NetworkStore", Watched(store, self.ledger))  # all that the flows under test ask of it

    def trying(self, message: Outbound) -> None:
        self.ledger.trying(message, self.disk)

    def reported(self, updates: Sequence[StatusUpdate]) -> None:
        self.ledger.reported(updates)

    def drawn(self, key: int) -> None:
        self.ledger.drawn[key] = self.ledger.step

    def found(self, bug: Exception) -> None:
        self._broken = self._broken or bug

    # -- time and chance

    def step(self) -> bool:
        """Let one thing happen that is under way; False if there is nothing."""
        ledger, loop = self.ledger, self.loop
        ledger.step += 1
        count = len(self._pending)
        choices = count + len(self._reports)
        if choices:
            place = self.pick(choices)
            if place < count:
                self._pending.pop(place).happen()
            else:
                self._bring(self._reports.pop(place - count))
        elif loop.idle:
            if not self.full and not self.life.crowded:
                ledger.idle(self.disk)
            return False
        if not loop.idle:
            if self.pick(4):
                loop.drain()
            else:
                loop.turn()
        if self._broken is not None:
            raise self._broken
        self.life.check()
        return True

    def advance(self, by_ms: int) -> None:
        """Move platform time."""
        self.now_ms += by_ms
        self.ledger.now_ms = self.now_ms
        self.life.clock.advance(timedelta(milliseconds=by_ms))

    # -- lives

    def _born(self) -> Life:
        clock = SimClock(self.now_ms, self._pause)
        store = self.factories.store(self.disk, self, page=self.setting.room.page, landed=self._landed)
        store.full = self.full
        life = Life(self.loop, clock, store, self.factories, self, self.setting.room)
        self.loop.finish(life.start())
        life.rounds = self.loop.create_task(life.run())
        return life

    def _landed(self) -> None:
        self.ledger.committed(self.disk)

    def _pause(self) -> "asyncio.Future[None]":
        future: asyncio.Future[None] = self.loop.create_future()
        self.may(lambda: None if future.done() else future.set_result(None))
        return future

    def crash(self) -> None:
        """Kill the server where it stands and start another one over its disk."""
        self.loop.kill()
        pending, self._pending = self._pending, []
        self.ledger.crashed(self.disk)
        for each in pending:
            if each.crash is not None:
                each.crash()
        self.life = self._born()

    def quiet(self) -> None:
        """Let everything that is under way come to its end, in a world that is well."""
        self._mend()
        for _ in range(_MOST_STEPS):
            if self.step():
                continue
            due_ms = self.life.next_due_ms()
            if due_ms is None:
                break
            if due_ms - self.now_ms > _DAYS_TO_QUIET * 86_400_000:
                raise Broken("something waits for months")
            self.advance(max(0, due_ms - self.now_ms))
        else:
            raise Broken(f"there is no end after {_MOST_STEPS} steps")
        self.ledger.quiet(self.disk)
        if self.life.messages.held or self.life.webhooks.held:
            raise Broken("a lane keeps a job that is over")

    def _mend(self) -> None:
        self.say("from here on everything works")
        self.full = self.life.store.full = False
        self._provider.mood = self.network_mood = "well"
        if self.setting.embedded:
            self._line.mood = "well"
        for url in self.poster.moods:
            self.poster.moods[url] = "well"
        for user in sorted(self._odd_phones):
            self.phone(user, online=True, blocked=False, reads=True)

    # -- what clients, users and operators do

    def begin(self, work: Callable[..., Coroutine[Any, Any, None]], *given: object) -> None:
        """Let somebody do something; a crash cuts it short."""
        self.loop.create_task(self._tried(work, given))

    async def _tried(self, work: Callable[..., Coroutine[Any, Any, None]], given: Sequence[object]) -> None:
        """Do it; whoever is told that the store can take nothing gives up."""
        try:
            await work(*given)
        except (StoreBusy, StoreDown):
            return
        except Exception as error:  # noqa: BLE001 - raised again by the next step
            self.found(error)

    def send(self, number_id: NumberId, wa_id: str, kind: str, key: str | None) -> None:
        """Let a client send a message."""
        self.begin(self._send, number_id, wa_id, kind, key)

    async def _send(self, number_id: NumberId, wa_id: str, kind: str, key: str | None) -> None:
        life = self.life
        number = life.directory.number(number_id)
        assert number is not None
        asked, raw = request(number_id, wa_id, kind)
        made: Outbound | Earlier
        try:
            if key is None:
                made = await life.accept(number, asked, raw, dialect="cloud")
            else:
                made = await life.accept.once(number, asked, raw, key=key, dialect="cloud")
        except Refusal as refusal:
            self.say(f"the client is refused: {refusal.fault.problem.name}")
            return
        self._names.setdefault(made.key, f"message {1 + len(self.ledger.acked)}")
        self.say(f"the client is given the id of {self.name(made.key)}")
        self.ledger.accepted(made.key, (number_id, wa_id), key, self.disk)

    def write(self, wa_id: str, number_id: NumberId) -> None:
        """Let a user write to a number."""
        if self.setting.embedded:
            self.begin(self._write, wa_id, number_id)
            return
        person = Person(wa_id, "Ada", "DE.1")
        message = InboundMessage(MessageKey(next(self._user_keys)), 7, number_id, person, "text", HELLO, self.now_ms)
        self._reports.append(message)

    async def _write(self, wa_id: str, number_id: NumberId) -> None:
        life, pair = self.life, (number_id, wa_id)
        self.ledger.unheard[pair] += 1
        message = await life.network.write(wa_id, number_id, kind="text", body=HELLO, medium=None, keys=life.keys)
        self.ledger.hears(message)

    def _report(self, report: Report) -> None:
        self._reports.append(report)

    def _bring(self, report: Report | InboundMessage) -> None:
        """Let the network bring what it has to report; unless it is acknowledged it comes again."""
        if isinstance(report, InboundMessage):
            self.ledger.unheard[report.number_id, report.person.wa_id] += 1
        self.begin(self._brought, report)

    async def _brought(self, report: Report | InboundMessage) -> None:
        done = False
        try:
            if isinstance(report, InboundMessage):
                await self.life.receive.message(report)
                self.ledger.hears(report)
            else:
                await self.life.receive.statuses(report.updates)
                self._noted(report.updates)
            done = True
        finally:
            if not done or not self.pick(8):  # some come twice, whatever was answered
                self._reports.append(report)

    def _noted(self, updates: list[StatusUpdate]) -> None:
        for update in updates:
            self.ledger.told[update.token].append(update.status)

    def phone(self, wa_id: str, **changes: object) -> None:
        """Change a phone of the embedded network."""
        if self.setting.embedded:
            self._odd_phones.add(wa_id)
            self.begin(_change, self.life.network, wa_id, changes)

    def set_webhook(self, number_id: NumberId, url: str | None) -> None:
        """Set a number's webhook anew, or take it away."""
        self.ledger.unset.add(number_id)
        self.begin(self._set_webhook, number_id, url)

    async def _set_webhook(self, number_id: NumberId, url: str | None) -> None:
        life = self.life
        number = life.directory.number(number_id)
        assert number is not None
        if url is None:
            await life.subscribe.remove(number)
        else:
            self.poster.moods.setdefault(url, "well")
            await life.subscribe.unverified(number, url, {})

    def redeliver(self, place: int) -> None:
        """Deliver an event once more by hand."""
        if self.disk.parcels:
            key = list(self.disk.parcels)[place % len(self.disk.parcels)]
            parcel = self.disk.parcels[key]
            self.ledger.by_hand.add((parcel.endpoint, parcel.event.message_key))
            self.begin(self._redeliver, key)

    async def _redeliver(self, key: EventKey) -> None:
        life = self.life
        delivery = await life.store.redeliver(key, life.clock.now_ms())
        if delivery is not None:
            life.webhooks.hurry(delivery)

    def set_moods(self, mood: str) -> None:
        """Change how receivers and networks behave; `gone` is for receivers only."""
        for url in self.poster.moods:
            self.poster.moods[url] = mood
        if mood != "gone":
            self._provider.mood = self.network_mood = mood
            if self.setting.embedded:
                self._line.mood = mood

    def fill_disk(self, full: bool) -> None:
        """Fill the disk, or make room again."""
        self.full = self.life.store.full = full

    def to_the_edge(self, number_id: NumberId, wa_id: str, by_ms: int) -> None:
        """Move time to the end of a user's window, give or take."""
        talk = self.disk.windows.get((number_id, wa_id))
        if talk is not None and talk.last_inbound_ms is not None:
            self.advance(max(0, talk.last_inbound_ms + 86_400_000 + by_ms - self.now_ms))


async def _change(network: Network, wa_id: str, changes: dict[str, object]) -> None:
    await network.change_phone(wa_id, **changes)
