"""What a store says of its own load, for whoever monitors the server."""

from msgspec import Struct


class Written(Struct, frozen=True):
    """What was written since the start: the quotient is how many operations share a commit."""

    flushes: int
    operations: int


class Waiting(Struct, frozen=True):
    """Rows that wait, and the platform time since which the first of them does."""

    count: int
    since_ms: int | None = None


class Backlog(Struct, frozen=True):
    """What is stored and not done."""

    messages: Waiting
    """For the upstream."""
    deliveries: Waiting
    """For a webhook."""
    dead: int
    """Deliveries that were given up."""
