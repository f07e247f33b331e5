"""The judge: what the network decides about a message in the moment that it takes it.

Whether the message will fail, and why; whether a window or a free entry point is open, which decides its price; how
long it lives. What its phone does later is another matter: see `steps`.
"""

from typing import Protocol

from waypost.errors import Fault
from waypost.lib import ids
from waypost.model import MessageKey, NumberId, Outbound, Status, WindowFacts
from waypost.ports import Carried, StoredMessage
from waypost.rules import entry, lifetime, reaction
from waypost.rules.window import is_open
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.marketing import Marketing, stopped
from waypost.upstreams.simulated.phones import Phones
from waypost.wire.messages.reaction import Reaction


class Knowledge(Protocol):
    """What the platform knows of users and messages; see `ports` for what each promises."""

    async def window_facts(self, number_id: NumberId, wa_id: str) -> WindowFacts:
        """Return what a user's windows depend on."""
        ...

    async def open_entry(self, number_id: NumberId, wa_id: str, until_ms: int) -> None:
        """Note the free entry point that an answer opens."""
        ...

    async def message(self, key: MessageKey) -> StoredMessage | None:
        """Return a message of either direction."""
        ...


class Judge:
    """Judges messages by the fault rules, the phones, the marketing limit, and what the platform knows."""

    def __init__(self, phones: Phones, faults: Faults, marketing: Marketing) -> None:
        self._phones = phones
        self._faults = faults
        self._marketing = marketing
        self._known: Knowledge | None = None

    def connect(self, known: Knowledge) -> None:
        """Set who knows users and messages; to be called before the first message."""
        self._known = known

    @property
    def known(self) -> Knowledge:
        """Who knows users and messages."""
        assert self._known is not None, "connect() comes first"
        return self._known

    async def taken(self, message: Outbound, *, now_ms: int, delay_ms: int) -> Carried:
        """Return a message as the network takes it; its first step comes after `delay_ms`."""
        orders = self._faults.orders(message.number_id, message.wa_id)
        fault = Fault.demanded(orders.fail, "a fault rule") if orders.fail else self._unwanted(message)
        if fault is None and isinstance(message.content, Reaction):
            fault = await self._bad_reaction(message, message.content, now_ms)
        facts = await self.known.window_facts(message.number_id, message.wa_id)
        in_window = message.kind != "template" or is_open(facts.last_inbound_ms, now_ms)
        if fault is None and not in_window and message.category == "marketing":
            fault = await self._too_much(message, now_ms)
        return Carried(
            token=message.key,
            number_id=message.number_id,
            wa_id=message.wa_id,
            kind=message.kind,
            category=message.category,
            progress=Status.ACCEPTED,
            due_ms=now_ms + delay_ms + orders.delay_ms,
            in_window=in_window,
            fault=orders.explained(message, fault, now_ms) if fault or orders.rules else None,
            free_until_ms=await self._free_until(message, facts, now_ms) if facts.is_from_ad and not fault else None,
            expires_ms=message.expires_ms or now_ms + lifetime.LIFE_MS,
            tells_expiry=lifetime.is_told(message.dialect),
        )

    async def _free_until(self, message: Outbound, facts: WindowFacts, now_ms: int) -> int | None:
        """Return the end of the free entry point that a message falls into; the message itself may open it."""
        until_ms = entry.opened_by_answer(facts, now_ms)
        phone = self._phones.get(message.wa_id)
        if until_ms is None or phone.blocked or not phone.on_whatsapp:
            return entry.open_until(facts, now_ms)
        await self.known.open_entry(message.number_id, message.wa_id, until_ms)
        return until_ms

    def _unwanted(self, message: Outbound) -> Fault | None:
        """Return why a message is not delivered: its number is a magic one, or the user takes no marketing."""
        if magic := self._phones.magic.failure(message.wa_id, message.kind):
            return magic
        if message.category == "marketing" and not self._phones.takes_marketing(message.wa_id, message.number_id):
            return stopped(message.wa_id)
        return None

    async def _too_much(self, message: Outbound, now_ms: int) -> Fault | None:
        """Return why marketing is held back from a user who would get it: the limit of all businesses together."""
        phone = self._phones.get(message.wa_id)
        gets_it = phone.on_whatsapp and not phone.blocked
        return await self._marketing.fault(message.key, message.wa_id, now_ms) if gets_it else None

    async def _bad_reaction(self, message: Outbound, given: Reaction, now_ms: int) -> Fault | None:
        """Return why a reaction fails: its message is unknown, of another chat, deleted, or too old."""
        ref = ids.parse_message_id(given.message_id)
        found = await self.known.message(MessageKey(ref.key)) if ref else None
        thread = (message.number_id, message.wa_id, ref.tag if ref else 0)
        if found is not None and (found.number_id, found.wa_id, found.tag) != thread:
            found = None
        if found is None:
            return reaction.fault(given.message_id, found_kind=None, age_ms=0)
        return reaction.fault(
            given.message_id, found_kind=found.kind, age_ms=now_ms - found.at_ms, is_deleted=found.deleted
        )
