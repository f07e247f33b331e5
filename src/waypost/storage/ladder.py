"""What arriving statuses make of messages, by the table in `model`; each store only reads and writes the rows."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from waypost.model import TRANSITIONS, Event, EventKey, MessageKey, NumberId, Status
from waypost.ports import Further, StatusRow

# The table of the model as lists: a status is an index, and nothing is hashed on the way of every status.
_CODES = range(max(Status) + 1)
_BECOMES = {(int(was), int(came)): int(after) for (was, came), after in TRANSITIONS.items()}
_NEXT = [[_BECOMES.get((was, came), was) for came in _CODES] for was in _CODES]
_BITS = [1 << code for code in _CODES]
_NOT_STORED = (0, -1)  # status, and a set of seen statuses that has every one
_further_decoder = msgspec.json.Decoder(Further)

State = tuple[int, int]
"""The status of a message, and the set of those that it has seen."""
Blame = tuple[NumberId, MessageKey, str | None, str | None]
"""Which message failed; name of the problem, and details."""


class Climb(Struct):
    """What applying statuses has changed, for the store to write."""

    answers: list[bool]
    """One for each: whether it is new to a stored message."""
    fresh: list[StatusRow]
    climbed: dict[int, State]
    """The messages that changed, by key."""
    parked: list[StatusRow]
    """Those of messages that are not stored."""

    @property
    def told(self) -> list[StatusRow]:
        """The new ones that come with findings."""
        return [row for row in self.fresh if row.findings]

    @property
    def blames(self) -> list[Blame]:
        """What to keep with the messages that failed."""
        return [
            (row.event.number_id, row.event.message_key, row.event.problem, row.problem_details)
            for row in self.fresh
            if row.status is Status.FAILED and self.climbed[row.event.message_key][0] == Status.FAILED
        ]


def climb(rows: Sequence[StatusRow], states: dict[int, State]) -> Climb:
    """Apply statuses in order to the messages in `states`, which is changed."""
    climbed: dict[int, State] = {}
    fresh: list[StatusRow] = []
    answers: list[bool] = []
    for row in rows:
        key, came = row.event.message_key, row.status
        status, seen = states.get(key, _NOT_STORED)
        is_new = not seen & _BITS[came]
        if is_new:
            states[key] = climbed[key] = (_NEXT[status][came], seen | _BITS[came])
            fresh.append(row)
        answers.append(is_new)
    repeated = len(fresh) < len(rows)
    parked = [row for row in rows if row.event.message_key not in states] if repeated else []
    return Climb(answers, fresh, climbed, parked)


def parked_row(values: tuple[Any, ...]) -> StatusRow:  # Any: what a column holds is the schema's promise
    """Make a status of its columns: message_key, status, key, number_id, at_ms, problem, its details, and so on."""
    message_key, status, key, number_id, at_ms, problem, details, notify, further, body = values
    event = Event(
        key=EventKey(key),
        number_id=NumberId(number_id),
        message_key=MessageKey(message_key),
        kind="status",
        at_ms=at_ms,
        body=body,
        status=Status(status),
        problem=problem,
    )
    known = _further_decoder.decode(further) if further else ()
    return StatusRow(event, Status(status), bool(notify), details, known)


def further_column(further: Further) -> str | None:
    """Return how the further deliveries of a parked status are stored."""
    return msgspec.json.encode(further).decode() if further else None
