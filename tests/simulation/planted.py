"""Parts with a bug each: a simulation that does not find them proves nothing."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from tests.simulation.disk import Disk, Row
from tests.simulation.histories import SOUND
from tests.simulation.life import Factories
from tests.simulation.plain import Plain

from waypost.errors import Fault
from waypost.flows.clearance import Clearance
from waypost.flows.deliver import Deliver
from waypost.flows.notify import Notify, Post
from waypost.lib.poster import NotPosted, Posted
from waypost.model import Delivery, Event, FailedSend, Medium, Outbound, Outcome, Status
from waypost.ports import Carried, Further, InboundRow, StatusRow
from waypost.rules import window
from waypost.workers.lanes import Lanes


class AckBeforeCommit(Plain):
    """Says accepted when the row is only on its way."""

    async def accept(self, message: Outbound) -> None:
        self._write(lambda: self._accept(message)).add_done_callback(asyncio.Future.exception)  # asked, and ignored


class JobInMemory(Plain):
    """Stores the message, and leaves its job to memory."""

    def _accept(self, message: Outbound) -> None:
        super()._accept(message)
        del self.disk.jobs[message.key]


class DeliveryAfterCommit(Plain):
    """Stores the event in one transaction and its delivery in the next."""

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        fresh = await super().record_statuses([replace(row, notify=False) for row in rows])
        told = [row.event for row, is_new in zip(rows, fresh, strict=True) if is_new and row.notify]
        for event in told:
            await self._write(lambda event=event: self._tell(event, notify=True, further=()))  # type: ignore[misc]
        return fresh


class ForgetsFurther(Plain):
    """Stores the delivery to the webhook, and none to further endpoints."""

    def _tell(self, event: Event, *, notify: bool, further: Further) -> None:
        _ = further
        super()._tell(event, notify=notify, further=())


class StatusTwice(Plain):
    """Forgets which statuses a message has had."""

    def _apply_one(self, row: StatusRow) -> bool:
        if message := self.disk.messages.get(row.event.message_key):
            message.seen = 0
        return super()._apply_one(row)


class UserTwice(Plain):
    """Takes a user's message as often as it comes."""

    def _record_inbound(self, row: InboundRow) -> bool:
        self.disk.messages.pop(row.message.key, None)
        return super()._record_inbound(row)


class ShownTwice(Plain):
    """Lets the network take a message as often as it is sent: nobody asks whether it arrived."""

    async def take(self, carried: Carried) -> bool:
        await super().take(carried)
        return True


class Falling(Disk):
    """Believes every status that comes."""

    def climb(self, row: Row, came: Status) -> None:
        row.status, row.seen = came, row.seen | came.bit


class FailsUnasked(Deliver, frozen=True):
    """Fails a message without asking whether an attempt has brought it to the user."""

    async def _fail(self, message: Outbound, fault: Fault, send: FailedSend | None = None) -> None:
        await self.receive.failed(message, fault, send)


class SendsUnnoted(Deliver, frozen=True):
    """Hands a message over and notes afterwards that it was about to."""

    async def _handed_over(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        message.attempt += 1
        return await self.upstream.send(message, media)


class SendsAgain(Deliver, frozen=True):
    """Forgets how an attempt ended when the store cannot take it, and makes another."""

    async def __call__(self, message: Outbound) -> int | None:
        message.outcome = None
        return await super().__call__(message)


class Stumbles(Deliver, frozen=True):
    """Cannot work a message that is tried again; the server outlives it, and the message waits a second."""

    async def __call__(self, message: Outbound) -> int | None:
        if message.attempt:
            raise ValueError("stumbled")
        return await super().__call__(message)


class OpenTooLong(Clearance, frozen=True):
    """Takes the window for open at the very moment in which it closes."""

    async def _closed_window(self, message: Outbound) -> Fault | None:
        last_ms = await self.store.last_inbound_ms(message.number_id, message.wa_id)
        return window.fault(message.kind, last_ms, self.clock.now_ms() - 1)


class ClosedTooSoon(Clearance, frozen=True):
    """Takes the window for closed a millisecond before it is."""

    async def _closed_window(self, message: Outbound) -> Fault | None:
        last_ms = await self.store.last_inbound_ms(message.number_id, message.wa_id)
        return window.fault(message.kind, last_ms, self.clock.now_ms() + 1)


class Reworded(Notify, frozen=True):
    """Writes each attempt a little differently."""

    def _send(self, post: Post, signed_s: int) -> Any:  # Any: as in the part itself
        body = post.parcel.body + b" " * (post.deliveries[0].attempt - 1)
        return super()._send(replace(post, parcel=replace(post.parcel, body=body)), signed_s)


class TellsAgain(Notify, frozen=True):
    """Forgets how an attempt ended when the store cannot take it, and makes another."""

    async def __call__(self, delivery: Delivery, answered: Callable[[], None]) -> int | None:
        delivery.ended = None
        return await super().__call__(delivery, answered)


class Satisfied(Notify, frozen=True):
    """Takes every answer for a yes."""

    def _is_taken(self, result: Posted | NotPosted) -> bool:
        return isinstance(result, Posted)


def skipping(lanes: Lanes[Any]) -> Lanes[Any]:
    """Let lanes overlook the first job that waits when they start."""
    source = lanes._source

    async def look_past(after: int, limit: int) -> Sequence[tuple[int, Hashable]]:
        page = await source.look(after, limit)
        return page if after or len(page) < 2 else page[1:]

    lanes._source = replace(source, look=look_past)
    return lanes


def overtaking(lanes: Lanes[Any]) -> Lanes[Any]:
    """Give every job a lane of its own."""
    lanes._traits = replace(lanes._traits, lane=lanes._traits.key)
    return lanes


PLANTED: Mapping[str, Factories] = {
    "ack-before-commit": replace(SOUND, store=AckBeforeCommit),
    "job-in-memory": replace(SOUND, store=JobInMemory),
    "delivery-after-commit": replace(SOUND, store=DeliveryAfterCommit),
    "forgets-further": replace(SOUND, store=ForgetsFurther),
    "status-twice": replace(SOUND, store=StatusTwice),
    "user-twice": replace(SOUND, store=UserTwice),
    "shown-twice": replace(SOUND, store=ShownTwice),
    "status-falls": replace(SOUND, disk=Falling),
    "fails-unasked": replace(SOUND, deliver=FailsUnasked),
    "sends-unnoted": replace(SOUND, deliver=SendsUnnoted),
    "sends-again": replace(SOUND, deliver=SendsAgain),
    "stumbles": replace(SOUND, deliver=Stumbles),
    "open-too-long": replace(SOUND, clearance=OpenTooLong),
    "closed-too-soon": replace(SOUND, clearance=ClosedTooSoon),
    "reworded": replace(SOUND, notify=Reworded),
    "tells-again": replace(SOUND, notify=TellsAgain),
    "satisfied": replace(SOUND, notify=Satisfied),
    "skips-after-restart": replace(SOUND, lanes=skipping),
    "overtakes": replace(SOUND, lanes=overtaking),
}
