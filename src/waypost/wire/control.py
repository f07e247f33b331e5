"""The control API's requests and answers. The OpenAPI document is made from these.

Moments are aware and written as `2027-01-31T12:00:00Z`. An unknown member of a request is an error: a misspelt wish
must not look fulfilled.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from waypost.errors import all_problems
from waypost.errors.outcomes import SOMETHING_WENT_WRONG
from waypost.wire.control_evidence import ExchangeView, FindingView, Payload, VerifyView, WhyView
from waypost.wire.wanted import looking

Dialect = Literal["cloud", "onprem"]
Digits = Annotated[str, looking("a phone number of 5 to 15 digits", pattern=r"^[0-9]{5,15}$(?!\n)")]
Seconds = Annotated[float, Meta(ge=0, le=31_536_000)]

_ADVANCE_SECONDS = 3_153_600_000  # a hundred years

_Username = Annotated[
    str, looking("3 to 35 lower-case letters, digits, points and underscores", pattern=r"^[a-z0-9._]{3,35}$(?!\n)")
]


class Request(Struct, forbid_unknown_fields=True):
    """What every request body has in common."""


class ErrorDetail(Struct):
    """`code` is a stable name, `message` says what was wrong and what to do."""

    code: str
    message: str


class ErrorBody(Struct):
    """The answer to what could not be done."""

    error: ErrorDetail


class Success(Struct):
    """Done, and nothing to tell."""

    success: bool = True


# -- Phones ------------------------------------------------------------------------------------------------------


class PhoneView(Struct):
    """A user of the embedded network.

    `marketing`: they take marketing messages of every business; `marketing_stopped`: the accounts whose they stopped.
    """

    wa_id: str
    name: str
    online: bool
    blocked: bool
    reads: bool
    on_whatsapp: bool
    marketing: bool
    username: str | None
    identity: int
    read_receipts: bool
    chat_open: str | None
    marketing_stopped: list[str]


class PhoneList(Struct):
    """The phones that differ from the default or have written; every other number has a phone too."""

    phones: list[PhoneView]


class PhoneChange(Request):
    """What is to change.

    `blocked`: the user has blocked the business; `reads`: they read by themselves; `read_receipts`: businesses are
    told what they read; `chat_open`: the phone_number_id whose chat they look at, or null; `marketing`: they take
    marketing messages of every business, or of none; `username`: they have adopted one, which hides their number, or
    (null) given it up; `identity`: how often their keys have changed.
    """

    name: Annotated[str, Meta(min_length=1, max_length=20_000)] | UnsetType = UNSET
    online: bool | UnsetType = UNSET
    blocked: bool | UnsetType = UNSET
    reads: bool | UnsetType = UNSET
    on_whatsapp: bool | UnsetType = UNSET
    marketing: bool | UnsetType = UNSET
    username: _Username | UnsetType | None = UNSET
    read_receipts: bool | UnsetType = UNSET
    chat_open: Digits | UnsetType | None = UNSET
    identity: Literal["new"] | UnsetType = UNSET
    """The user has a new phone, and with it new keys."""


class NextNumber(Request):
    """The number that the user goes on under."""

    wa_id: str


class Moved(Struct):
    """The phone as it is now, and what the businesses that it had talked to were told."""

    phone: PhoneView
    told: "list[Written]"


class OpenChat(Request):
    """Whose chat is opened; it may be left out while there is only one number."""

    number: str | None = None


class Opened(Struct):
    """The message that told the first opening; null if it was none, or the number does not greet."""

    welcome: "Written | None"


class Listen(Request):
    """The voice message that the user plays."""

    message_id: str


class Listened(Struct):
    """Whether the message was played for the first time: only that is told."""

    first: bool


class Choice(Request):
    """What the user wants from now on: of the business of a number, with all its numbers, or of every one there is."""

    marketing: Literal["stop", "resume"]
    number: str | None = None


class Chosen(Struct):
    """What the user wants, and the phone_number_ids that were told: nobody, if it is what they wanted before."""

    marketing: Literal["stop", "resume"]
    told: list[str]


class ReadUpTo(Request):
    """The last message that the user reads; without it they read everything."""

    message_id: str | None = None


class ReadCount(Struct):
    """How many messages the user has read just now."""

    read: int


class MessageId(Struct):
    """One message in the words of both dialects."""

    id: str
    onprem_id: str


class Written(MessageId):
    """The message that the user wrote; `messages` has the ids again, as in the answer to a send."""

    phone_number_id: str
    wa_id: str
    media_id: str | None
    messages: list[MessageId]


class MediaView(Struct):
    """A stored file; `url` is a path of the control API, `sha256` is hexadecimal; `animated` says it of a sticker."""

    id: str
    onprem_id: str
    mime_type: str
    sha256: str
    size: int
    filename: str | None
    url: str
    animated: bool


# -- Messages and deliveries -------------------------------------------------------------------------------------


class FaultView(Struct):
    """Why a message failed: our name, the code of each dialect's callback, and what to do."""

    name: str
    code: int
    onprem_code: int
    title: str
    details: str
    fix: str


class AttemptView(Struct):
    """How one attempt to call a webhook went; without a `status`, `answer` says in words why there was none.

    `request_headers` are those that were sent, shown with a single delivery; what the operator has set is left out.
    `headers` are the answer's, kept where the attempt failed. `batch` names the call that it shared with others.
    """

    number: int
    at: datetime
    elapsed_ms: int
    status: int | None
    answer: Payload
    headers: dict[str, str] | None = None
    request_headers: dict[str, str] | None = None
    batch: str | None = None


class DeliveryView(Struct):
    """One event on its way to one webhook; `endpoint` is null for the callback that the platform's settings choose.

    `why` says of one that failed so far, or for good, what the receiver did and what comes next. `wa_id` is the user's
    whose message it is about; null if it is about none.
    """

    id: str
    message_id: str
    phone_number_id: str
    wa_id: str | None
    kind: str
    status: str | None
    state: str
    at: datetime
    due: datetime | None
    event_id: str
    endpoint: str | None
    url: str | None
    attempts: list[AttemptView]
    why: WhyView | None


class BatchView(Struct):
    """A call that told several updates at once: its `webhook-id`, their deliveries in order, and its exact bytes.

    `body` is null if one of the others is stored no more.
    """

    id: str
    deliveries: list[str]
    body: Payload | None


class DeliveryDetail(DeliveryView):
    """The same with the bytes: `body` as this number gets them, `bodies` in each dialect (null: not told there).

    `headers` are those that do not change from one attempt to the next; `verify` says how to check the signatures.
    If the last attempt was a batch, all three are that batch's; `bodies` tell this event alone. `batches`: those that
    attempts name.
    """

    dialect: Dialect
    headers: dict[str, str]
    body: Payload | None
    bodies: dict[str, Payload | None]
    verify: list[VerifyView]
    batches: list[BatchView]


class MessageView(MessageId):
    """A message of either direction; `preview` is one line of it, `more_media` its files after the first.

    A file that was deleted, or is still to be fetched, is null.
    """

    direction: Literal["inbound", "outbound"]
    phone_number_id: str
    wa_id: str
    type: str
    status: str | None
    at: datetime
    preview: str
    fault: FaultView | None
    media: MediaView | None
    more_media: list[MediaView | None]


class BusinessMessage(Struct):
    """A message that a business sends, with the members that the Cloud API's `POST /{phone_number_id}/messages` takes.

    These are the ones that each has; the member of its type's name says the rest.
    """

    to: str
    type: str = "text"
    messaging_product: Literal["whatsapp"] = "whatsapp"


class Sent(MessageId):
    """A message that was taken; `held` is one that waits until its template's quality is known."""

    phone_number_id: str
    wa_id: str
    held: bool


class SendView(Struct):
    """An attempt to hand a message to the upstream that did not succeed, and why."""

    number: int
    why: str


class TimelineEntry(Struct, omit_defaults=True):
    """Something that happened to a message: `event` is named as in the log."""

    at: datetime
    event: str
    status: str | None = None
    fault: FaultView | None = None
    delivery_id: str | None = None
    attempt: AttemptView | None = None
    send: SendView | None = None


class MessageDetail(MessageView):
    """A message with everything that happened to it, oldest first.

    `request` are the bytes that came in, null for what a user wrote; `exchange` the whole request and its answer;
    `body` is the message in its canonical form. `why`: null unless it failed.
    """

    body: Raw
    request: Payload | None
    exchange: ExchangeView | None
    findings: list[FindingView]
    why: WhyView | None
    timeline: list[TimelineEntry]
    deliveries: list[DeliveryView]


def fault_view(name: str, details: str) -> FaultView:
    """Return what is told of a failure, by the name of its problem."""
    problem = all_problems().get(name, SOMETHING_WENT_WRONG)
    return FaultView(name, problem.code, problem.callback[0], problem.title, details, problem.fix)


# -- The world: its clock ----------------------------------------------------------------------------------------


class ClockView(Struct):
    """Platform time, and how far it is ahead of the machine's."""

    now: datetime
    frozen: bool
    offset_seconds: float


class ClockChange(Request):
    """Stop or start the clock, set it, move it; what is given is done in this order."""

    frozen: bool | None = None
    now: Annotated[datetime, Meta(tz=True)] | None = None
    advance_seconds: Annotated[float, Meta(ge=-_ADVANCE_SECONDS, le=_ADVANCE_SECONDS)] | None = None


class HealthView(Struct):
    """`ok`, or `not ready`."""

    status: str
