"""What a request says once it is read: the same values for every face."""

from msgspec import Struct

from waypost.wire.messages import Content


class SendRequest(Struct, frozen=True):
    """Send one message to one user."""

    to: str
    """The recipient as the caller wrote it; the answer echoes it."""
    wa_id: str
    """The recipient's digits."""
    kind: str
    """The message type's own name: aliases are gone."""
    content: Content
    """Its files may still carry ids of either dialect, and the id of a reaction's message is as the caller wrote it."""
    context_id: str | None = None
    """The message to quote, in the form that the caller wrote its id."""
    callback_data: str | None = None
    """`biz_opaque_callback_data`."""
    user_id: str | None = None
    """The business-scoped id that takes the place of a phone number; then `wa_id` is empty until it is looked up."""
    identity_hash: str | None = None
    """`recipient_identity_key_hash`."""
    ttl_ms: int | None = None
    """How long it may take until the message is delivered."""


class TemplateName(Struct, frozen=True):
    """Which template a request names."""

    name: str
    language: str


class Addressee(Struct, frozen=True):
    """Whom a request is for, as far as that can be told before its content is read."""

    to: str
    wa_id: str
    user_id: str | None = None
    """As in `SendRequest`."""
    template: TemplateName | None = None
    """Not every template goes to a user id; None too if the content does not say which it is."""


class MarkRead(Struct, frozen=True):
    """Tell the user that their message was read, and perhaps that an answer is being written."""

    message_id: str
    typing: bool = False
