"""The dialects that an event can be written in, for whoever wants to see all of them."""

from collections.abc import Callable, Mapping, Sequence

from waypost.lib import ids
from waypost.wire import cloud, onprem
from waypost.wire.facts import EventFacts, NumberFacts, StatusWord

Render = Callable[[EventFacts, NumberFacts], bytes | None]


def _cloud(event: EventFacts, number: NumberFacts) -> bytes | None:
    return None if event.kind.startswith(onprem.OURS) else cloud.render_event(event, number)


RENDERERS: Mapping[str, Render] = {"cloud": _cloud, "onprem": onprem.render_event}
"""By the name of the dialect; None from one means that its subscriber is not told of this event."""


def joined(bodies: Sequence[bytes], dialect: str) -> bytes:
    """Return one body with the events of several."""
    return (onprem.join_bodies if dialect == "onprem" else cloud.join_bodies)(bodies)


def is_told(dialect: str, number: NumberFacts, status: StatusWord) -> bool:
    """Return whether a subscriber in this dialect is told of a status of the number's messages."""
    return dialect == "cloud" or onprem.is_told(number.onprem, status)


def message_ids(key: int, tag: int, wa_id: str, *, received: bool) -> tuple[str, str]:
    """Return the Cloud and the On-Premises id of a message."""
    return (
        ids.wamid(key, tag, wa_id, received=received),
        ids.onprem_message_id(key, tag, wa_id, received=received),
    )
