"""The embedded network: takes messages, shows them on phones, and tells the business what became of them.

It is an upstream like any other. It takes a message once by its token, however often it is sent, and reports through
the same `receive` flow as a real upstream. What it has taken is durable before it says so.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import structs

from waypost.errors import Fault
from waypost.errors.outcomes import MESSAGE_EXPIRED, UNDELIVERABLE, UNDELIVERABLE_TEMPLATE
from waypost.lib.clock import Clock
from waypost.lib.ids import KeyMaker, parse_message_id
from waypost.model import (
    InboundMessage,
    Medium,
    MessageKey,
    NumberId,
    Outbound,
    Outcome,
    Person,
    Phone,
    Sent,
    Status,
    StatusUpdate,
)
from waypost.ports import Carried, NetworkStore, StoredMessage
from waypost.rules import reaction
from waypost.rules.pricing import price
from waypost.rules.window import is_open
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.phones import Phones, person
from waypost.wire.messages.reaction import Reaction

_ROUND = 256  # messages that are told about in one go
_PAGE = 1_000

Report = Callable[[Sequence[StatusUpdate]], Awaitable[None]]
ReportMessage = Callable[[InboundMessage], Awaitable[bool]]
LastInbound = Callable[[NumberId, str], Awaitable[int | None]]
Find = Callable[[MessageKey], Awaitable[StoredMessage | None]]


_EXPIRED = Fault(MESSAGE_EXPIRED, "The message was not delivered within its time to live.")


class Schedule(Protocol):
    """Calls back at a platform time."""

    def at(self, due_ms: int, call: Callable[[], None]) -> None:
        """Call `call` at `due_ms`."""
        ...


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
        self._last_inbound_ms: LastInbound | None = None
        self._find: Find | None = None
        self._ready: deque[Carried] = deque()
        self._something_ready = asyncio.Event()
        self._resting: defaultdict[str, list[Carried]] = defaultdict(list)
        self._world = 0  # how often everything was forgotten

    def connect(
        self, report: Report, report_message: ReportMessage, *, last_inbound_ms: LastInbound, find: Find
    ) -> None:
        """Say where statuses and messages are reported, who knows when a user wrote, and who finds a message by key.

        It comes before the first message.
        """
        self._report = report
        self._report_message = report_message
        self._last_inbound_ms = last_inbound_ms
        self._find = find

    async def load(self) -> None:
        """Go on with what was on its way when the server stopped."""
        await self.phones.load()
        after = MessageKey(0)
        while page := await self._store.unfinished(after, _PAGE):
            for carried in page:
                self._move_on(carried)
            after = page[-1].token

    async def send(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        """Take one message; taken twice, it is shown once."""
        _ = media  # phones look at the business's stored copy
        orders = self.faults.orders(message.number_id, message.wa_id)
        due_ms = self._clock.now_ms() + self._delay_ms + orders.delay_ms
        ordered = Fault(orders.fail, "Failed as a fault rule demands.") if orders.fail else None
        carried = Carried(
            token=message.key,
            number_id=message.number_id,
            wa_id=message.wa_id,
            kind=message.kind,
            category=message.category,
            progress=Status.ACCEPTED,
            due_ms=due_ms,
            in_window=message.kind != "template" or await self._in_window(message),
            fault=ordered or await self._bad_reaction(message),
            expires_ms=message.expires_ms,
        )
        if await self._store.take(carried):
            self._move_on(carried)
        return Sent(str(message.key))

    async def arrived(self, token: MessageKey) -> Sent | None:
        """Return the outcome of a message that was taken."""
        return Sent(str(token)) if await self._store.has_taken(token) else None

    async def mark_read(self, number_id: NumberId, key: MessageKey, *, typing: bool) -> None:
        """Nothing to do: phones of the embedded network do not look at ticks."""

    async def due(self) -> list[Carried]:
        """Wait until the business has something to be told, and return the messages it is about."""
        while not self._ready:
            self._something_ready.clear()
            await self._something_ready.wait()
        return [self._ready.popleft() for _ in range(min(_ROUND, len(self._ready)))]

    async def advance(self, batch: list[Carried]) -> None:
        """Take each message as far as it can go now, in one report and one note of how far that was.

        Done again after a failure it changes nothing twice: the business knows the statuses it has had.
        """
        world = self._world
        updates: list[StatusUpdate] = []
        moved = [self._advance(carried, updates) for carried in batch]
        await self._tell(updates)
        progress = [_noted(carried) for carried, was in zip(moved, batch, strict=True) if carried is not was]
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

    async def read_up_to(self, wa_id: str, token: MessageKey | None) -> int:
        """Let the user read everything delivered up to a message (None: everything); return how many that were."""
        resting = self._resting.pop(wa_id, [])
        read = [c for c in resting if c.progress is Status.DELIVERED and (token is None or c.token <= token)]
        self._resting[wa_id] = [c for c in resting if c not in read]
        phone, now_ms = self.phones.get(wa_id), self._clock.now_ms()
        await self._tell([_update(c, Status.READ, phone, person(phone, c.number_id), now_ms) for c in read])
        await self._store.progressed([(carried.token, Status.READ, 0) for carried in read])
        return len(read)

    async def fail_waiting(self, wa_id: str, concerns: Callable[[NumberId], bool], fault: Fault) -> None:
        """End what waits for a phone, of the numbers that it concerns."""
        resting = self._resting.pop(wa_id, [])
        for carried in resting:
            if carried.progress < Status.DELIVERED and concerns(carried.number_id):
                self._make_ready(structs.replace(carried, fault=fault), self._world)
            else:
                self._resting[wa_id].append(carried)

    async def write(
        self, wa_id: str, number_id: NumberId, *, kind: str, body: bytes, medium: Medium | None, keys: KeyMaker
    ) -> InboundMessage:
        """Let the phone's user write to a business; the business is told like by any upstream."""
        phone = await self.phones.change(wa_id)
        message = InboundMessage(
            key=MessageKey(keys.next()),
            tag=keys.tag(),
            number_id=number_id,
            person=person(phone, number_id),
            kind=kind,
            body=body,
            at_ms=self._clock.now_ms(),
            medium=medium,
        )
        assert self._report_message is not None, "connect() comes first"
        await self._report_message(message)
        return message

    def forget(self) -> None:
        """Drop everything on its way, after the store was reset."""
        self._world += 1
        self._ready.clear()
        self._resting.clear()
        self.faults.clear()

    def _move_on(self, carried: Carried) -> None:
        """Bring a message one step nearer to its end: now, at its time, or once its phone can."""
        if carried.due_ms > self._clock.now_ms():
            world = self._world
            self._timers.at(carried.due_ms, lambda: self._make_ready(carried, world))
        else:
            self._make_ready(carried, self._world)

    def _make_ready(self, carried: Carried, world: int) -> None:
        if world != self._world:
            return  # it was set off before everything was forgotten
        self._ready.append(carried)
        self._something_ready.set()

    def _advance(self, carried: Carried, updates: list[StatusUpdate]) -> Carried:
        """Return the message after the steps that it takes now; with no delay between them it takes them all."""
        phone = self.phones.get(carried.wa_id)
        progress, now_ms = carried.progress, self._clock.now_ms()
        user = person(phone, carried.number_id)
        if _is_too_late(carried, now_ms):
            carried = structs.replace(carried, fault=carried.fault or _EXPIRED)
        while (step := _next_step(carried, progress, phone)) is not None:
            progress = step
            updates.append(_update(carried, step, phone, user, now_ms))
            if self._delay_ms:
                break
        if progress is carried.progress:
            return carried
        return structs.replace(carried, progress=progress, due_ms=now_ms + self._delay_ms)

    def _rest_or_move_on(self, carried: Carried) -> None:
        if _is_finished(carried):
            return
        if _next_step(carried, carried.progress, self.phones.get(carried.wa_id)) is None:
            self._resting[carried.wa_id].append(carried)
            if carried.expires_ms is not None and carried.progress < Status.DELIVERED:
                world = self._world
                self._timers.at(carried.expires_ms, lambda: self._wake(carried, world))
        else:
            self._move_on(carried)

    def _wake(self, carried: Carried, world: int) -> None:
        """Look again at a message that rests."""
        resting = self._resting[carried.wa_id]
        if carried in resting:
            resting.remove(carried)
            self._make_ready(carried, world)

    async def _in_window(self, message: Outbound) -> bool:
        assert self._last_inbound_ms is not None, "connect() comes first"
        return is_open(await self._last_inbound_ms(message.number_id, message.wa_id), self._clock.now_ms())

    async def _bad_reaction(self, message: Outbound) -> Fault | None:
        """Return why a reaction has nothing to stand on; None for every other message."""
        if not isinstance(message.content, Reaction):
            return None
        assert self._find is not None, "connect() comes first"
        ref = parse_message_id(message.content.message_id)
        found = await self._find(MessageKey(ref.key)) if ref else None
        thread = (message.number_id, message.wa_id, ref.tag if ref else 0)
        if found is not None and (found.number_id, found.wa_id, found.tag) != thread:
            found = None
        age_ms = self._clock.now_ms() - found.at_ms if found else 0
        return reaction.fault(message.content.message_id, found_kind=found.kind if found else None, age_ms=age_ms)

    async def _tell(self, updates: list[StatusUpdate]) -> None:
        assert self._report is not None, "connect() comes first"
        if updates:
            await self._report(updates)


def _update(carried: Carried, status: Status, phone: Phone, user: Person, now_ms: int) -> StatusUpdate:
    """Return what the business is told of one step."""
    if status is Status.FAILED:
        if carried.fault is not None:
            return StatusUpdate(carried.token, status, now_ms, None, fault=carried.fault)
        template = carried.kind == "template"
        why = "is not on WhatsApp" if not phone.on_whatsapp else "does not take messages from this business"
        problem = UNDELIVERABLE_TEMPLATE if template else UNDELIVERABLE
        return StatusUpdate(carried.token, status, now_ms, None, fault=Fault(problem, f"The recipient {why}."))
    # spec: cloud-api.md#9 - pricing comes with sent and with one of delivered and read.
    priced = status is Status.SENT or status is Status.DELIVERED
    pricing = price(carried.kind, carried.category, window_open=carried.in_window) if priced else None
    return StatusUpdate(carried.token, status, now_ms, user, pricing)


def _next_step(carried: Carried, progress: Status, phone: Phone) -> Status | None:
    """Return the status that comes next for a message on its way to a phone; None while it must wait.

    # spec: cloud-api.md#3.5 - a reaction is only ever `sent`.
    """
    if progress is Status.ACCEPTED:
        return Status.SENT if phone.on_whatsapp and not phone.blocked and not carried.fault else Status.FAILED
    if progress is Status.SENT and carried.fault:
        return Status.FAILED
    if progress is Status.SENT and phone.online and carried.kind != "reaction":
        return Status.DELIVERED
    if progress is Status.DELIVERED and phone.online and phone.reads:
        return Status.READ
    return None


def _is_too_late(carried: Carried, now_ms: int) -> bool:
    """Return whether a message's time to live is over and its phone has not got it.

    # spec: on-premises-api.md#3.1
    """
    undelivered = carried.progress < Status.DELIVERED
    return undelivered and carried.expires_ms is not None and carried.expires_ms <= now_ms


def _noted(carried: Carried) -> tuple[MessageKey, Status, int]:
    """Return what is stored of a message's progress; whatever has nothing more to come counts as read."""
    progress = Status.READ if _is_finished(carried) and carried.progress is not Status.FAILED else carried.progress
    return carried.token, progress, carried.due_ms


def _is_finished(carried: Carried) -> bool:
    if carried.kind == "reaction" and carried.progress is Status.SENT:
        return True
    return carried.progress in (Status.READ, Status.FAILED)
