"""Chats: what a user does beside writing: open a chat, play a voice message, take their chats to another number."""

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.documents import DocumentCollection, OnePerNumber
from waypost.flows.play import PhoneNetwork, must_be_on_whatsapp
from waypost.flows.threads import Threads
from waypost.lib.clock import Clock
from waypost.lib.ids import KeyMaker
from waypost.model import InboundMessage, Number, Phone, Status
from waypost.wire.automation import Automation
from waypost.wire.canonical import stored_content
from waypost.wire.inbound_bodies import changed_number_body
from waypost.wire.messages.audio import Audio


class Chats(Struct, frozen=True):
    """The flow, with the ports it uses."""

    threads: Threads
    network: PhoneNetwork
    automations: OnePerNumber[Automation]
    opened: DocumentCollection[int]
    """When a phone first opened the chat of a number, in platform milliseconds."""
    keys: KeyMaker
    clock: Clock

    async def open(self, wa_id: str, phone_number_id: str | None) -> InboundMessage | None:
        """Let the user open a chat. The first time, a number with a welcome message is told. Raises Refusal.

        # spec: cloud-api.md#8 ("request_welcome"), cloud-api.md#13.7
        """
        number = self.threads.number(phone_number_id)
        must_be_on_whatsapp(self.network, wa_id)
        phone = self.network.phones.get(wa_id)
        if await self.threads.has_talked(number, phone) or await self.opened.get(number.id, wa_id) is not None:
            return None
        await self.opened.put(number.id, self.clock.now_ms(), wa_id)
        if not (await self.automations.get(number)).enable_welcome_message:
            return None
        return await self.network.write(
            wa_id, number.id, kind="request_welcome", body=b"{}", medium=None, keys=self.keys
        )

    async def play(self, wa_id: str, message_id: str) -> bool:
        """Let the user listen to a voice message; False if they had before. Raises Refusal.

        # spec: cloud-api.md#9 ("played")
        """
        found = await self.threads.shown_on(wa_id, message_id)
        content = stored_content(found.kind, found.body)
        if not isinstance(content, Audio) or not content.voice:
            raise Refusal(INVALID_VALUE, f"message_id: {message_id[:200]} is no voice message; only those are played.")
        if found.status is Status.PLAYED:
            return False
        await self.network.listen(wa_id, found.number_id, found.key)
        return True

    async def move(self, wa_id: str, new_wa_id: str) -> tuple[Phone, list[InboundMessage]]:
        """Give the user another phone number. Their windows move with it, and the businesses they talked to are told.

        # spec: cloud-api.md#8 ("system")
        """
        must_be_on_whatsapp(self.network, wa_id)
        if new_wa_id == wa_id or any(number.digits == new_wa_id for number in self.threads.directory.numbers()):
            whose = "the phone's own" if new_wa_id == wa_id else "a business number"
            raise Refusal(INVALID_VALUE, f"wa_id: {new_wa_id} is {whose}; give another one.")
        numbers = await self.threads.talked_to(self.network.phones.get(wa_id))
        # First they are told: who may know the number is decided by the phone as it was.
        told = [await self._tell_of_number(number, wa_id, new_wa_id) for number in numbers]
        return await self.network.move(wa_id, new_wa_id), told

    async def _tell_of_number(self, number: Number, wa_id: str, new_wa_id: str) -> InboundMessage:
        user_ids = self.network.user_id(number.id, wa_id), self.network.user_id(number.id, new_wa_id)
        body = changed_number_body(self.network.phones.get(wa_id).name, (wa_id, new_wa_id), user_ids)
        return await self.network.write(wa_id, number.id, kind="system", body=body, medium=None, keys=self.keys)
