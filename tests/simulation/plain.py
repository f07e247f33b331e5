"""The plain store's part of the port `Store`: a message's way, in the fewest words."""

import asyncio
import copy
from collections.abc import Sequence
from typing import Any, Literal

from msgspec.structs import replace
from tests.simulation.disk import Job, Parcel, Row
from tests.simulation.queued import Taken
from tests.simulation.shelves import Shelves

from waypost.model import (
    Attempt,
    Delivery,
    Earlier,
    Event,
    EventKey,
    FailedSend,
    MediaKey,
    MessageKey,
    NumberId,
    Once,
    Outbound,
    Status,
    WindowFacts,
)
from waypost.ports import Further, InboundRow, StatusRow


class Plain(Shelves):
    """One life's view of a disk; the contract suite of the port runs over it as over every store."""

    async def accept(self, message: Outbound) -> None:
        await self._write(lambda: self._accept(message))

    def _accept(self, message: Outbound) -> None:
        disk, key = self.disk, message.key
        if key in disk.messages:
            raise Taken(f"UNIQUE: {key}")
        disk.messages[key] = Row(copy.copy(message), Status.ACCEPTED, Status.ACCEPTED.bit)
        disk.jobs[key] = Job(message.due_ms, message.attempt)
        self._apply([disk.parked.pop(place) for place in [each for each in disk.parked if each[0] == key]])

    async def accept_once(self, message: Outbound, once: Once) -> Earlier | None:
        def write() -> Earlier | None:
            if known := self._known(message.number_id, once):
                return known
            self._accept(message)
            made = Earlier(message.key, message.tag, message.wa_id, message.kind, once.body_hash)
            self.disk.once[message.number_id, once.key] = made, message.accepted_ms
            return None

        known: Earlier | None = await self._write(write)
        return known

    async def earlier(self, number_id: NumberId, once: Once) -> Earlier | None:
        return self._known(number_id, once)

    def _known(self, number_id: NumberId, once: Once) -> Earlier | None:
        earlier, at_ms = self.disk.once.get((number_id, once.key), (None, 0))
        return earlier if at_ms >= once.since_ms else None

    async def begin(self, message: Outbound) -> None:
        attempt, media = message.attempt, (message.media_key, message.more_media)

        def write() -> None:
            if job := self.disk.jobs.get(message.key):
                job.attempt, job.begun = attempt, True
            self._keep_media(message.key, *media)

        await self._write(write)

    def _keep_media(self, key: MessageKey, first: MediaKey | None, more: tuple[MediaKey, ...]) -> None:
        row = self.disk.messages.get(key)
        stored = row.message if row else None
        if isinstance(stored, Outbound):
            stored.media_key, stored.more_media = first or stored.media_key, more or stored.more_media

    async def settle_sent(self, message: Outbound, upstream_id: str) -> None:
        media, attempt, findings = (message.media_key, message.more_media), message.attempt, message.findings

        def write() -> None:
            self.disk.jobs.pop(message.key, None)
            if row := self.disk.messages.get(message.key):
                row.upstream_id = upstream_id
                row.evidence |= {attempt: findings} if findings else {}
            self._keep_media(message.key, *media)

        await self._write(write)

    async def settle_later(self, message: Outbound, send: FailedSend) -> None:
        due_ms, attempt, media = message.due_ms, message.attempt, (message.media_key, message.more_media)
        findings = message.findings

        def write() -> None:
            if row := self.disk.messages.get(message.key):
                row.sends[send.number] = send
                row.evidence |= {attempt: findings} if findings else {}
            self._keep_media(message.key, *media)
            if message.key in self.disk.jobs:
                self.disk.jobs[message.key] = Job(due_ms, attempt)

        await self._write(write)

    async def settle_failed(self, message: Outbound, row: StatusRow, send: FailedSend | None = None) -> bool:
        def write() -> bool:
            self.disk.jobs.pop(message.key, None)
            if send is not None:
                self.disk.messages[message.key].sends[send.number] = send
            return self._apply([row])[0]

        is_new: bool = await self._write(write)
        return is_new

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        if not rows:
            return []
        fresh: list[bool] = await self._write(lambda: self._apply(rows))
        return fresh

    def _apply(self, rows: Sequence[StatusRow]) -> list[bool]:
        return [self._apply_one(row) for row in rows]

    def _apply_one(self, row: StatusRow) -> bool:
        message = self.disk.messages.get(row.event.message_key)
        if message is None:
            self.disk.parked.setdefault((row.event.message_key, row.status), row)
            return False
        if message.seen & row.status.bit:
            return False
        self.disk.climb(message, row.status)
        if row.status is message.status is Status.FAILED:
            message.problem, message.problem_details = row.event.problem, row.problem_details
        message.evidence |= {row.event.key: row.findings} if row.findings else {}
        self._tell(row.event, notify=row.notify, further=row.further)
        return True

    def _tell(self, event: Event, *, notify: bool, further: Further) -> None:
        self.disk.events[event.key] = event
        if notify:
            self.disk.parcels[event.key] = Parcel(event, event.at_ms, event.at_ms, "", None)
        for key, endpoint in further:
            self.disk.parcels[key] = Parcel(event, event.at_ms, event.at_ms, endpoint, key)

    async def record_inbound(self, row: InboundRow) -> bool:
        is_new: bool = await self._write(lambda: self._record_inbound(row))
        return is_new

    def _record_inbound(self, row: InboundRow) -> bool:
        message, disk = row.message, self.disk
        if message.key in disk.messages:
            return False
        disk.messages[message.key] = Row(message, None)
        if row.deletes in disk.messages:
            disk.messages[row.deletes].seen = 1
        self._tell(row.event, notify=row.notify, further=row.further)
        if row.opens_window:
            pair = message.number_id, message.person.wa_id
            facts = disk.windows.get(pair, WindowFacts())
            last_ms = max(facts.last_inbound_ms or 0, message.at_ms)
            disk.windows[pair] = WindowFacts(
                last_ms, message.at_ms if row.from_ad else facts.ad_ms, facts.free_until_ms
            )
        return True

    async def record_notice(self, event: Event, *, notify: bool, further: Further = ()) -> None:
        await self._write(lambda: self._tell(event, notify=notify, further=further))

    async def delivery_done(self, delivery: Delivery, attempt: Attempt | None) -> None:
        await self._end(delivery, "done", attempt)

    async def delivery_dead(self, delivery: Delivery, attempt: Attempt | None) -> None:
        await self._end(delivery, "dead", attempt)

    async def delivery_ended(self, delivery: Delivery, state: Literal["cancelled", "dropped"]) -> None:
        await self._end(delivery, state, None)

    def _end(self, delivery: Delivery, state: str, attempt: Attempt | None) -> asyncio.Future[Any]:
        def write() -> None:
            parcel = self.disk.parcels[delivery.key]
            parcel.state = state
            if attempt is not None:
                parcel.attempt = attempt.number
                parcel.attempts.append(attempt)

        return self._write(write)

    async def delivery_retry(self, delivery: Delivery, attempt: Attempt) -> None:
        due_ms = delivery.due_ms

        def write() -> None:
            parcel = self.disk.parcels[delivery.key]
            parcel.due_ms, parcel.attempt = due_ms, attempt.number
            parcel.attempts.append(attempt)

        await self._write(write)

    async def redeliver(self, key: EventKey, now_ms: int) -> Delivery | None:
        def write() -> Delivery | None:
            parcel = self.disk.parcels.get(key)
            if parcel is None:
                return None
            parcel.state, parcel.first_ms, parcel.due_ms, parcel.attempt = "waiting", now_ms, now_ms, 0
            return _delivery(parcel)

        delivery: Delivery | None = await self._write(write)
        return delivery

    async def redeliver_all(self, keys: Sequence[EventKey], state: str, now_ms: int) -> list[Delivery]:
        def write() -> list[Delivery]:
            found = [self.disk.parcels[key] for key in keys if key in self.disk.parcels]
            ended = [parcel for parcel in found if parcel.state == state]
            for parcel in ended:
                parcel.state, parcel.first_ms, parcel.due_ms, parcel.attempt = "waiting", now_ms, now_ms, 0
            return [_delivery(parcel) for parcel in ended]

        deliveries: list[Delivery] = await self._write(write)
        return deliveries

    async def queued_messages(self, after: MessageKey, limit: int) -> list[tuple[MessageKey, NumberId]]:
        keys = sorted(key for key in self.disk.jobs if key > after)
        return [(key, self.disk.messages[key].message.number_id) for key in keys[: min(limit, self._page)]]

    async def waiting_messages(self, keys: Sequence[MessageKey]) -> list[Outbound]:
        return [self._outbound(key) for key in keys if key in self.disk.jobs]

    def _outbound(self, key: MessageKey) -> Outbound:
        message, job = self.disk.messages[key].message, self.disk.jobs[key]
        assert isinstance(message, Outbound)
        return replace(message, due_ms=job.due_ms, attempt=job.attempt, begun=job.begun, content=None, wamid="")

    async def queued_deliveries(self, after: EventKey, limit: int) -> list[tuple[EventKey, NumberId, str]]:
        waiting = sorted(key for key in self.disk.parcels if key > after and self._waits(key))
        parcels = [(key, self.disk.parcels[key]) for key in waiting[: min(limit, self._page)]]
        return [(key, parcel.event.number_id, parcel.endpoint) for key, parcel in parcels]

    async def waiting_deliveries(self, keys: Sequence[EventKey]) -> list[Delivery]:
        return [_delivery(self.disk.parcels[key]) for key in keys if self._waits(key)]

    def _waits(self, key: EventKey) -> bool:
        parcel = self.disk.parcels.get(key)
        return parcel is not None and parcel.state == "waiting"

    async def window_facts(self, number_id: NumberId, wa_id: str) -> WindowFacts:
        return self.disk.windows.get((number_id, wa_id)) or WindowFacts()

    async def open_entry(self, number_id: NumberId, wa_id: str, until_ms: int) -> None:
        def write() -> None:
            facts = self.disk.windows[number_id, wa_id]
            self.disk.windows[number_id, wa_id] = WindowFacts(facts.last_inbound_ms, None, until_ms)

        await self._write(write)

    async def last_inbound_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        return (await self.window_facts(number_id, wa_id)).last_inbound_ms

    async def highest_key(self) -> int:
        return self.disk.highest_key


def _delivery(parcel: Parcel) -> Delivery:
    return Delivery(parcel.event, parcel.first_ms, parcel.attempt, parcel.due_ms, parcel.endpoint, parcel.further_key)
