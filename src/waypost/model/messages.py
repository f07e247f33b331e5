"""Messages of either direction, what an upstream says of them, and what subscribers are told.

What is made for every message is a msgspec Struct, which is made four times as fast as a frozen dataclass; `gc=False`
stands where no cycle is possible.
"""

from typing import Literal

from msgspec import Struct

from waypost.errors import Fault
from waypost.lib import ids
from waypost.model.accounts import Medium
from waypost.model.evidence import Finding
from waypost.model.keys import Dialect, EventKey, MediaKey, MessageKey, NumberId
from waypost.model.statuses import Status
from waypost.wire.canonical import stored_content
from waypost.wire.messages import Content


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
    more_media: tuple[MediaKey, ...] = ()
    """The media after the first, in order, where it carries several; `NOT_FETCHED` stands for a link to come."""
    attempt: int = 0
    """How often the upstream has been tried."""
    due_ms: int = 0
    begun: bool = False
    """A fetch of this row found an attempt without an outcome: ambiguous, ask before sending."""
    content: Content | None = None
    """The decoded type body; None after a restart until `decoded` is asked."""
    dialect: Dialect = "cloud"
    """The dialect of the request; decides which media limits apply."""
    wamid: str = ""
    """Its Cloud id, which answer and statuses repeat; empty after a restart."""
    expires_ms: int | None = None
    """When it is thrown away if it has not reached its phone; None: after the 30 days of any message."""
    user_id: str | None = None
    """The business-scoped id that it was addressed to; None: a phone number."""
    held_by: int | None = None
    """Id of the template whose pacing holds it back; None: nothing does."""
    outcome: "Outcome | None" = None
    """How the last attempt ended, while the store cannot take that; it is not stored."""
    findings: tuple[Finding, ...] = ()
    """What was found out in this attempt and is to be kept with its outcome."""

    @property
    def is_held(self) -> bool:
        """Whether it waits for a decision about its template."""
        return self.held_by is not None

    def decoded(self) -> Content:
        """Return the type body, and keep it as `content`; raises ValueError if `body` is not one of `kind`."""
        if self.content is None:
            self.content = stored_content(self.kind, self.body)
        return self.content


class Once(Struct, frozen=True, gc=False):
    """What makes a request the same request as an earlier one of its number."""

    key: str
    """The caller's `Idempotency-Key`."""
    body_hash: bytes
    """SHA-256 of the request's bytes."""
    since_ms: int
    """What was stored under the key before this moment is forgotten."""


class Earlier(Struct, frozen=True, gc=False):
    """The message that an earlier request with the same key has become."""

    key: MessageKey
    tag: int
    wa_id: str
    kind: str
    body_hash: bytes
    """Of the request that made it."""
    is_held: bool = False
    """As in `Outbound`, by now."""

    @property
    def wamid(self) -> str:
        """Its Cloud id."""
        return ids.wamid(self.key, self.tag, self.wa_id, received=False)


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


class FailedSend(Struct, frozen=True, gc=False):
    """An attempt to hand a message to the upstream that did not end with `Sent`, as it is kept."""

    number: int
    at_ms: int
    outcome: Literal["later", "unknown", "refused"]
    why: str


Outcome = Sent | Later | Refused | Unknown


class EntryPoint(Struct, frozen=True, gc=False):
    """A free entry point: 72 hours that an answer to a user from an advertisement opened.

    # spec: cloud-api.md#12.2
    """

    id: str
    """Names the conversation in statuses."""
    until_ms: int


class WindowFacts(Struct, frozen=True, gc=False):
    """What the windows of a user and a number depend on; None: never."""

    last_inbound_ms: int | None = None
    """When the user last wrote."""
    ad_ms: int | None = None
    """When the user came from an advertisement and has not been answered since."""
    free_until_ms: int | None = None
    """End of the last free entry point."""

    @property
    def is_from_ad(self) -> bool:
        """Whether an advertisement has ever brought the user."""
        return self.ad_ms is not None or self.free_until_ms is not None


class Pricing(Struct, frozen=True, gc=False):
    """What a status says about the price.

    # spec: cloud-api.md#9
    """

    billable: bool
    type: str
    category: str
    model: str = "PMP"
    entry: EntryPoint | None = None
    """The free entry point that makes it free."""


class Person(Struct, frozen=True, gc=False):
    """The user at the other end, as the platform names them to the business."""

    wa_id: str
    name: str
    user_id: str
    username: str | None = None
    shows_number: bool = True
    """Whether the business is told the phone number: a user with a username may hide it."""
    identity_hash: str | None = None
    """`identity_key_hash`, if the business checks identities."""


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
    by_user: bool = True
    """Whether the user did something, and not the platform; only that opens the window."""

    @property
    def media_key(self) -> MediaKey | None:
        """The key of the file that it carries."""
        return self.medium.key if self.medium else None


class Event(Struct, frozen=True, gc=False):
    """Something the number's subscriber is told."""

    key: EventKey
    number_id: NumberId
    message_key: MessageKey
    kind: str
    """`status` or `message`; of a notice about an account, a number or a template: the webhook field it comes under."""
    at_ms: int
    body: bytes
    """The Cloud webhook's `value`, JSON in UTF-8; of a status or message without `messaging_product` and `metadata`."""
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
    endpoint: str = ""
    """The further endpoint it goes to; empty: the callback that the platform's settings choose."""
    further_key: EventKey | None = None
    """Its own key, of a delivery to a further endpoint."""
    trouble: "Trouble | None" = None
    """What a fault rule has done to it; it is not stored."""
    ended: "Ended | None" = None
    """How the last attempt went, while the store cannot take that; it is not stored."""

    @property
    def key(self) -> EventKey:
        """Its row: the event's own key for the first subscriber, a key of its own for every further one."""
        return self.event.key if self.further_key is None else self.further_key

    @property
    def together(self) -> "tuple[Delivery, ...]":
        """It, and those that a fault rule has go in the same POST behind it."""
        return (self,) if self.trouble is None else (self, *self.trouble.company)


class Trouble(Struct):
    """What a fault rule demands of one delivery."""

    company: list[Delivery] = []
    """Deliveries to the same endpoint that go in the same POST, behind this one."""
    copies: int = 0
    """How often it is repeated once it has been taken."""
    slower: float = 1.0
    """The factor by which its retries come later."""
    dropped: bool = False
    in_line: bool = False
    """Keeps its place among all that go to its endpoint, whichever message they are about."""


class Attempt(Struct, frozen=True, gc=False):
    """How one attempt to deliver an event went."""

    number: int
    at_ms: int
    elapsed_ms: int
    status: int | None
    """HTTP status of the answer; None when there was none."""
    answer: bytes
    """The first bytes of the answer, or the reason in words."""
    signed_s: int | None = None
    """The `webhook-timestamp` that was sent, the machine's own time in seconds; None where nothing was sent."""
    headers: tuple[tuple[str, str], ...] = ()
    """Of the answer, if the receiver did not take it."""
    batch: tuple[EventKey, ...] = ()
    """The deliveries of the same POST, in order, where there were several: of the first all, of others only the first.
    """


class Ended(Struct, frozen=True, gc=False):
    """An attempt to deliver that is over, and what follows from it."""

    attempt: Attempt
    taken: bool
    due_ms: int | None
    """When it is tried again; None: never."""
