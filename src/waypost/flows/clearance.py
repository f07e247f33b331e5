"""Clearance: the rules that depend on the moment, checked when a message leaves rather than when it came in.

# spec: cloud-api.md#11.2
"""

from collections.abc import Collection, Sequence

from msgspec import Struct, structs

from waypost.errors import Cause, Fault
from waypost.errors.outcomes import MESSAGE_EXPIRED
from waypost.flows.blocks import Blocks
from waypost.flows.directory import Directory
from waypost.flows.messaging_limit import MessagingLimit
from waypost.lib.clock import Clock
from waypost.lib.durations import told_moment
from waypost.lib.phone import is_pseudo
from waypost.model import Outbound
from waypost.ports import Store
from waypost.rules import products, template, window
from waypost.rules.magic import Magic
from waypost.wire.messages.template import Template


class Clearance(Struct, frozen=True):
    """The checks, and the parts that they ask."""

    store: Store
    directory: Directory
    blocks: Blocks
    messaging_limit: MessagingLimit
    magic: Magic
    clock: Clock
    windows_lifted: bool

    async def __call__(self, message: Outbound) -> Fault | None:
        """Return the first rule that a message breaks now, or None.

        A template that breaks none counts towards the account's messaging limit from here on.
        """
        fault = self.blocks.fault(message.number_id, message.wa_id) or self._too_late(message)
        if fault is not None:
            return fault
        if message.kind == "template":
            return self._withdrawn_template(message) or await self.messaging_limit.fault(message)
        closed = None if self.windows_lifted else await self._closed_window(message)
        return closed or products.fault(*self._products(message))

    def warning(self, message: Outbound) -> Fault | None:
        """Return what the subscriber is to be warned of although the message is sent.

        # spec: on-premises-api.md#11.7
        """
        return products.warning(*self._products(message))

    def _products(self, message: Outbound) -> tuple[Sequence[str], Collection[str]]:
        """Return the products of a message, and those that its number's catalogs do not hold."""
        number = self.directory.number(message.number_id) if message.kind == "interactive" else None
        if number is None or not number.standing.missing_products:
            return (), ()
        return message.decoded().products(), number.standing.missing_products

    def _too_late(self, message: Outbound) -> Fault | None:
        if message.expires_ms is None or self.clock.now_ms() < message.expires_ms:
            return None
        accepted, expired = told_moment(message.accepted_ms), told_moment(message.expires_ms)
        sentence = (
            f"It was accepted at {accepted}, its time to live was over at {expired}, and it had not left by then."
        )
        cause = Cause("limits", sentence, {"accepted": accepted, "expired": expired})
        return Fault(MESSAGE_EXPIRED, "The message was not delivered within its time to live.", cause=cause)

    async def _closed_window(self, message: Outbound) -> Fault | None:
        if is_pseudo(message.wa_id) or self.magic.knows(message.wa_id):
            return None
        last_ms = await self.store.last_inbound_ms(message.number_id, message.wa_id)
        now_ms = self.clock.now_ms()
        fault = window.fault(message.kind, last_ms, now_ms)
        return fault and structs.replace(fault, cause=window.told_closed(message.wa_id, last_ms, now_ms))

    def _withdrawn_template(self, message: Outbound) -> Fault | None:
        """Return why the template of a message may not be sent any more: it was paused, disabled, changed or deleted.

        # spec: cloud-api.md#3.7
        """
        number, sent = self.directory.number(message.number_id), message.decoded()
        if number is None or not isinstance(sent, Template):
            return None
        return template.state_fault(self.directory.template(number.waba_id, sent.name, sent.language.code), sent)
