"""Phones of the embedded network: what they are, and what their users do."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from waypost.wire.control.base import Digits, MessageId, Request
from waypost.wire.wanted import matching

_Username = Annotated[
    str, matching("3 to 35 lower-case letters, digits, points and underscores", pattern=r"^[a-z0-9._]{3,35}$(?!\n)")
]


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


class Written(MessageId):
    """The message that the user wrote; `messages` has the ids again, as in the answer to a send."""

    phone_number_id: str
    wa_id: str
    media_id: str | None
    messages: list[MessageId]
