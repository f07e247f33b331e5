"""What survives a crash in the simulation: rows in dictionaries."""

from msgspec import Struct, field

from waypost.model import (
    TRANSITIONS,
    Attempt,
    Earlier,
    Event,
    EventKey,
    FailedSend,
    Finding,
    InboundMessage,
    MediaKey,
    Medium,
    MessageKey,
    Number,
    NumberId,
    Outbound,
    Phone,
    Status,
    Template,
    WindowFacts,
)
from waypost.ports import Carried, StatusRow


class Row(Struct):
    """A message of either direction."""

    message: Outbound | InboundMessage
    status: Status | None
    seen: int = 0
    upstream_id: str | None = None
    problem: str | None = None
    problem_details: str | None = None
    sends: dict[int, FailedSend] = field(default_factory=dict)
    evidence: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    """What was found out, by the number of the attempt or the key of the status."""


class Job(Struct):
    """A message that waits for the upstream."""

    due_ms: int
    attempt: int
    begun: bool = False


class Parcel(Struct):
    """A delivery of an event."""

    event: Event
    first_ms: int
    due_ms: int
    endpoint: str
    further_key: EventKey | None
    state: str = "waiting"
    attempt: int = 0
    attempts: list[Attempt] = field(default_factory=list)


class Disk:
    """Everything that survives a crash."""

    def __init__(self) -> None:
        self.messages: dict[MessageKey, Row] = {}
        self.jobs: dict[MessageKey, Job] = {}
        self.events: dict[EventKey, Event] = {}
        self.parcels: dict[EventKey, Parcel] = {}
        self.windows: dict[tuple[NumberId, str], WindowFacts] = {}
        self.once: dict[tuple[NumberId, str], tuple[Earlier, int]] = {}
        self.parked: dict[tuple[MessageKey, Status], StatusRow] = {}
        self.carried: dict[MessageKey, Carried] = {}
        self.phones: dict[str, Phone] = {}
        self.numbers: dict[NumberId, Number] = {}
        self.templates: dict[int, Template] = {}
        self.media: dict[MediaKey, Medium] = {}
        self.documents: dict[tuple[str, int, str], bytes] = {}

    @property
    def highest_key(self) -> int:
        """The highest key of any row."""
        parked = (row.event.key for row in self.parked.values())
        return max((0, *self.messages, *self.events, *self.parcels, *self.carried, *parked))

    def climb(self, row: Row, came: Status) -> None:
        """Apply a status by the table of the model."""
        assert row.status is not None
        row.status, row.seen = TRANSITIONS[row.status, came], row.seen | came.bit
