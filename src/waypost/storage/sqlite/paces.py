"""How many messages of paced templates go out."""

from collections.abc import Iterable

import apsw
import msgspec

from waypost.model import Outbound
from waypost.ports.holds import PACES, Pace

_PACE = "SELECT body FROM documents WHERE kind = ? AND owner = ? AND name = ?"
_COUNTED = "UPDATE documents SET body = ? WHERE kind = ? AND owner = ? AND name = ?"
_PACE_NO_MORE = "DELETE FROM documents WHERE kind = ? AND owner = ? AND name = ?"


def still_held(connection: apsw.Connection, messages: Iterable[Outbound]) -> list[Outbound]:
    """Return what templates hold back of what is about to be stored; where that has ended meanwhile, nothing does."""
    held = [message for message in messages if message.held_by is not None]
    for message in held:
        if _left(connection, message.held_by) is None:
            message.held_by = None
    return [message for message in held if message.held_by is not None]


def let_out(connection: apsw.Connection, template_id: int) -> int | None:
    """Count a message that goes out."""
    left = _left(connection, template_id)
    if left:
        connection.execute(_COUNTED, (msgspec.json.encode(Pace(left - 1)), *PACES, str(template_id)))
    return None if left is None else left - 1


def pace_no_more(connection: apsw.Connection, template_id: int) -> None:
    """End the pace of a template."""
    connection.execute(_PACE_NO_MORE, (*PACES, str(template_id)))


def _left(connection: apsw.Connection, template_id: int | None) -> int | None:
    row = connection.execute(_PACE, (*PACES, str(template_id))).fetchone()
    return msgspec.json.decode(row[0], type=Pace).left if row else None
