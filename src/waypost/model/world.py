"""The embedded network: its phones, and what a test orders it to do."""

from dataclasses import dataclass

from waypost.errors import Problem
from waypost.model.keys import NumberId


@dataclass(slots=True)
class Phone:
    """A user of the embedded network."""

    wa_id: str
    name: str
    online: bool = True
    blocked: bool = False
    """The user has blocked the business."""
    reads: bool = True
    on_whatsapp: bool = True


@dataclass(slots=True)
class FaultRule:
    """What a test orders the embedded network to do.

    `phone` and `number_id` narrow it down; `next_count` and `every` say which of the messages it hits.
    """

    id: int
    number_id: NumberId | None = None
    phone: str | None = None
    fail: Problem | None = None
    """Fail with this problem."""
    delay_ms: int = 0
    """Hold the message back for so long, in platform time."""
    next_count: int | None = None
    """Only the next N messages; None: all of them."""
    every: int = 1
    """Only every Nth message that matches."""
    seen: int = 0

    def matches(self, number_id: NumberId, wa_id: str) -> bool:
        """Return whether the rule is about this message."""
        return self.number_id in (None, number_id) and self.phone in (None, wa_id)

    def strikes(self) -> bool:
        """Count a message that matches; return whether the rule hits this one."""
        if self.next_count == 0:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        if self.next_count is not None:
            self.next_count -= 1
        return True
