"""Deliver: bring an accepted message to the upstream, and note what became of it.

A rule that is broken when the message leaves is a `failed` status on the webhook, as the platform does it; nothing is
thrown away in silence.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, assert_never

from msgspec import Struct, field

from waypost.errors import Fault
from waypost.errors.outcomes import SOMETHING_WENT_WRONG
from waypost.flows.attach import Attach
from waypost.flows.clearance import Clearance
from waypost.flows.receive import Receive
from waypost.lib import backoff
from waypost.lib.clock import Clock
from waypost.model import FailedSend, Later, Medium, Outbound, Outcome, Refused, Sent, Unknown
from waypost.ports import Store, StoreBusy, StoreDown, Upstream

MAX_ATTEMPTS = 8
_KEPT_REASON_CHARACTERS = 1_024

Ending = Literal["later", "unknown", "refused"]
"""How an attempt ended that did not succeed."""


class Deliver(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Store
    upstream: Upstream
    receive: Receive
    clearance: Clearance
    attach: Attach
    clock: Clock
    sends: Counter[str] = field(default_factory=Counter)
    """How attempts ended since the start, by outcome; for the metrics."""

    async def __call__(self, message: Outbound) -> int | None:
        """Try once. Return None when the outcome is durable, or the platform time of the next attempt.

        Called again because the store could not take the outcome, it only notes that outcome and sends nothing.
        """
        if message.outcome is not None:
            return await self._settle(message, message.outcome)
        message.findings = ()
        found = await self.clearance(message) or await self.attach(message)
        if isinstance(found, Fault):
            await self._fail(message, found)
            return None
        message.outcome = await self._handed_over(message, found)
        return await self._settle(message, message.outcome)

    async def give_up(self, message: Outbound, why: str) -> None:
        """End a message that cannot be worked."""
        await self._fail(message, Fault(SOMETHING_WENT_WRONG, why))

    async def _handed_over(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        """Make one attempt. If the store cannot note that it begins, it is not counted and nothing is sent."""
        message.attempt += 1
        try:
            if not self.upstream.askable:
                await self.store.begin(message)
            outcome = await self.upstream.send(message, media)
        except (StoreBusy, StoreDown):
            message.attempt -= 1
            raise
        self.sends[type(outcome).__name__.lower()] += 1
        return outcome

    async def _settle(self, message: Outbound, outcome: Outcome) -> int | None:
        """Make an outcome durable. Until it is, it stays with the message, so that a repetition does not send again."""
        due_ms = await self._note(message, outcome)
        message.outcome = None
        return due_ms

    async def _note(self, message: Outbound, outcome: Outcome) -> int | None:
        match outcome:
            case Sent(upstream_id):
                if fault := self.clearance.warning(message):
                    await self.receive.warned(message, fault)
                await self.store.settle_sent(message, upstream_id)
            case Refused(fault):
                why = f"{fault.problem.name}: {fault.details}"
                await self.receive.failed(message, fault, self._failed_send(message, "refused", why))
            case Later(after_seconds, why):
                return await self._again(message, after_seconds, self._failed_send(message, "later", why))
            case Unknown(why):
                # The upstream is asked by token: sent twice, it arrives once.
                return await self._again(message, 0.0, self._failed_send(message, "unknown", why))
            case unreachable:
                assert_never(unreachable)
        return None

    def _failed_send(self, message: Outbound, outcome: Ending, why: str) -> FailedSend:
        return FailedSend(message.attempt, self.clock.now_ms(), outcome, why[:_KEPT_REASON_CHARACTERS])

    async def _again(self, message: Outbound, after_seconds: float, send: FailedSend) -> int | None:
        """Keep the job for another attempt, or fail the message after `MAX_ATTEMPTS`."""
        if message.attempt >= MAX_ATTEMPTS:
            details = f"Given up after {message.attempt} attempts; the last one ended with: {send.why}."
            await self._fail(message, Fault(SOMETHING_WENT_WRONG, details), send)
            return None
        delay_ms = max(int(1000 * after_seconds), backoff.UPSTREAM.delay_ms(message.attempt))
        message.due_ms = self.clock.now_ms() + delay_ms
        await self.store.settle_later(message, send)
        return message.due_ms

    async def _fail(self, message: Outbound, fault: Fault, send: FailedSend | None = None) -> None:
        """End a message as failed, unless it has arrived after all.

        A crash can hide that an attempt succeeded. After the restart a check may fail that passed then, since links die
        and windows close; so an upstream that can be asked is asked first.
        """
        sent = await self.upstream.arrived(message.key) if self.upstream.askable else None
        if sent is None:
            await self.receive.failed(message, fault, send)
        else:
            await self.store.settle_sent(message, sent.upstream_id)
