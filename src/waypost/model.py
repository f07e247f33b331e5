"""What the flows talk about: messages, media, events, numbers, outcomes; and the table of status changes.

What is made for every message is a msgspec Struct, which is made four times as fast as a frozen dataclass; `gc=False`
stands where no cycle is possible.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, NewType

from msgspec import Struct

from waypost.errors import Fault, Problem
from waypost.wire.messages import Content

NumberId = NewType("NumberId", int)
"""A phone_number_id: the digits of the business number."""
MessageKey = NewType("MessageKey", int)
EventKey = NewType("EventKey", int)
MediaKey = NewType("MediaKey", int)

Dialect = Literal["cloud", "onprem"]


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


class Outbound(Struct):
    """A message from the business to a user, as it waits in its lane and as it is stored."""

    key: MessageKey
    tag: int
    number_id: NumberId
    wa_id: str
    kind: str
    """Message type: `text`, `image`, ..."""
    body: bytes
    """The canonical Cloud body, JSON."""
    raw: bytes
    """The request's bytes as they came in."""
    accepted_ms: int
    callback_data: str | None = None
    """`biz_opaque_callback_data`."""
    category: str = "service"
    """Price category: `service`, or that of the template."""
    media_key: MediaKey | None = None
    """The stored medium it carries, once known: uploaded before, or fetched from its link."""
    attempt: int = 0
    """How often the upstream has been tried."""
    due_ms: int = 0
    begun: bool = False
    """A fetch of this row found an attempt without an outcome: ambiguous, ask before sending."""
    content: Content | None = None
    """The decoded type body; None after a restart until somebody needs it."""
    dialect: Dialect = "cloud"
    """The dialect of the request; decides which media limits apply."""
    wamid: str = ""
    """Its Cloud id, which answer and statuses repeat; empty after a restart."""


class Sent(Struct, frozen=True, gc=False):
    """The upstream has the message and named it."""

    upstream_id: str


class Later(Struct, frozen=True, gc=False):
    """The upstream does not take it now."""

    after_seconds: float
    why: str


class Refused(Struct, frozen=True):
    """The upstream will never take it."""

    fault: Fault


class Unknown(Struct, frozen=True, gc=False):
    """The upstream may or may not have it."""

    why: str


Outcome = Sent | Later | Refused | Unknown


class Pricing(Struct, frozen=True, gc=False):
    """What a status says about the price.

    # spec: cloud-api.md#9
    """

    billable: bool
    type: str
    category: str
    model: str = "PMP"


class Person(Struct, frozen=True, gc=False):
    """The user at the other end, as the platform names them to the business."""

    wa_id: str
    name: str
    user_id: str


class StatusUpdate(Struct, frozen=True):
    """An upstream says what became of a message that we sent with `token`."""

    token: MessageKey
    status: Status
    at_ms: int
    person: Person | None
    pricing: Pricing | None = None
    fault: Fault | None = None


class InboundMessage(Struct, frozen=True):
    """A user wrote to a business number."""

    key: MessageKey
    tag: int
    number_id: NumberId
    person: Person
    kind: str
    body: bytes
    """The object of `messages[]` in the Cloud webhook, JSON, complete but for ids of media."""
    at_ms: int
    medium: "Medium | None" = None

    @property
    def media_key(self) -> MediaKey | None:
        """The key of the file that it carries."""
        return self.medium.key if self.medium else None


class Event(Struct, frozen=True, gc=False):
    """Something the number's subscriber is told."""

    key: EventKey
    number_id: NumberId
    message_key: MessageKey
    kind: Literal["status", "message"]
    at_ms: int
    body: bytes
    """The Cloud webhook's `value` without `messaging_product` and `metadata`, JSON in UTF-8."""
    status: Status | None = None
    problem: str | None = None
    """Name of the problem of a `failed` status; the On-Premises code is chosen by it."""


class Delivery(Struct):
    """One event on its way to one subscriber."""

    event: Event
    first_ms: int
    """When it was first due; the retry horizon counts from here."""
    attempt: int = 0
    due_ms: int = 0


class Attempt(Struct, frozen=True, gc=False):
    """How one attempt to deliver an event went."""

    number: int
    at_ms: int
    elapsed_ms: int
    status: int | None
    """HTTP status of the answer; None when there was none."""
    answer: bytes
    """The first bytes of the answer, or the reason in words."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A stored file under an id of one number."""

    key: MediaKey
    tag: int
    number_id: NumberId
    sha256: bytes
    mime: str
    size: int
    created_ms: int
    expires_ms: int
    source: Literal["upload", "link", "inbound"]
    filename: str | None = None
    animated: bool = False
    damage: str | None = None
    """Why it is no picture although it was taken as one; it fails when it is sent."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Credentials for media links, as On-Premises configures them.

    # spec: on-premises-api.md#3.4
    """

    name: str
    kind: str
    username: str | None = None
    password: str | None = None
    bearer: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a number's events go, and how."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    trusted: bool = False
    """Set by the operator, so that a private or loopback address is allowed."""


@dataclass(frozen=True, slots=True)
class OnPremSettings:
    """`/v1/settings/application`: the fields that take effect, and the others as they were set.

    # spec: on-premises-api.md#7.1
    """

    backoff_step_ms: int = 3_000
    backoff_max_ms: int = 900_000
    max_concurrent_requests: int = 6
    sent: bool = False
    delivered: bool = True
    read: bool = True
    other: bytes = b"{}"
    """JSON object of the fields that are stored and given back."""


@dataclass(frozen=True, slots=True)
class Number:
    """A business number."""

    id: NumberId
    waba_id: int
    name: str
    """`verified_name`."""
    app_secret: str = field(repr=False)
    callback_dialect: Dialect = "cloud"
    webhook: Webhook | None = None
    onprem: OnPremSettings = OnPremSettings()

    @property
    def digits(self) -> str:
        """The number itself, digits only."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class Template:
    """A message template in one language.

    # spec: cloud-api.md#13.1
    """

    id: int
    waba_id: int
    name: str
    language: str
    category: str
    status: str
    components: bytes
    """JSON array, in the form of the create request."""
    named: bool = False
    """`parameter_format` is `NAMED`."""


@dataclass(frozen=True, slots=True)
class Token:
    """A credential, kept as a hash only."""

    hash: bytes
    number_id: NumberId
    kind: Literal["key", "login"]
    expires_ms: int | None = None


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
