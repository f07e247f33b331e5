"""Find: the stored message or file that an id names."""

from waypost.lib.ids import parse_media_id, parse_message_id
from waypost.model import MediaKey, Medium, MessageKey
from waypost.ports import Records, StoredMessage


async def find_message(records: Records, message_id: str) -> StoredMessage | None:
    """Return the message of either direction that an id of either dialect names; None if there is none.

    The key in the id finds the row. The random tag beside it must match, too: ids cannot be guessed by counting.
    """
    ref = parse_message_id(message_id)
    found = await records.message(MessageKey(ref.key)) if ref else None
    return found if found is not None and ref is not None and found.tag == ref.tag else None


async def find_medium(records: Records, media_id: str) -> Medium | None:
    """Return the file that an id of either dialect names, whosever it is, expired or not; None if there is none."""
    ref = parse_media_id(media_id)
    found = await records.medium(MediaKey(ref.key)) if ref else None
    return found if found is not None and ref is not None and ref.tag in (None, found.tag) else None
