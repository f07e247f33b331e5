"""Play: does what a user of the embedded network does: write to a business, with a file or without.

The message goes the way of every message that an upstream brings: `receive` stores it and tells the business.
"""

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from waypost.errors import Fault, Refusal
from waypost.errors.requests import BAD_MEDIA, INVALID_VALUE, MISSING_PARAMETER, UNEXPECTED_PARAMETER
from waypost.flows.media_shelf import MediaShelf, Origin
from waypost.flows.threads import Threads, wamid_of
from waypost.lib.ids import KeyMaker
from waypost.model import FaultRule, InboundMessage, Medium, MessageKey, Number, NumberId, Person, Phone
from waypost.ports import BlobWriter, StoredMessage
from waypost.rules import media as media_rules
from waypost.wire.inbound import Edited, PhoneMessage, Quoted, UserReaction
from waypost.wire.inbound_bodies import edit_member, inbound_body
from waypost.wire.taps import answer_kind

_VOICE = "audio/ogg; codecs=opus"
"""What is recorded in the app. # spec: cloud-api.md#8 ("audio")"""
_JSON = dict[str, Any]  # Any: a JSON object
_NO_MESSAGES = frozenset({"reaction", "revoke", "edit", "system", "request_welcome"})


class PhoneBook(Protocol):
    """The phones of the embedded network."""

    def get(self, wa_id: str) -> Phone:
        """Return the phone of a number; every number has one."""
        ...

    def known(self) -> list[Phone]:
        """Return the phones that are stored, by number."""
        ...

    def person(self, phone: Phone, number_id: NumberId, now_ms: int) -> Person:
        """Return how the platform names the phone's user to a business."""
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

    def path_orders(self, path: str) -> tuple[float, Refusal | None]:
        """Return the seconds that rules hold a request of this path, and what they want it to be answered with."""
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
    """What the embedded network offers to those who play its users."""

    @property
    def phones(self) -> PhoneBook:
        """Its phones."""
        ...

    @property
    def faults(self) -> FaultRules:
        """The fault rules."""
        ...

    async def change_phone(self, wa_id: str, **changes: object) -> Phone:
        """Change fields of a phone, fsynced on return; what was waiting for it goes on."""
        ...

    async def read_up_to(self, wa_id: str, token: MessageKey | None) -> int:
        """Let the user read what was delivered up to a message (None: everything); return how many that were."""
        ...

    async def listen(self, wa_id: str, number_id: NumberId, token: MessageKey) -> None:
        """Let the user play a voice message that is on the phone; it counts as read, too."""
        ...

    def user_id(self, number_id: NumberId, wa_id: str) -> str:
        """Return the id that a business knows a user under."""
        ...

    async def move(self, wa_id: str, new_wa_id: str) -> Phone:
        """Let a user go on under another number, with their windows, and return the phone; fsynced on return."""
        ...

    def typing_to(self, wa_id: str) -> list[tuple[NumberId, int]]:
        """Return which businesses seem to type to a phone, each with when that ends."""
        ...

    async def fail_waiting(self, wa_id: str, concerns: Callable[[NumberId], bool], fault: Fault) -> None:
        """Fail the messages that wait for a phone, if `concerns` says so of their number."""
        ...

    async def write(
        self, wa_id: str, number_id: NumberId, *, kind: str, body: bytes, medium: Medium | None, keys: KeyMaker
    ) -> InboundMessage:
        """Let the user write to a business; the message, its event and the renewed window are fsynced on return."""
        ...


class UserFile(Struct, frozen=True):
    """The bytes of the user's file, written but not kept yet, and what is said of them."""

    writer: BlobWriter
    declared: str | None
    filename: str | None


class Play(Struct, frozen=True):
    """The flow, with the ports it uses."""

    threads: Threads
    shelf: MediaShelf
    network: PhoneNetwork
    keys: KeyMaker

    async def write(self, wa_id: str, message: PhoneMessage, file: UserFile | None) -> InboundMessage:
        """Let the user of a phone write; on return it is stored and the webhook about to be called. Raises Refusal."""
        if fault := message.fault():
            raise Refusal.of(fault)
        number = self.threads.number(message.number)
        if number.digits == wa_id:
            raise Refusal(INVALID_VALUE, f"The phone {wa_id} is the business number itself; write from another one.")
        must_be_on_whatsapp(self.network, wa_id)
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
        return await self.network.read_up_to(wa_id, (await self.threads.sent_to(wa_id, message_id)).key)

    async def _references(self, number: Number, wa_id: str, message: PhoneMessage) -> _JSON:
        """Return the members that name other messages of this thread, with the ids that the business knows."""
        members: _JSON = {}
        if quoted := await self._quoted(number, wa_id, message):
            members["context"] = await self._context(number, wa_id, quoted)
        if reaction := message.reaction:
            on = await self.threads.message("reaction.message_id", reaction.message_id, number, wa_id)
            members["reaction"] = UserReaction(wamid_of(on), reaction.emoji or None)
        if revoke := message.revoke:
            gone = await self._changeable("revoke", revoke.original_message_id, number, wa_id)
            members["revoke"] = {"original_message_id": wamid_of(gone)}
        if edit := message.edit:
            members["edit"] = await self._edit(number, wa_id, edit)
        return members

    async def _quoted(self, number: Number, wa_id: str, message: PhoneMessage) -> Quoted | None:
        """Return what the message quotes, or where it comes from.

        A context that was copied from a webhook names a message of elsewhere; it is as if there were none.
        """
        given = message.context
        if given is None:
            return await self._answered(number, wa_id, message)
        is_copied = given.sender is not None and given.id is not None
        if is_copied and await self.threads.find(given.id or "", number, wa_id) is None:
            return await self._answered(number, wa_id, message)
        return given

    async def _answered(self, number: Number, wa_id: str, message: PhoneMessage) -> Quoted | None:
        """Return the message that an answer belongs to when the caller names none: the platform always quotes it.

        # spec: cloud-api.md#8 ("reply, button or list answer")
        """
        kind = answer_kind(message)
        found = await self.threads.answered(kind, number, wa_id) if kind else None
        return Quoted(wamid_of(found)) if found else None

    async def _context(self, number: Number, wa_id: str, quoted: Quoted) -> _JSON:
        """Return what a message says of the one that it answers, or of where it comes from.

        # spec: cloud-api.md#8 ("context")
        """
        context: _JSON = {}
        if quoted.id is not None:
            of_thread = await self.threads.message("context.id", quoted.id, number, wa_id)
            context = {"from": wa_id if of_thread.received else number.digits, "id": wamid_of(of_thread)}
        if quoted.forwarded:
            context["forwarded"] = True
        if quoted.frequently_forwarded:
            context["frequently_forwarded"] = True
        if quoted.referred_product is not None:
            context["referred_product"] = quoted.referred_product
        return context

    async def _edit(self, number: Number, wa_id: str, edit: Edited) -> dict[str, object]:
        was = await self._changeable("edit", edit.original_message_id, number, wa_id)
        if was.kind != edit.message.type:
            raise Refusal(INVALID_VALUE, f"edit.message.type: the message is of type {was.kind}, and stays it.")
        medium = await self.threads.records.medium(was.media_key) if was.media_key else None
        return edit_member(edit, wamid_of(was), medium)

    async def _changeable(self, kind: str, message_id: str, number: Number, wa_id: str) -> StoredMessage:
        """Return a message of the user that can be deleted or changed. Raises Refusal."""
        found = await self.threads.own(f"{kind}.original_message_id", message_id, number, wa_id)
        if found.kind in _NO_MESSAGES:
            what = f"is of type {found.kind}, which is no message that can be changed or deleted"
            raise Refusal(INVALID_VALUE, f"{kind}.original_message_id: {message_id[:200]} {what}.")
        return found

    async def _kept(self, number: Number, message: PhoneMessage, file: UserFile | None) -> Medium | None:
        """Keep the file of the message. Raises Refusal if its type does not take it, and keeps nothing then."""
        wanted = message.file
        if wanted is None:
            if file is not None:
                raise Refusal(UNEXPECTED_PARAMETER, f"A message of type {message.type} has no file; leave it out.")
            return None
        if file is None:
            how = f"send it in base64 as {message.type}.data, or as the part 'file' of a multipart form"
            raise Refusal(MISSING_PARAMETER, f"The file of the {message.type} is missing: {how}.")
        declared = _VOICE if wanted.voice else wanted.mime_type or file.declared
        origin = Origin(number.id, "inbound", declared, wanted.filename or file.filename)
        medium = await self.shelf.keep(file.writer, origin, dialect="cloud")
        if fault := media_rules.check_stored("cloud", "voice" if wanted.voice else message.type, medium):
            await self.shelf.delete(medium)
            raise Refusal(BAD_MEDIA, fault.details)
        return medium


def must_be_on_whatsapp(network: PhoneNetwork, wa_id: str) -> None:
    """Raise Refusal for a phone without WhatsApp: its user can do nothing there."""
    if not network.phones.get(wa_id).on_whatsapp:
        raise Refusal(INVALID_VALUE, f"The phone {wa_id} is not on WhatsApp; set its on_whatsapp to true first.")
