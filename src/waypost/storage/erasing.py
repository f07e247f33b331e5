"""Erasing a user: the statements, in SQL that SQLite and PostgreSQL both understand.

`$1` is the user's phone number, `$2` the same as it stands in JSON, in bytes. Nothing here has an index on users: each
statement may look at every row, which is well for something that is seldom asked for.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

Names = Callable[[str], str]
"""Returns the condition that a column of bytes has `$2` in it, in the words of one database."""

# Find the numbers that the user had before, as JSON.
FORMER = "SELECT former FROM phones WHERE wa_id = $1"
# Find the media of everybody else's messages, and of the user's.
MEDIA_OF_OTHERS = "SELECT media_key, more_media FROM messages WHERE wa_id <> $1 AND media_key IS NOT NULL"
MEDIA_OF_USER = "SELECT media_key, more_media FROM messages WHERE wa_id = $1 AND media_key IS NOT NULL"
# Write a list anew. The values come in this order: SQLite counts them as they are met.
SAVE_LIST = "UPDATE documents SET body = $1 WHERE kind = $2 AND owner = $3 AND name = $4"
_OWN_DOCUMENTS = "('contact', 'identity', 'acknowledged', 'opened')"
"""Kinds of documents that are named by a user's number."""


def lists_of_users(names: Names) -> str:
    """Find the documents that are lists of users, this one among them."""
    return f"SELECT kind, owner, name, body FROM documents WHERE kind = 'blocked' AND {names('body')}"  # noqa: S608


def deletions(names: Names) -> Sequence[str]:
    """Delete what is known of a user, messages with all that hangs on them; what leads to others goes after them."""
    messages = "(SELECT key FROM messages WHERE wa_id = $1)"
    # Events about no message, such as that of a changed identity, say in their body whom they are about.
    events = f"(SELECT key FROM events WHERE message_key IN {messages} OR (message_key = key AND {names('body')}))"  # noqa: S608
    deliveries = f"(SELECT key FROM deliveries WHERE key IN {events} OR event_key IN {events})"  # noqa: S608
    return [
        f"DELETE FROM {table} WHERE {condition}"  # noqa: S608 - constants
        for table, condition in (
            ("attempts", f"delivery_key IN {deliveries}"),
            ("deliveries", f"key IN {deliveries}"),
            ("events", f"key IN {events}"),
            ("orphans", f"message_key IN {messages} OR {names('body')}"),
            ("contents", f"key IN {messages}"),
            ("outbox", f"key IN {messages}"),
            ("held", f"key IN {messages}"),
            ("sends", f"message_key IN {messages}"),
            ("evidence", f"message_key IN {messages}"),
            ("idempotency", f"message_key IN {messages}"),
            ("carried", "wa_id = $1"),
            ("messages", "wa_id = $1"),
            ("windows", "wa_id = $1"),
            ("read_marks", "wa_id = $1"),
            ("acquaintances", "wa_id = $1"),
            ("phones", "wa_id = $1"),
            ("documents", f"name = $1 AND kind IN {_OWN_DOCUMENTS}"),
        )
    ]


def in_json(wa_id: str) -> bytes:
    """Return a user's number as it stands in a body."""
    return b'"%b"' % wa_id.encode()


def given(statement: str, wa_id: str) -> tuple[str | bytes, ...]:
    """Return the values that a statement takes."""
    values: tuple[tuple[str, str | bytes], ...] = (("$1", wa_id), ("$2", in_json(wa_id)))
    return tuple(value for sign, value in values if sign in statement)


def media_keys(rows: Iterable[tuple[int, str | None]]) -> set[int]:
    """Return the media of messages."""
    return {key for first, more in rows for key in (first, *msgspec.json.decode(more or "[]"))}


def without(wa_id: str, users: bytes) -> bytes:
    """Return a list of users, as JSON, without one of them."""
    return msgspec.json.encode([user for user in msgspec.json.decode(users) if user != wa_id])
