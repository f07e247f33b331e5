"""The phone's side of its chats: what its user wrote, whether the business has read it, and who is typing.

# spec: cloud-api.md#5
"""

import msgspec
from msgspec import Struct

from waypost.flows.inspect import media_view, shown_text
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
        return [await self._view(message) for message in reversed(found) if message.received]

    def typing_to(self, wa_id: str) -> list[TypingView]:
        """Return who is typing to the phone."""
        return [TypingView(str(number_id), at(until_ms)) for number_id, until_ms in self.network.typing_to(wa_id)]

    async def _view(self, message: StoredMessage) -> OwnMessage:
        names = message_ids(message.key, message.tag, message.wa_id, received=True)
        members = msgspec.json.decode(message.body, type=dict[str, msgspec.Raw])
        medium = await self.records.medium(message.media_key) if message.media_key else None
        return OwnMessage(
            *names,
            phone_number_id=str(message.number_id),
            type=message.kind,
            at=at(message.at_ms),
            body=shown_text(message),
            read=message.status is Status.READ,
            content=members.get(message.kind),
            context_id=msgspec.json.decode(members["context"], type=_Context).id if "context" in members else None,
            media=media_view(medium) if medium else None,
        )


class _Context(Struct):
    id: str | None = None
