"""Figures: how callbacks went since the start, for whoever monitors the server."""

from collections import Counter
from collections.abc import Callable

from msgspec import Struct, field


class Figures(Struct, frozen=True):
    """Counts in memory; they begin anew with every start."""

    waiting: Callable[[], int]
    """Callbacks that wait in memory."""
    accepted: Callable[[], int]
    """Messages accepted since the start."""
    callbacks: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Callbacks by type (`inbound_message`, `status_change`) and result (`success`, `failure`)."""
    callback_ms: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How long these took together, in milliseconds."""

    def note(self, event_kind: str, *, taken: bool, elapsed_ms: int) -> None:
        """Count one attempt."""
        key = ("status_change" if event_kind == "status" else "inbound_message", "success" if taken else "failure")
        self.callbacks[key] += 1
        self.callback_ms[key] += elapsed_ms
