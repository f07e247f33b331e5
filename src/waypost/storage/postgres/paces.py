"""How many messages of paced templates go out: all processes at a database count by what is stored."""

from collections.abc import Iterable, Sequence

import msgspec

from waypost.model import Outbound
from waypost.ports.holds import PACES, Pace
from waypost.storage.postgres.link import Connection

_OF_PACES = f"kind = '{PACES[0]}' AND owner = {PACES[1]}"
# Read the paces of templates, which nobody counts by meanwhile; always in one order, so that none wait in a ring.
_PACES_TO_COUNT = (
    f"SELECT name, body FROM documents WHERE {_OF_PACES} AND name = ANY ($1) ORDER BY name FOR NO KEY UPDATE"  # noqa: S608 - constants
)
_COUNTED = f"UPDATE documents SET body = $2 WHERE {_OF_PACES} AND name = $1"  # noqa: S608 - constants
STOP_HOLDING = f"SELECT FROM documents WHERE {_OF_PACES} AND name = $1 FOR UPDATE"
"""Has nobody store what a template holds back before we commit; whoever has begun to is waited for."""

PACE_NO_MORE = f"DELETE FROM documents WHERE {_OF_PACES} AND name = $1 RETURNING name"  # noqa: S608 - constants
# See which templates are paced; none of them ends to be before we commit.
_STILL_PACED = f"SELECT name FROM documents WHERE {_OF_PACES} AND name = ANY ($1) ORDER BY name FOR KEY SHARE"  # noqa: S608 - constants


async def still_held(connection: Connection, messages: Iterable[Outbound]) -> None:
    """Take out of what is about to be stored that a template holds it back, if that has ended meanwhile."""
    held = [message for message in messages if message.held_by is not None]
    if held:
        names = list({str(message.held_by) for message in held})
        paced = {name for (name,) in await connection.fetch(_STILL_PACED, names)}
        for message in held:
            if str(message.held_by) not in paced:
                message.held_by = None


async def let_out(connection: Connection, template_ids: Sequence[int]) -> list[int | None]:
    """Count messages that go out, one for each time that its template is named."""
    names = [str(template_id) for template_id in template_ids]
    rows = await connection.fetch(_PACES_TO_COUNT, list(set(names)))
    paces = {name: msgspec.json.decode(body, type=Pace).left for name, body in rows}
    left, answers = dict(paces), list[int | None]()
    for name in names:
        answers.append(left[name] - 1 if name in left else None)
        if left.get(name):
            left[name] -= 1
    for name in [name for name in left if left[name] != paces[name]]:
        await connection.fetch(_COUNTED, name, msgspec.json.encode(Pace(left[name])))
    return answers
