"""Identity: a user whose keys have changed may be somebody else, until the business says that it has checked.

Only numbers that ask for security notifications are told, and only they are held back.

# spec: on-premises-api.md#6.3
"""

from collections.abc import Callable
from typing import Protocol

from waypost.errors import Fault, Refusal
from waypost.errors.clients import IDENTITY_CHANGED
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.acknowledged import Acknowledged, Identity, Keys
from waypost.flows.directory import Directory
from waypost.lib.clock import Clock
from waypost.lib.ids import KeyMaker
from waypost.model import Number, NumberId
from waypost.ports import Documents, Notice, Windows
from waypost.wire.client_notices import identity_changed

_IN_FLIGHT = "The user's identity changed before the message was delivered."


class Phones(Keys, Protocol):
    """The network, as far as it knows users' keys and holds messages for phones that are not there."""

    async def renew_keys(self, wa_id: str) -> None:
        """Give a user other keys, as a new phone does."""
        ...

    async def fail_waiting(self, wa_id: str, concerns: Callable[[NumberId], bool], fault: Fault) -> None:
        """Fail the messages that wait for a phone, if `concerns` says so of their number."""
        ...


class Identities:
    """The identities of all users, and what each number has acknowledged."""

    def __init__(
        self,
        documents: Documents,
        directory: Directory,
        windows: Windows,
        phones: Phones,
        *,
        keys: KeyMaker,
        clock: Clock,
        notice: Notice,
    ) -> None:
        self._acknowledged = Acknowledged(documents, phones)
        self._directory = directory
        self._windows = windows
        self._phones = phones
        self._keys = keys
        self._clock = clock
        self._notice = notice

    async def of(self, wa_id: str) -> Identity:
        """Return a user's identity as it is now."""
        return await self._acknowledged.of(wa_id)

    async def is_acknowledged(self, number: Number, wa_id: str) -> bool:
        """Return whether a number has acknowledged a user's identity; the first one needs none."""
        return await self._acknowledged.by(number, wa_id, await self.of(wa_id))

    async def acknowledge(self, number: Number, wa_id: str, identity: str) -> None:
        """Note that a business has verified who the user is. Raises Refusal for another hash than the user's."""
        if identity != (await self.of(wa_id)).hash:
            raise Refusal(INVALID_VALUE, "Parameter 'hash' is not the user's identity; get it anew and compare.")
        await self._acknowledged.note(number, wa_id, identity)

    async def refuse_changed(self, number: Number, wa_id: str) -> None:
        """Raise Refusal for a user whose changed identity this number has not acknowledged."""
        if number.checks_identities and not await self.is_acknowledged(number, wa_id):
            raise Refusal(IDENTITY_CHANGED, f"Acknowledge the identity of {wa_id} first.")

    async def renew(self, wa_id: str) -> Identity:
        """Give a user new keys, as a new phone does; tell the numbers that want to know, and fail what is in flight."""
        now_ms = self._clock.now_ms()
        await self._acknowledged.renewed(wa_id, now_ms)
        watching = {number.id: number for number in self._directory.numbers() if number.checks_identities}
        await self._phones.fail_waiting(wa_id, watching.__contains__, Fault(IDENTITY_CHANGED, _IN_FLIGHT))
        await self._phones.renew_keys(wa_id)
        identity = await self.of(wa_id)
        for number in watching.values():
            if await self._windows.last_inbound_ms(number.id, wa_id) is not None:
                told = identity_changed(wa_id, identity.hash, key=self._keys.next(), tag=self._keys.tag(), at_ms=now_ms)
                await self._notice(number, *told)
        return identity
