"""Figures: counts of sends and callbacks since the start, for those who monitor the server."""

from collections import Counter
from collections.abc import Callable

from msgspec import Struct, field

from waypost.model import Attempt, Event
from waypost.ports import Written


class Figures(Struct, frozen=True):
    """Counts in memory; they begin anew with every start."""

    waiting: Callable[[], int]
    """Callbacks that wait in memory."""
    accepted: Callable[[], int]
    """Messages accepted since the start."""
    written: Callable[[], Written]
    """What the store wrote since the start."""
    callbacks: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Callbacks by type (`inbound_message`, `status_change`) and result (`success`, `failure`)."""
    callback_ms: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How long these took together, in milliseconds."""
    lag: Counter[str] = field(default_factory=Counter)
    """Callbacks that were taken (`taken`), and the milliseconds of platform time from event to taking (`ms`)."""
    sends: Counter[str] = field(default_factory=Counter)
    """Attempts to hand a message to the upstream by outcome: `sent`, `refused`, `later`, `unknown`."""

    def note(self, event: Event, attempt: Attempt, *, taken: bool) -> None:
        """Count one attempt at a callback."""
        key = ("status_change" if event.kind == "status" else "inbound_message", "success" if taken else "failure")
        self.callbacks[key] += 1
        self.callback_ms[key] += attempt.elapsed_ms
        if taken:
            self.lag["taken"] += 1
            self.lag["ms"] += attempt.at_ms - event.at_ms
