"""Threads: finds the messages between a phone and a number that somebody who plays the user refers to."""

from collections.abc import Sequence

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.flows.directory import Directory
from waypost.flows.find import find_message
from waypost.lib import ids
from waypost.model import Number, Phone, Status
from waypost.ports import Records, StoredMessage
from waypost.wire.canonical import stored_content
from waypost.wire.definitions import Component, read_components
from waypost.wire.messages import Content
from waypost.wire.messages.template import Template
from waypost.wire.taps import is_offered

_ON_THE_PHONE = (Status.DELIVERED, Status.READ, Status.PLAYED)
_ANSWERABLE = ("interactive", "template")
_LOOKED_AT = 100
"""How far back a message is looked for that an answer may belong to."""


class Threads(Struct, frozen=True):
    """Finds numbers and messages, or refuses with what would have been right."""

    directory: Directory
    records: Records

    def number(self, phone_number_id: str | None) -> Number:
        """Return a business number; it may be left out while there is only one. Raises Refusal."""
        return named_number(self.directory, phone_number_id)

    async def message(self, where: str, message_id: str, number: Number, wa_id: str) -> StoredMessage:
        """Return a message of either direction between a phone and a number. Raises Refusal."""
        found = await self.find(message_id, number, wa_id)
        if found is None:
            between = f"between {wa_id} and {number.digits}"
            raise Refusal(INVALID_VALUE, f"{where}: {message_id[:200]} is no message {between}.")
        return found

    async def find(self, message_id: str, number: Number, wa_id: str) -> StoredMessage | None:
        """Return a message of either direction between a phone and a number; None if there is no such."""
        found = await find_message(self.records, message_id)
        return found if found and (found.number_id, found.wa_id) == (number.id, wa_id) else None

    async def own(self, where: str, message_id: str, number: Number, wa_id: str) -> StoredMessage:
        """Return a message that the phone's user wrote to a number. Raises Refusal."""
        found = await self.message(where, message_id, number, wa_id)
        if not found.received:
            raise Refusal(INVALID_VALUE, f"{where}: {message_id[:200]} was not written by {wa_id}.")
        return found

    async def sent_to(self, wa_id: str, message_id: str) -> StoredMessage:
        """Return a message that a business sent to the phone, wherever it is by now. Raises Refusal."""
        found = await find_message(self.records, message_id)
        if found is None or found.received or found.wa_id != wa_id:
            raise Refusal(INVALID_VALUE, f"message_id: {message_id[:200]} is no message that was sent to {wa_id}.")
        return found

    async def shown_on(self, wa_id: str, message_id: str) -> StoredMessage:
        """Return a message that the phone shows. Raises Refusal."""
        found = await self.sent_to(wa_id, message_id)
        if found.status not in _ON_THE_PHONE:
            word = found.status.word if found.status is not None else "accepted"
            raise Refusal(INVALID_VALUE, f"message_id: {message_id[:200]} is not on the phone {wa_id}: it is {word}.")
        return found

    async def answered(self, kind: str, number: Number, wa_id: str) -> StoredMessage | None:
        """Return the message that an answer of this kind belongs to, if nobody says which: the newest that offers it.

        If none offers it, the newest that can be answered in any way; None if there is none. A message that is still
        on its way counts, too, so that nobody has to wait for its status.
        """
        newest = await self.records.messages(number_id=number.id, wa_id=wa_id, limit=_LOOKED_AT)
        sent = [each for each in newest if not each.received and each.kind in _ANSWERABLE]
        reached = [each for each in sent if each.status is not Status.FAILED]
        return next((each for each in reached if self._offers(kind, each)), reached[0] if reached else None)

    def definition(self, message: StoredMessage, content: Content) -> Sequence[Component]:
        """Return the parts of the template that was sent, as it is now; nothing if it is gone, or was none."""
        if not isinstance(content, Template):
            return ()
        template = self.directory.template_sent(message.number_id, content)
        return read_components(template.components) if template else ()

    async def has_talked(self, number: Number, phone: Phone) -> bool:
        """Return whether a phone and a number have exchanged anything, also under a number that its user had before."""
        for wa_id in (phone.wa_id, *phone.former):
            if await self.records.messages(number_id=number.id, wa_id=wa_id, limit=1):
                return True
        return False

    async def talked_to(self, phone: Phone) -> list[Number]:
        """Return the numbers that a phone has exchanged anything with."""
        return [number for number in self.directory.numbers() if await self.has_talked(number, phone)]

    def _offers(self, kind: str, message: StoredMessage) -> bool:
        content = stored_content(message.kind, message.body)
        return is_offered(kind, content, self.definition(message, content))


def named_number(directory: Directory, phone_number_id: str | None) -> Number:
    """Return a business number; it may be left out while there is only one. Raises Refusal."""
    numbers = directory.numbers()
    if phone_number_id is None and len(numbers) == 1:
        return numbers[0]
    there_are = f"there are {', '.join(number.digits for number in numbers[:10])}"
    if phone_number_id is None:
        raise Refusal(MISSING_PARAMETER, f"number: name the phone_number_id to write to; {there_are}.")
    found = directory.number_named(phone_number_id)
    if found is None:
        raise Refusal(INVALID_VALUE, f"number: {phone_number_id[:40]} is not a business number; {there_are}.")
    return found


def wamid_of(message: StoredMessage) -> str:
    """Return a message's id as the platform writes it."""
    return ids.wamid(message.key, message.tag, message.wa_id, received=message.received)
