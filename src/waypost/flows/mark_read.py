"""Mark as read: tell a user that the business has read their message, and every earlier one.

# spec: cloud-api.md#5, on-premises-api.md#4
"""

from msgspec import Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_MESSAGE_ID
from waypost.flows.find import find_message
from waypost.model import Number
from waypost.ports import Records, Upstream


class MarkRead(Struct, frozen=True):
    """The flow, with the ports it uses."""

    records: Records
    upstream: Upstream

    async def __call__(self, number: Number, message_id: str, *, typing: bool = False) -> None:
        """Mark a message that a user sent to this number, and with `typing` show that an answer is being written.

        Raises Refusal for any other id.
        """
        message = await find_message(self.records, message_id)
        if message is None or message.number_id != number.id or not message.received:
            details = f"message_id: {message_id} is not the id of a message that a user sent to you."
            raise Refusal(INVALID_MESSAGE_ID, details)
        await self.records.mark_read(number.id, message.wa_id, message.key)
        await self.upstream.mark_read(number.id, message.key, typing=typing)
