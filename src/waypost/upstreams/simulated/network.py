"""The embedded network: takes messages, shows them on phones, and tells the business what became of them.

It is an upstream like any other. It takes a message once by its token, however often it is sent, and reports through
the same `receive` flow as a real upstream. What it has taken is durable before it says so.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable, Sequence

from msgspec import structs

from waypost.errors import Fault
from waypost.lib.clock import Clock
from waypost.lib.ids import KeyMaker
from waypost.model import (
    InboundMessage,
    Medium,
    MessageKey,
    NumberId,
    Outbound,
    Outcome,
    Phone,
    Sent,
    Status,
    StatusUpdate,
)
from waypost.ports import Carried, NetworkStore, Schedule
from waypost.rules import lifetime
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.indicators import Indicators
from waypost.upstreams.simulated.judge import Judge, Knowledge
from waypost.upstreams.simulated.marketing import Marketing
from waypost.upstreams.simulated.phones import Phones, identity_hash, phone_of, user_id
from waypost.upstreams.simulated.steps import is_finished, next_step, noted, update

_ROUND = 256  # messages that are told about in one go
_PAGE = 1_000

Report = Callable[[Sequence[StatusUpdate]], Awaitable[None]]
ReportMessage = Callable[[InboundMessage], Awaitable[bool]]
Epoch = Callable[[NumberId], Hashable | None]
"""Returns the epoch in which this process has a number (see `app/owned_shards.py`); None if another process has it."""


_World = tuple[int, Hashable | None]


def one_epoch(_: NumberId) -> int:
    """Return one epoch for every number: a process that is alone has had all of them from the beginning."""
    return 0


class Network:
    """The network, its phones and its fault rules."""

    askable = True

    def __init__(
        self, *, store: NetworkStore, phones: Phones, faults: Faults, clock: Clock, timers: Schedule, delay_ms: int
    ) -> None:
        self._store = store
        self.phones = phones
        self.faults = faults
        self._clock = clock
        self._timers = timers
        self._delay_ms = delay_ms
        self._report: Report | None = None
        self._report_message: ReportMessage | None = None
        self._ready: deque[Carried] = deque()
        self._something_ready = asyncio.Event()
        self._resting: defaultdict[str, list[Carried]] = defaultdict(list)
        self._indicators = Indicators()
        self.marketing = Marketing(store)
        self._judge = Judge(phones, faults, self.marketing)
        self._world = 0  # how often everything was forgotten
        self._epoch: Epoch = one_epoch

    def connect(
        self, report: Report, report_message: ReportMessage, known: Knowledge, *, epoch: Epoch = one_epoch
    ) -> None:
        """Set where statuses and messages are reported, who knows users and messages, and which numbers are ours.

        To be called before the first message.
        """
        self._report = report
        self._report_message = report_message
        self._judge.connect(known)
        self._epoch = epoch

    async def load(self, lacks: Callable[[NumberId], bool] | None = None) -> None:
        """Go on with what was on its way when the server stopped: all of it, or that of numbers which `lacks` names."""
        await self.phones.load()
        after = MessageKey(0)
        while page := await self._store.unfinished(after, _PAGE):
            for carried in page:
                if lacks is None or lacks(carried.number_id):
                    self._move_on(carried)
            after = page[-1].token

    async def send(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        """Take one message; taken twice, it is shown once."""
        _ = media  # phones look at the business's stored copy
        now_ms = self._clock.now_ms()
        carried = await self._judge.taken(message, now_ms=now_ms, delay_ms=self._delay_ms)
        if message.user_id is None and self.phones.get(message.wa_id).username is not None:
            await self.phones.meet(message.number_id, message.wa_id, now_ms)
        self._indicators.end(message.number_id, message.wa_id)
        if await self._store.take(carried):
            self._move_on(carried)
        return Sent(str(message.key))

    def user(self, number_id: NumberId, scoped_id: str) -> str | None:
        """Return the wa_id of the user whom a business knows under this id; None if it is nobody's."""
        return phone_of(number_id, scoped_id)

    def user_id(self, number_id: NumberId, wa_id: str) -> str:
        """Return the id that a business knows a user under."""
        return user_id(number_id, wa_id)

    def identity_hash(self, wa_id: str) -> str:
        """Return the hash of a user's keys as they are now."""
        return identity_hash(wa_id, self.phones.get(wa_id).identity)

    async def arrived(self, token: MessageKey) -> Sent | None:
        """Return the outcome of a message that was taken."""
        return Sent(str(token)) if await self._store.has_taken(token) else None

    async def mark_read(self, number_id: NumberId, key: MessageKey, *, typing: bool) -> None:
        """Show the phone that the business is typing; that it has read is stored by the flow `mark_read`."""
        if typing and (found := await self._judge.known.message(key)):
            self._indicators.begin(number_id, found.wa_id, self._clock.now_ms())

    def typing_to(self, wa_id: str) -> list[tuple[NumberId, int]]:
        """Return which businesses seem to type to a phone, each with when that ends."""
        return self._indicators.on(wa_id, self._clock.now_ms())

    async def due(self) -> list[Carried]:
        """Wait until the business has something to be told, and return the messages it is about."""
        while not self._ready:
            self._something_ready.clear()
            await self._something_ready.wait()
        return [self._ready.popleft() for _ in range(min(_ROUND, len(self._ready)))]

    async def advance(self, batch: list[Carried]) -> None:
        """Take each message as far as it can go now; report all statuses at once and store the progress at once.

        Repeated after a failure it changes nothing twice: a status that was stored before is ignored.
        """
        world = self._world
        for carried in batch:
            await self.phones.look_up(carried.number_id, carried.wa_id)
        updates: list[StatusUpdate] = []
        moved = [self._advance(carried, updates) for carried in batch]
        await self._tell(updates)
        progress = [noted(carried) for carried, was in zip(moved, batch, strict=True) if carried is not was]
        if progress:
            await self._store.progressed(progress)
        if world == self._world:
            for carried in moved:
                self._rest_or_move_on(carried)

    async def change_phone(self, wa_id: str, **changes: object) -> Phone:
        """Change a phone; what was waiting for it goes on."""
        phone = await self.phones.change(wa_id, **changes)
        for carried in self._resting.pop(wa_id, []):
            self._move_on(carried)
        return phone

    async def renew_keys(self, wa_id: str) -> None:
        """Give a user other keys, as a new phone does."""
        await self.change_phone(wa_id, identity=self.phones.get(wa_id).identity + 1)

    async def read_up_to(self, wa_id: str, token: MessageKey | None) -> int:
        """Let the user read everything delivered up to a message (None: everything); return how many that were."""
        resting = self._resting.pop(wa_id, [])
        read = [c for c in resting if c.progress is Status.DELIVERED and (token is None or c.token <= token)]
        self._resting[wa_id] = [c for c in resting if c not in read]
        phone, now_ms = self.phones.get(wa_id), self._clock.now_ms()
        told = [update(c, Status.READ, phone, self.phones.person(phone, c.number_id, now_ms), now_ms) for c in read]
        await self._tell(told if phone.read_receipts else [])
        await self._store.progressed([(carried.token, Status.READ, 0) for carried in read])
        return len(read)

    async def listen(self, wa_id: str, number_id: NumberId, token: MessageKey) -> None:
        """Let the user play a voice message, and so read what came before it; the business is told either way.

        Who hides what they read does not hide what they listened to (unconfirmed).
        """
        await self.read_up_to(wa_id, token)
        await self.phones.look_up(number_id, wa_id)
        now_ms = self._clock.now_ms()
        user = self.phones.person(self.phones.get(wa_id), number_id, now_ms)
        await self._tell([StatusUpdate(token, Status.PLAYED, now_ms, user)])
        await self._store.progressed([(token, Status.PLAYED, 0)])

    async def move(self, wa_id: str, new_wa_id: str) -> Phone:
        """Let a user go on under another number, with their windows; what waits for the old one stays there."""
        await self._store.move_windows(wa_id, new_wa_id)
        return await self.phones.move(wa_id, new_wa_id)

    async def fail_waiting(self, wa_id: str, concerns: Callable[[NumberId], bool], fault: Fault) -> None:
        """End what waits for a phone, of the numbers that it concerns."""
        resting = self._resting.pop(wa_id, [])
        for carried in resting:
            if carried.progress < Status.DELIVERED and concerns(carried.number_id):
                self._make_ready(structs.replace(carried, fault=fault), self._world_of(carried))
            else:
                self._resting[wa_id].append(carried)

    async def write(
        self, wa_id: str, number_id: NumberId, *, kind: str, body: bytes, medium: Medium | None, keys: KeyMaker
    ) -> InboundMessage:
        """Let the phone's user write to a business; the business is told like by any upstream."""
        phone, now_ms = await self.phones.change(wa_id), self._clock.now_ms()
        await self.phones.look_up(number_id, wa_id)
        person = self.phones.person(phone, number_id, now_ms)
        if person.shows_number:
            await self.phones.meet(number_id, wa_id, now_ms)
        message = InboundMessage(
            key=MessageKey(keys.next()),
            tag=keys.tag(),
            number_id=number_id,
            person=person,
            kind=kind,
            body=body,
            at_ms=now_ms,
            medium=medium,
            by_user=kind != "system",
        )
        assert self._report_message is not None, "connect() comes first"
        await self._report_message(message)
        return message

    def drop_lost(self) -> None:
        """Let go of what is on its way for numbers that are ours no longer."""
        self._ready = deque(carried for carried in self._ready if self._epoch(carried.number_id) is not None)
        for resting in self._resting.values():
            resting[:] = (carried for carried in resting if self._epoch(carried.number_id) is not None)

    def forget(self) -> None:
        """Drop everything on its way, after the store was reset."""
        self._world += 1
        self._ready.clear()
        self._resting.clear()
        self._indicators.clear()
        self.marketing.forget()
        self.faults.clear()

    def _move_on(self, carried: Carried) -> None:
        """Bring a message one step nearer to its end: now, at its time, or once its phone can."""
        if carried.due_ms > self._clock.now_ms():
            world = self._world_of(carried)
            self._timers.at(carried.due_ms, lambda: self._make_ready(carried, world))
        else:
            self._make_ready(carried, self._world_of(carried))

    def _world_of(self, carried: Carried) -> _World:
        return self._world, self._epoch(carried.number_id)

    def _make_ready(self, carried: Carried, world: _World) -> None:
        if world != self._world_of(carried) or world[1] is None:
            return  # it was set off before everything was forgotten, or its number was given away
        self._ready.append(carried)
        self._something_ready.set()

    def _advance(self, carried: Carried, updates: list[StatusUpdate]) -> Carried:
        """Return the message after the steps that it takes now; with no delay between them it takes them all."""
        phone = self.phones.get(carried.wa_id)
        progress, now_ms = carried.progress, self._clock.now_ms()
        user = self.phones.person(phone, carried.number_id, now_ms)
        if progress is Status.SENT and (fault := lifetime.expired(carried.expires_ms, now_ms)):
            if carried.tells_expiry:
                updates.append(StatusUpdate(carried.token, Status.FAILED, now_ms, None, fault=fault))
            return structs.replace(carried, progress=Status.FAILED)
        pause_ms = self._delay_ms
        while (step := next_step(carried, progress, phone)) is not None:
            if step is not Status.READ or phone.read_receipts:
                was = structs.replace(carried, progress=progress) if step is Status.READ else carried
                updates.append(update(was, step, phone, user, now_ms))
            progress = step
            if step is Status.DELIVERED:
                pause_ms += self.phones.magic.manner(carried.wa_id).read_after_ms
            if pause_ms:
                break
        if progress is carried.progress:
            return carried
        return structs.replace(carried, progress=progress, due_ms=now_ms + pause_ms)

    def _rest_or_move_on(self, carried: Carried) -> None:
        if is_finished(carried):
            return
        if next_step(carried, carried.progress, self.phones.get(carried.wa_id)) is None:
            self._rest(carried)
        else:
            self._move_on(carried)

    def _rest(self, carried: Carried) -> None:
        """Let a message wait for its phone, at most until the end of its life."""
        self._resting[carried.wa_id].append(carried)
        if carried.progress is Status.SENT and carried.expires_ms is not None:
            world = self._world_of(carried)
            self._timers.at(carried.expires_ms, lambda: self._wake(carried, world))

    def _wake(self, carried: Carried, world: _World) -> None:
        resting = self._resting.get(carried.wa_id, [])
        if carried in resting:
            resting.remove(carried)
            self._make_ready(carried, world)

    async def _tell(self, updates: list[StatusUpdate]) -> None:
        assert self._report is not None, "connect() comes first"
        if updates:
            await self._report(updates)
