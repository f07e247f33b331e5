"""What can become of a message: its statuses, and the table of their changes."""

from collections.abc import Mapping
from enum import IntEnum


class Status(IntEnum):
    """What became of an outbound message; the integers are stored."""

    ACCEPTED = 0
    SENT = 1
    DELIVERED = 2
    READ = 3
    PLAYED = 4
    FAILED = 9

    @property
    def word(self) -> str:
        """The platform's word for it."""
        return self.name.lower()

    @property
    def bit(self) -> int:
        """Its place in the set of statuses that a message has seen."""
        return 1 << self.value


_LADDER = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ, Status.PLAYED)


def _after(was: Status, came: Status) -> Status:
    if was is Status.FAILED:
        return was
    if came is Status.FAILED:
        return came if was <= Status.SENT else was
    return max(was, came)


TRANSITIONS: Mapping[tuple[Status, Status], Status] = {
    (was, came): _after(was, came) for was in (*_LADDER, Status.FAILED) for came in (*_LADDER, Status.FAILED)
}
"""Stored status, arriving status -> stored status from then on. It only climbs; `failed` ends a message that has not
been delivered, and nothing follows it.

# spec: on-premises-api.md#11.7, cloud-api.md#9
"""
