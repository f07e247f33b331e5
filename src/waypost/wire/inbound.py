"""What a user of the embedded network writes: the object of the Cloud webhook's `messages[]`, without its ids.

# spec: cloud-api.md#8
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from waypost.wire.messages.contacts import MAX_CARDS, Card
from waypost.wire.parts import Place

InboundType = Literal[
    "text", "image", "audio", "video", "document", "sticker", "location", "contacts", "reaction", "button",
    "interactive", "order",
]  # fmt: skip

_Words = Annotated[str, Meta(min_length=1, max_length=65_536)]
_ReplyTo = Annotated[str, Meta(min_length=1, max_length=512)]


class _Strict(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A misspelt member is an error here: whoever plays a user wants to know."""


class Quoted(_Strict):
    """The message that is answered, by its id in either dialect; or that this one was forwarded."""

    id: _ReplyTo | None = None
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None


class UserText(_Strict):
    """What the user typed."""

    body: _Words


class UserMedia(_Strict):
    """A file that the user sends: its bytes here in base64, or as the form's part `file`."""

    data: bytes | None = None
    mime_type: str | None = None
    filename: Annotated[str, Meta(min_length=1, max_length=240)] | None = None
    caption: Annotated[str, Meta(max_length=1024)] | None = None
    voice: bool | None = None


class UserReaction(_Strict, omit_defaults=False):
    """An emoji on a message; an empty one takes it back."""

    message_id: _ReplyTo
    emoji: str = ""


class UserButton(_Strict):
    """The quick reply of a template that the user tapped."""

    text: _Words
    payload: str = ""


class ButtonReply(_Strict):
    """The reply button that the user tapped."""

    id: _Words
    title: _Words


class ListReply(_Strict):
    """The row of a list that the user chose."""

    id: _Words
    title: _Words
    description: str | None = None


class FlowReply(_Strict):
    """The form that the user filled in; `response_json` is JSON as text."""

    name: _Words
    response_json: _Words
    body: str = "Sent"


class UserInteractive(_Strict):
    """The answer to an interactive message: the member that `type` names."""

    type: Literal["button_reply", "list_reply", "nfm_reply"]
    button_reply: ButtonReply | None = None
    list_reply: ListReply | None = None
    nfm_reply: FlowReply | None = None


class OrderItem(_Strict):
    """A product in the basket."""

    product_retailer_id: _Words
    quantity: Annotated[int, Meta(ge=1)]
    item_price: float
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class UserOrder(_Strict):
    """The basket that the user sent."""

    catalog_id: _Words
    product_items: Annotated[list[OrderItem], Meta(min_length=1)]
    text: str | None = None


class PhoneMessage(_Strict):
    """One message of a user: its type, and the member of that name.

    `number` is the phone_number_id that it goes to; it may be left out while there is only one.
    `referral` says which advertisement brought the user, and is passed on as it is.
    """

    type: InboundType
    number: str | None = None
    context: Quoted | None = None
    referral: dict[str, Any] | None = None  # Any: passed on
    text: UserText | None = None
    image: UserMedia | None = None
    audio: UserMedia | None = None
    video: UserMedia | None = None
    document: UserMedia | None = None
    sticker: UserMedia | None = None
    location: Place | None = None
    contacts: Annotated[list[Card], Meta(min_length=1, max_length=MAX_CARDS)] | None = None
    reaction: UserReaction | None = None
    button: UserButton | None = None
    interactive: UserInteractive | None = None
    order: UserOrder | None = None

    @property
    def content(self) -> object | None:
        """The member that the type names; None if it is missing."""
        content: object | None = getattr(self, self.type)
        return content

    @property
    def file(self) -> UserMedia | None:
        """The file that the message carries; None if it is of a type without one."""
        return self.content if isinstance(self.content, UserMedia) else None

    def missing(self) -> str | None:
        """Return the path of the member that the type asks for and that is not there; None if all is there."""
        if self.content is None:
            return self.type
        answer = self.interactive
        if answer is not None and self.type == "interactive" and getattr(answer, answer.type) is None:
            return f"interactive.{answer.type}"
        return None


def inbound_body(message: PhoneMessage, references: Mapping[str, Any], *, animated: bool) -> bytes:
    """Return the object of `messages[]` but for what every message has and what a store knows of its file.

    `references` are the members that name other messages, with their ids as the platform writes them.
    """
    members = dict(references)
    if message.referral is not None:
        members["referral"] = message.referral
    if message.type not in members:
        members[message.type] = _member(message, animated=animated)
    return msgspec.json.encode(members)


def _member(message: PhoneMessage, *, animated: bool) -> object:
    file = message.file
    if file is None:
        return message.content
    shown: dict[str, object] = {}
    if file.caption is not None:
        shown["caption"] = file.caption
    if message.type == "document" and file.filename is not None:
        shown["filename"] = file.filename
    if message.type == "audio":
        shown["voice"] = bool(file.voice)
    if message.type == "sticker":
        shown["animated"] = animated
    return shown
