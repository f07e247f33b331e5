"""What a store says of its own load, for whoever monitors the server."""

from msgspec import Struct


class Written(Struct):
    """What became of transactions since the start; it goes on counting."""

    flushes: int = 0
    """Transactions that were committed."""
    flush_us: int = 0
    """How long these took together, in microseconds."""
    failures: int = 0
    """Transactions that were not."""
    failure_us: int = 0
    operations: int = 0
    """Operations in all of them: over `flushes`, how many share a commit."""


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
