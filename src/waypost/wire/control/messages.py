"""Messages, and everything that happened to them."""

from datetime import datetime
from typing import Literal

from msgspec import Raw, Struct

from waypost.errors import problem_named
from waypost.wire.control.base import MessageId
from waypost.wire.control.deliveries import AttemptView, DeliveryView
from waypost.wire.control.evidence import ExchangeView, FindingView, Payload, WhyView


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


class FaultView(Struct):
    """Why a message failed: our name, the code of each dialect's callback, and what to do."""

    name: str
    code: int
    onprem_code: int
    title: str
    details: str
    fix: str


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
    """A message that a business sends, as the Cloud API's `POST /{phone_number_id}/messages` takes it.

    These are the members that every message has; the one with its type's name says the rest.
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
    problem = problem_named(name)
    return FaultView(name, problem.code, problem.callback[0], problem.title, details, problem.fix)
