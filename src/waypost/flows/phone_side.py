"""The phone's side of its chats: what its user wrote, whether the business has read it, and who is typing.

# spec: cloud-api.md#5
"""

from msgspec import Struct

from waypost.flows.inspect import shown_text
from waypost.flows.play import PhoneNetwork
from waypost.lib.clock import at
from waypost.model import Status
from waypost.ports import Records, StoredMessage
from waypost.wire.control import OwnMessage, TypingView
from waypost.wire.renderings import message_ids


class PhoneSide(Struct, frozen=True):
    """The flow, with the ports it uses."""

    records: Records
    network: PhoneNetwork

    async def written_by(self, wa_id: str, limit: int) -> list[OwnMessage]:
        """Return what the user wrote among the newest messages of their chats, oldest first."""
        found = await self.records.messages(number_id=None, wa_id=wa_id, limit=limit)
        return [_view(message) for message in reversed(found) if message.received]

    def typing_to(self, wa_id: str) -> list[TypingView]:
        """Return who is typing to the phone."""
        return [TypingView(str(number_id), at(until_ms)) for number_id, until_ms in self.network.typing_to(wa_id)]


def _view(message: StoredMessage) -> OwnMessage:
    names = message_ids(message.key, message.tag, message.wa_id, received=True)
    is_read = message.status is Status.READ
    return OwnMessage(*names, str(message.number_id), message.kind, at(message.at_ms), shown_text(message), is_read)
