"""The control API's answers about the chats of a phone: what its user sees, on both sides."""

from datetime import datetime
from typing import Literal

from msgspec import Raw, Struct

from waypost.wire.control.base import MessageId
from waypost.wire.control.messages import MediaView
from waypost.wire.shown import ShownTemplate


class ReactionView(Struct):
    """The last reaction of one side to a message; `id` is the message that brought it."""

    by: Literal["user", "business"]
    emoji: str
    at: datetime
    id: str


class TapView(Struct):
    """What the user has tapped on a message: `id` is the answer, `reply` what the tap stands for, `title` its text."""

    id: str
    at: datetime
    type: str
    reply: str | None
    title: str | None


class PreviewView(Struct):
    """The card of a text's first link: what the page says of itself, as plain text, and its picture."""

    url: str
    title: str
    description: str | None
    image: MediaView | None


class ReceivedMessage(MessageId):
    """A message on a phone: `body` is the text that the user sees, `content` the object of its type.

    `more_media` are the files after the first, in the order of `content`; null for one that was deleted. `template`
    is a template message with everything filled in; null for other types, and where the template is gone. `reactions`
    are those that were not taken back, `taps` what the user has answered by it. `preview` is the card of the first link
    of a text that asks for one; null until it was fetched, which looking here begins, and where there is none.
    """

    phone_number_id: str
    type: str
    at: datetime
    status: str
    body: str
    content: Raw
    context_id: str | None
    media: MediaView | None
    more_media: list[MediaView | None]
    template: ShownTemplate | None
    reactions: list[ReactionView]
    taps: list[TapView]
    preview: PreviewView | None = None


class OwnMessage(MessageId):
    """A message that the phone's user wrote; `read`: the business has read it.

    `content` is the member of its type as the Cloud webhook has it, null for a type without one; `context_id` is the
    message that it answers; `preview` is the card of the first link of a text.
    """

    phone_number_id: str
    type: str
    at: datetime
    body: str
    read: bool
    status: Literal["delivered", "read"]
    content: Raw | None
    context_id: str | None
    media: MediaView | None
    reactions: list[ReactionView]
    preview: PreviewView | None = None


class TypingView(Struct):
    """A business that seems to be typing."""

    phone_number_id: str
    typing_until: datetime


class ReceivedList(Struct):
    """What a phone has received, oldest first, each message once; what its user wrote; who is typing to it.

    `next` is the `before` of older messages, null if there are none.
    """

    messages: list[ReceivedMessage]
    written: list[OwnMessage]
    typing: list[TypingView]
    next: str | None
