"""Contacts: which numbers are on WhatsApp. Older clients had to ask this before they could send.

A number in the mode `always_valid` gets the answer of v2.43 and later: every well-formed number is valid. In the mode
`classic` the network is asked, the answer is remembered for seven days, and nobody unknown can be written to.

# spec: on-premises-api.md#3.1, on-premises-api.md#6.1
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.clients import UNKNOWN_CONTACT
from waypost.flows.documents import DocumentCollection
from waypost.lib import phone
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.model import Number
from waypost.ports import Documents, Notice, Windows
from waypost.wire.client_notices import Contact, contacts_checked

REMEMBERED_MS = to_ms(timedelta(days=7))

_AT_ONCE = 256

IsOnWhatsApp = Callable[[str], bool]


class Checked(Struct, frozen=True):
    """What the network said of a number, and when."""

    valid: bool
    at_ms: int


class Contacts:
    """The contacts of every number."""

    def __init__(
        self,
        documents: Documents,
        windows: Windows,
        clock: Clock,
        *,
        is_on_whatsapp: IsOnWhatsApp,
        notice: Notice,
        home_code: phone.HomeCode = phone.no_code,
    ) -> None:
        self._documents = DocumentCollection(documents, "contact", Checked)
        self._windows = windows
        self._clock = clock
        self._is_on_whatsapp = is_on_whatsapp
        self._notice = notice
        self._home_code = home_code

    async def check(self, number: Number, asked: Sequence[str], *, wait: bool, force: bool) -> list[Contact]:
        """Say of each number whether it is on WhatsApp, in the order asked.

        Without `wait`, what is not remembered is `processing`; its result is told to the subscriber. `force` asks
        again. What is no number is `invalid` at once: nobody has to be asked.
        """
        if not number.checks_contacts:
            return [self._named(number, text, valid=True) for text in asked]
        found = [await self._remembered(number, text, force=force) for text in dict.fromkeys(asked)]
        remembered = {contact.input: contact for contact in found if contact is not None}
        fresh = await self._ask_all(number, [text for text in dict.fromkeys(asked) if text not in remembered])
        if wait or not fresh:
            return [remembered.get(text) or fresh[text] for text in asked]
        await self._notice(number, *contacts_checked(list(fresh.values())))
        return [remembered.get(text) or Contact(text, "processing") for text in asked]

    async def refuse_unknown(self, number: Number, wa_id: str) -> None:
        """Raise Refusal for a number that was neither checked within seven days nor has ever written."""
        if not number.checks_contacts:
            return
        kept = await self._documents.get(number.id, wa_id)
        is_known = kept is not None and kept.valid and self._clock.now_ms() - kept.at_ms < REMEMBERED_MS
        if not is_known and await self._windows.last_inbound_ms(number.id, wa_id) is None:
            raise Refusal(UNKNOWN_CONTACT, "unknown contact")

    async def _remembered(self, number: Number, text: str, *, force: bool) -> Contact | None:
        wa_id = self._digits(number, text)
        if wa_id is None:
            return Contact(text, "invalid")
        kept = None if force else await self._documents.get(number.id, wa_id)
        if kept is None or self._clock.now_ms() - kept.at_ms >= REMEMBERED_MS:
            return None
        return self._named(number, text, valid=kept.valid)

    async def _ask_all(self, number: Number, texts: Sequence[str]) -> dict[str, Contact]:
        """Ask for many at once, so that they share a commit."""
        fresh: dict[str, Contact] = {}
        for begin in range(0, len(texts), _AT_ONCE):
            some = texts[begin : begin + _AT_ONCE]
            fresh |= zip(some, await asyncio.gather(*(self._ask(number, text) for text in some)), strict=True)
        return fresh

    async def _ask(self, number: Number, text: str) -> Contact:
        wa_id = self._digits(number, text)
        if wa_id is None:
            return Contact(text, "invalid")
        valid = self._is_on_whatsapp(wa_id)
        await self._documents.put(number.id, Checked(valid, self._clock.now_ms()), wa_id)
        return self._named(number, text, valid=valid)

    def _named(self, number: Number, text: str, *, valid: bool) -> Contact:
        wa_id = self._digits(number, text)
        return Contact(text, "invalid") if wa_id is None or not valid else Contact(text, "valid", wa_id)

    def _digits(self, number: Number, text: str) -> str | None:
        try:
            return phone.normalise(text, home=self._home_code(number.digits))
        except ValueError:
            return None
