"""The steps of a message, and of the embedded network, as operations for the queue; the same for every store."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, Protocol

from waypost.model import Attempt, Delivery, Earlier, Event, FailedSend, MessageKey, Once, Outbound, Status
from waypost.ports import Carried, InboundRow, StatusRow, Written
from waypost.storage.commit import GroupCommit, Kind
from waypost.storage.known_windows import KnownWindows

Joined = Callable[[Sequence[Event]], None]
"""Is told, on the event loop, of parked events that have found their message and wait to be delivered."""


def ignore_joined(events: Sequence[Event]) -> None:
    """Leave parked events that found their message to the next reading of the database."""
    _ = events


class Writes(Protocol):
    """The kinds of operations for the steps of a message; each database writes them in its own way."""

    accept: Kind
    accept_once: Kind
    begin: Kind
    settle_sent: Kind
    settle_later: Kind
    settle_failed: Kind
    record_statuses: Kind
    record_inbound: Kind
    delivery_done: Kind
    delivery_retry: Kind
    delivery_dead: Kind
    delivery_ended: Kind
    take: Kind
    progressed: Kind


class Landings:
    """What happens on the event loop once an operation is durable."""

    def __init__(self, windows: KnownWindows, on_joined: Joined) -> None:
        self._windows = windows
        self._on_joined = on_joined

    def _accepted(self, message: Outbound, joined: Sequence[Event]) -> None:
        _ = message
        self._on_joined(joined)

    def _accepted_once(self, item: tuple[Outbound, Once], result: tuple[Earlier | None, Sequence[Event]]) -> None:
        _, joined = result
        if joined:
            self._accepted(item[0], joined)

    def _recorded_inbound(self, row: InboundRow, is_new: bool) -> None:  # noqa: FBT001 - a result, handed on by position
        _ = is_new  # what was known before does not get here
        if row.opens_window:
            pair = (row.message.number_id, row.message.person.wa_id)
            self._windows.renew(pair, row.message.at_ms, from_ad=row.from_ad)


class Steps:
    """See `ports.Store` for what each operation promises, and `ports.NetworkStore` for the last two."""

    _commit: GroupCommit
    _writes: Writes

    @property
    def depth(self) -> int:
        """Operations that wait or are being written."""
        return self._commit.depth

    @property
    def written(self) -> Written:
        """What was written since the start."""
        return self._commit.written

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written just now; None if it can, or if that is found out each time anew."""
        return self._commit.refusal

    def accept(self, message: Outbound) -> Awaitable[None]:
        """T1: store the message and its job."""
        return self._commit.submit(self._writes.accept, (message.key,), message)

    async def accept_once(self, message: Outbound, once: Once) -> Earlier | None:
        """T1 with a key: store message, job and key, unless the key has a message."""
        future: Any = self._commit.submit(self._writes.accept_once, (message.key,), (message, once))
        known: Earlier | None
        known, _ = await future
        return known

    def begin(self, message: Outbound) -> Awaitable[None]:
        """T2: note that an attempt is about to reach the upstream."""
        return self._commit.submit(self._writes.begin, (message.key,), message)

    def settle_sent(self, message: Outbound, upstream_id: str) -> Awaitable[None]:
        """T3: the upstream has it."""
        return self._commit.submit(self._writes.settle_sent, (message.key,), (message, upstream_id))

    def settle_later(self, message: Outbound, send: FailedSend) -> Awaitable[None]:
        """T3: keep the job for later."""
        return self._commit.submit(self._writes.settle_later, (message.key,), (message, send))

    async def settle_failed(self, message: Outbound, row: StatusRow, send: FailedSend | None = None) -> bool:
        """T3 and T4 in one."""
        future: Any = self._commit.submit(self._writes.settle_failed, (message.key,), (message, row, send))
        is_new: bool = await future
        return is_new

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        """T4: apply statuses."""
        if not rows:
            return []
        keys = tuple(row.event.message_key for row in rows)
        future: Any = self._commit.submit(self._writes.record_statuses, keys, rows)
        fresh: list[bool] = await future
        return fresh

    async def record_inbound(self, row: InboundRow) -> bool:
        """Store a message that came in."""
        future: Any = self._commit.submit(self._writes.record_inbound, (row.message.key,), row)
        is_new: bool = await future
        return is_new

    def delivery_done(self, delivery: Delivery, attempt: Attempt | None) -> Awaitable[None]:
        """T5: the subscriber has it, or there is nothing to tell."""
        return self._commit.submit(self._writes.delivery_done, (delivery.key,), (delivery, attempt))

    def delivery_retry(self, delivery: Delivery, attempt: Attempt) -> Awaitable[None]:
        """T5: note a failed attempt."""
        return self._commit.submit(self._writes.delivery_retry, (delivery.key,), (delivery, attempt))

    def delivery_dead(self, delivery: Delivery, attempt: Attempt | None) -> Awaitable[None]:
        """T5: give up."""
        return self._commit.submit(self._writes.delivery_dead, (delivery.key,), (delivery, attempt))

    def delivery_ended(self, delivery: Delivery, state: Literal["cancelled", "dropped"]) -> Awaitable[None]:
        """T5: stop."""
        return self._commit.submit(self._writes.delivery_ended, (delivery.key,), (delivery, state))

    async def take(self, carried: Carried) -> bool:
        """Take a message once."""
        # The network's keys are negative: its rows and those of the messages do not wait for each other.
        future: Any = self._commit.submit(self._writes.take, (-carried.token,), carried)
        is_new: bool = await future
        return is_new

    def progressed(self, steps: Sequence[tuple[MessageKey, Status, int]]) -> Awaitable[None]:
        """Note how far the network has told the business."""
        return self._commit.submit(self._writes.progressed, tuple(-token for token, _, _ in steps), steps)
