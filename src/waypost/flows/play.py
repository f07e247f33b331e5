"""Play: do what a user of the embedded network does: write to a business, with a file or without.

What the user wrote takes the way of every message that an upstream brings: `receive` stores it and tells the business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from waypost.errors import Fault, Refusal
from waypost.errors.requests import BAD_MEDIA, INVALID_VALUE, MISSING_PARAMETER, UNEXPECTED_PARAMETER
from waypost.flows.directory import Directory
from waypost.flows.media import MediaShelf, Origin
from waypost.lib.ids import KeyMaker, parse_message_id
from waypost.model import FaultRule, InboundMessage, Medium, MessageKey, Number, NumberId, Phone
from waypost.ports import BlobWriter, Records, StoredMessage
from waypost.rules import media as media_rules
from waypost.wire.complaints import mandatory
from waypost.wire.inbound import PhoneMessage, inbound_body
from waypost.wire.renderings import message_ids


class PhoneBook(Protocol):
    """The phones of the embedded network."""

    def get(self, wa_id: str) -> Phone:
        """Return the phone of a number; every number has one."""
        ...

    def known(self) -> list[Phone]:
        """Return the phones that are stored, by number."""
        ...


class FaultRules(Protocol):
    """The rules that a test has given; they are kept in memory only."""

    def add(self, make: Callable[[int], FaultRule]) -> FaultRule:
        """Add the rule that `make` returns for a new id."""
        ...

    @property
    def for_paths(self) -> bool:
        """Whether any rule is about requests."""
        ...

    def check_path(self, path: str) -> None:
        """Raise the Refusal that a rule demands for a request of this path, if one does."""
        ...

    def fails_handshake(self, number_id: NumberId) -> bool:
        """Return whether the next verification of a callback URL of a number is to fail."""
        ...

    def rules(self) -> list[FaultRule]:
        """Return the rules in force, in the order they were given."""
        ...

    def remove(self, rule_id: int) -> bool:
        """Remove a rule; False if there is none with this id."""
        ...

    def clear(self) -> None:
        """Remove every rule."""
        ...


class PhoneNetwork(Protocol):
    """The embedded network as whoever plays its users sees it."""

    @property
    def phones(self) -> PhoneBook:
        """Its phones."""
        ...

    @property
    def faults(self) -> FaultRules:
        """What it is ordered to do to messages."""
        ...

    async def change_phone(self, wa_id: str, **changes: object) -> Phone:
        """Change fields of a phone, fsynced on return; what was waiting for it goes on."""
        ...

    async def read_up_to(self, wa_id: str, token: MessageKey | None) -> int:
        """Let the user read what was delivered up to a message (None: everything); return how many that were."""
        ...

    async def fail_waiting(self, wa_id: str, concerns: Callable[[NumberId], bool], fault: Fault) -> None:
        """End what waits for a phone, of the numbers that it concerns."""
        ...

    async def write(
        self, wa_id: str, number_id: NumberId, *, kind: str, body: bytes, medium: Medium | None, keys: KeyMaker
    ) -> InboundMessage:
        """Let the user write to a business; message, event and window are fsynced on return."""
        ...


@dataclass(frozen=True, slots=True)
class UserFile:
    """The bytes of the user's file, written but not kept yet, and what is said of them."""

    writer: BlobWriter
    declared: str | None
    filename: str | None


@dataclass(frozen=True, slots=True)
class Play:
    """The flow, with the ports it uses."""

    directory: Directory
    records: Records
    shelf: MediaShelf
    network: PhoneNetwork
    keys: KeyMaker

    async def write(self, wa_id: str, message: PhoneMessage, file: UserFile | None) -> InboundMessage:
        """Let the user of a phone write; on return it is stored and the webhook about to be called. Raises Refusal."""
        if missing := message.missing():
            raise Refusal(MISSING_PARAMETER, mandatory(missing))
        number = self._number(message.number)
        if number.digits == wa_id:
            raise Refusal(INVALID_VALUE, f"The phone {wa_id} is the business number itself; write from another one.")
        if not self.network.phones.get(wa_id).on_whatsapp:
            raise Refusal(INVALID_VALUE, f"The phone {wa_id} is not on WhatsApp; set its on_whatsapp to true first.")
        references = await self._references(number, wa_id, message)
        medium = await self._kept(number, message, file)
        return await self.network.write(
            wa_id,
            number.id,
            kind=message.type,
            body=inbound_body(message, references, animated=medium is not None and medium.animated),
            medium=medium,
            keys=self.keys,
        )

    async def read(self, wa_id: str, message_id: str | None) -> int:
        """Let the user read up to a message that the business sent to them; return how many they had not read."""
        if message_id is None:
            return await self.network.read_up_to(wa_id, None)
        found = await self._found(message_id)
        if found is None or found.received or found.wa_id != wa_id:
            raise Refusal(INVALID_VALUE, f"message_id: {message_id[:200]} is no message that was sent to {wa_id}.")
        return await self.network.read_up_to(wa_id, found.key)

    def _number(self, phone_number_id: str | None) -> Number:
        numbers = self.directory.numbers()
        if phone_number_id is None and len(numbers) == 1:
            return numbers[0]
        there_are = f"there are {', '.join(number.digits for number in numbers[:10])}"
        if phone_number_id is None:
            raise Refusal(MISSING_PARAMETER, f"number: name the phone_number_id to write to; {there_are}.")
        found = next((number for number in numbers if number.digits == phone_number_id), None)
        if found is None:
            raise Refusal(INVALID_VALUE, f"number: {phone_number_id[:40]} is not a business number; {there_are}.")
        return found

    async def _references(self, number: Number, wa_id: str, message: PhoneMessage) -> dict[str, Any]:
        """Return the members that name other messages of this thread, with the ids that the business knows.

        # spec: cloud-api.md#8 ("context")
        """
        members: dict[str, Any] = {}
        if quoted := message.context:
            members["context"] = {}
            if quoted.id is not None:
                of_thread = await self._of_thread("context.id", quoted.id, number, wa_id)
                members["context"] = {"from": wa_id if of_thread.received else number.digits, "id": _wamid(of_thread)}
            if quoted.forwarded:
                members["context"]["forwarded"] = True
            if quoted.frequently_forwarded:
                members["context"]["frequently_forwarded"] = True
        if reaction := message.reaction:
            of_thread = await self._of_thread("reaction.message_id", reaction.message_id, number, wa_id)
            members["reaction"] = {"message_id": _wamid(of_thread), "emoji": reaction.emoji}
        return members

    async def _of_thread(self, where: str, message_id: str, number: Number, wa_id: str) -> StoredMessage:
        found = await self._found(message_id)
        if found is None or (found.number_id, found.wa_id) != (number.id, wa_id):
            between = f"between {wa_id} and {number.digits}"
            raise Refusal(INVALID_VALUE, f"{where}: {message_id[:200]} is no message {between}.")
        return found

    async def _found(self, message_id: str) -> StoredMessage | None:
        ref = parse_message_id(message_id)
        found = await self.records.message(MessageKey(ref.key)) if ref else None
        return found if found and ref and found.tag == ref.tag else None

    async def _kept(self, number: Number, message: PhoneMessage, file: UserFile | None) -> Medium | None:
        """Keep the file that the message is about; one that its type cannot be leaves nothing behind."""
        wanted = message.file
        if wanted is None:
            if file is not None:
                raise Refusal(UNEXPECTED_PARAMETER, f"A message of type {message.type} has no file; leave it out.")
            return None
        if file is None:
            how = f"send it in base64 as {message.type}.data, or as the part 'file' of a multipart form"
            raise Refusal(MISSING_PARAMETER, f"The file of the {message.type} is missing: {how}.")
        origin = Origin(number.id, "inbound", wanted.mime_type or file.declared, wanted.filename or file.filename)
        medium = await self.shelf.keep(file.writer, origin, dialect="cloud")
        if fault := media_rules.check_stored("cloud", message.type, medium):
            await self.shelf.delete(medium)
            raise Refusal(BAD_MEDIA, fault.details)
        return medium


def _wamid(message: StoredMessage) -> str:
    return message_ids(message.key, message.tag, message.wa_id, received=message.received)[0]
