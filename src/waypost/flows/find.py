"""Find: the stored message that an id names."""

from waypost.lib.ids import parse_message_id
from waypost.model import MessageKey
from waypost.ports import Records, StoredMessage


async def find_message(records: Records, message_id: str) -> StoredMessage | None:
    """Return the message of either direction that an id of either dialect names; None if there is none.

    The key in the id finds the row. The random tag beside it must match, too: ids cannot be guessed by counting.
    """
    ref = parse_message_id(message_id)
    found = await records.message(MessageKey(ref.key)) if ref else None
    return found if found is not None and ref is not None and found.tag == ref.tag else None
