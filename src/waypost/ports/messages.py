"""The port Store: what is stored at each step of a message (T1 accepted to T5 delivered), and what waits."""

from collections.abc import Awaitable, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from waypost.model import (
    Attempt,
    Delivery,
    Earlier,
    Event,
    EventKey,
    FailedSend,
    Finding,
    InboundMessage,
    MessageKey,
    NumberId,
    Once,
    Outbound,
    Status,
    WindowFacts,
)

Further = tuple[tuple[EventKey, str], ...]
"""Deliveries of an event beside its first: the key of each, and the id of its endpoint."""


class StatusRow(Struct, frozen=True):
    """One arriving status with the event that tells it, and whether a subscriber is to be told."""

    event: Event
    status: Status
    notify: bool
    problem_details: str | None = None
    """What was wrong, with the value; kept with a failed message."""
    further: Further = ()
    findings: tuple[Finding, ...] = ()
    """What was found out about the message, kept with the status if it is new."""


class InboundRow(Struct, frozen=True):
    """One arriving message with its event."""

    message: InboundMessage
    event: Event
    notify: bool
    opens_window: bool
    further: Further = ()
    from_ad: bool = False
    """Whether an advertisement or a post brought the user."""
    deletes: MessageKey | None = None
    """What the user wrote before and takes back with this."""


class Windows(Protocol):
    """When users last wrote to a number: what its customer service window with them depends on."""

    async def last_inbound_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        """Return when the user last wrote to the number, None if never; from memory when it was looked up lately."""
        ...


class Store(Windows, Protocol):
    """The durable state of a message on its way, one transaction per step.

    A step begins with its call; what it promises on return holds once it has been awaited.
    """

    def accept(self, message: Outbound) -> Awaitable[None]:
        """T1: store the message and its job; on return both are fsynced.

        One with `held_by` is kept without a job: see `Holds`.
        """
        ...

    async def accept_once(self, message: Outbound, once: Once) -> Earlier | None:
        """T1 with a key: store message, job and key together, fsynced on return.

        If the number has a message under the key since `once.since_ms`, return that and store nothing. Of any number
        of concurrent calls with one key exactly one stores its message.
        """
        ...

    async def earlier(self, number_id: NumberId, once: Once) -> Earlier | None:
        """Return the number's message under a key, stored since `once.since_ms`; its body may be another."""
        ...

    def begin(self, message: Outbound) -> Awaitable[None]:
        """T2: note that attempt `message.attempt` is about to reach the upstream; fsynced on return."""
        ...

    def settle_sent(self, message: Outbound, upstream_id: str) -> Awaitable[None]:
        """T3: the upstream has it. Lazy: waits a few milliseconds for company, then fsynced; the job is gone."""
        ...

    def settle_later(self, message: Outbound, send: FailedSend) -> Awaitable[None]:
        """T3: keep how an attempt ended, and the job, due again at `message.due_ms` as `message.attempt`. Lazy."""
        ...

    async def settle_failed(self, message: Outbound, row: StatusRow, send: FailedSend | None = None) -> bool:
        """T3 and T4 in one: drop the job and record the `failed` status; False if the status had come before.

        `send` is the attempt that it failed with, None if it was not handed to the upstream.
        """
        ...

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        """T4: apply each status by the table in `model`, store its event and its delivery.

        True for each that is new; a status that the message has had before stores nothing. A status for a message
        that is not stored is parked durably and applied when it appears; it answers False. Fsynced on return.
        """
        ...

    async def record_inbound(self, row: InboundRow) -> bool:
        """Store the message, its event and delivery, renew the window, and mark what it deletes.

        False if its key was there before: then nothing is stored.
        """
        ...

    async def record_notice(self, event: Event, *, notify: bool, further: Further = ()) -> None:
        """Store an event that is about no message, and its deliveries; fsynced on return."""
        ...

    def delivery_done(self, delivery: Delivery, attempt: Attempt | None) -> Awaitable[None]:
        """T5: the subscriber has it, or (None) there is nothing to tell in its dialect. Lazy."""
        ...

    def delivery_retry(self, delivery: Delivery, attempt: Attempt) -> Awaitable[None]:
        """T5: note a failed attempt; due again at `delivery.due_ms`. Lazy."""
        ...

    def delivery_dead(self, delivery: Delivery, attempt: Attempt | None) -> Awaitable[None]:
        """T5: give up; the delivery stays as a dead letter that can be delivered again."""
        ...

    def delivery_ended(self, delivery: Delivery, state: Literal["cancelled", "dropped"]) -> Awaitable[None]:
        """T5: stop, because its endpoint is gone or a fault rule wants it so; it can be delivered again."""
        ...

    async def redeliver(self, key: EventKey, now_ms: int) -> Delivery | None:
        """Make a delivery of any state wait again from now; None if there is no such delivery."""
        ...

    async def redeliver_all(self, keys: Sequence[EventKey], state: str, now_ms: int) -> list[Delivery]:
        """Make those of some hundred deliveries that are in a state wait again from now, in one step.

        They are returned in the order of the keys given; who is not in the state any more is left alone.
        """
        ...

    async def queued_messages(self, after: MessageKey, limit: int) -> list[tuple[MessageKey, NumberId]]:
        """Return the jobs above a key, in order, each with its number; their messages are not read."""
        ...

    async def waiting_messages(self, keys: Sequence[MessageKey]) -> list[Outbound]:
        """Read those of the jobs that wait, in the order given, `begun` set where an attempt has no outcome."""
        ...

    async def queued_deliveries(self, after: EventKey, limit: int) -> list[tuple[EventKey, NumberId, str]]:
        """Return the waiting deliveries above a key, in order, each with its number and endpoint."""
        ...

    async def waiting_deliveries(self, keys: Sequence[EventKey]) -> list[Delivery]:
        """Read those of the deliveries that wait, in the order given."""
        ...

    async def window_facts(self, number_id: NumberId, wa_id: str) -> WindowFacts:
        """Return what a user's windows depend on; answered from memory when it was seen lately."""
        ...

    async def open_entry(self, number_id: NumberId, wa_id: str, until_ms: int) -> None:
        """Note the free entry point that an answer opens, and that the user is answered; fsynced on return."""
        ...

    async def initiated(self, number_ids: Sequence[NumberId], since_ms: int) -> list[tuple[str, int]]:
        """Return the users to whom these numbers sent something outside their window since, each with when last."""
        ...

    async def highest_key(self) -> int:
        """Return the highest key in any table; new ones must be above it."""
        ...
