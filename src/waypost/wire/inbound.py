"""What a user of the embedded network writes: the object of the Cloud webhook's `messages[]`.

An object copied from a real webhook will do: members that the platform fills in are accepted and ignored.

# spec: cloud-api.md#8
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.wire.complaints import mandatory
from waypost.wire.messages.contacts import MAX_CARDS, Address, Email, Link, Messenger, Organisation
from waypost.wire.parts import Place, place_fault

InboundType = Literal[
    "text", "image", "audio", "video", "document", "sticker", "location", "contacts", "reaction", "button",
    "interactive", "order", "system", "revoke", "edit", "unsupported", "request_welcome", "ephemeral",
]  # fmt: skip
"""What a user can send. `request_welcome` comes by opening a chat too, if the number greets. `ephemeral` is a message
that disappears, whose content businesses do not get. Groups are not offered, so neither is what only they have.
"""
_BARE = frozenset({"unsupported", "request_welcome", "ephemeral"})  # types that may come without a member of their name

_Words = Annotated[str, Meta(min_length=1, max_length=65_536)]
_ReplyTo = Annotated[str, Meta(min_length=1, max_length=512)]


class _Strict(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A misspelt member is an error here: whoever plays a user wants to know."""


class ProductRef(_Strict):
    """A product of a catalog."""

    catalog_id: _Words
    product_retailer_id: _Words


class Quoted(_Strict):
    """The message that is answered, by its id in either dialect; or that this one was forwarded.

    `referred_product`: the user asks about a product that the answered message shows. `from` tells that the object was
    copied from a webhook: a message that is not known here is then left out.
    """

    id: _ReplyTo | None = None
    sender: str | None = field(default=None, name="from")
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None
    referred_product: ProductRef | None = None


class Greeting(_Strict):
    """What the advertisement has greeted the user with."""

    text: str


class Referral(_Strict):
    """The advertisement or post that brought the user; `ctwa_clid` is missing where it stood in a Status."""

    source_url: _Words
    source_id: _Words
    source_type: Literal["ad", "post"]
    body: str | None = None
    headline: str | None = None
    media_type: Literal["image", "video"] | None = None
    image_url: str | None = None
    video_url: str | None = None
    thumbnail_url: str | None = None
    ctwa_clid: str | None = None
    welcome_message: Greeting | None = None


class UserText(_Strict):
    """What the user typed."""

    body: _Words


class _ToldFile(_Strict):
    """What a webhook says of a file; here the platform fills it in by itself."""

    id: str | None = None
    sha256: str | None = None
    url: str | None = None


class UserMedia(_ToldFile):
    """A file that the user sends: its bytes here in base64, or as the form's part `file`.

    With `unavailable` there are no bytes: the platform could not fetch them. Without bytes `id` may name a file that
    is stored here. `sha256`, `url` and `animated` are accepted, because webhooks have them, and ignored.
    """

    data: bytes | None = None
    mime_type: str | None = None
    filename: Annotated[str, Meta(min_length=1, max_length=240)] | None = None
    caption: Annotated[str, Meta(max_length=1024)] | None = None
    voice: bool | None = None
    animated: bool | None = None
    unavailable: bool | None = None


class UserPlace(Place, omit_defaults=True, forbid_unknown_fields=True):
    """A point on the map, and the web page of what is there."""

    url: str | None = None


class UserName(_Strict, kw_only=True):
    """What a card is headed with, in the order of the sample."""

    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    formatted_name: Annotated[str, Meta(min_length=1)]


class UserPhone(_Strict):
    """A number on a card, in the order of the sample."""

    phone: str | None = None
    wa_id: str | None = None
    type: str | None = None


class UserCard(_Strict):
    """A contact; `vcard` and `origin` belong to the shape of 2026."""

    name: UserName
    phones: list[UserPhone] | None = None
    emails: list[Email] | None = None
    addresses: list[Address] | None = None
    urls: list[Link] | None = None
    org: Organisation | None = None
    birthday: str | None = None
    ims: list[Messenger] | None = None
    vcard: str | None = None
    origin: str | None = None


class UserReaction(_Strict):
    """An emoji on a message; without one it is taken back."""

    message_id: _ReplyTo
    emoji: str | None = None


class UserButton(_Strict, kw_only=True):
    """The quick reply of a template that the user tapped."""

    payload: str = ""
    text: _Words


class ButtonReply(_Strict):
    """The reply button that the user tapped."""

    id: _Words
    title: _Words


class ListReply(_Strict):
    """The row of a list that the user chose."""

    id: _Words
    title: _Words
    description: str | None = None


class FlowReply(_Strict, omit_defaults=False, kw_only=True):
    """The form that the user filled in; `response_json` is JSON as text."""

    name: _Words
    body: str = "Sent"
    response_json: _Words


class CallReply(_Strict, omit_defaults=False):
    """Whether the business may call; `expiration_timestamp` is in seconds."""

    response: Literal["accept", "reject"]
    expiration_timestamp: int | msgspec.UnsetType = msgspec.UNSET
    response_source: str = "user_action"


class UserInteractive(_Strict):
    """The answer to an interactive message: the member that `type` names."""

    type: Literal["button_reply", "list_reply", "nfm_reply", "call_permission_reply"]
    button_reply: ButtonReply | None = None
    list_reply: ListReply | None = None
    nfm_reply: FlowReply | None = None
    call_permission_reply: CallReply | None = None


class OrderItem(_Strict):
    """A product in the basket."""

    product_retailer_id: _Words
    quantity: Annotated[int, Meta(ge=1)]
    item_price: int | float
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class UserOrder(_Strict, kw_only=True):
    """The basket that the user sent."""

    catalog_id: _Words
    text: str | None = None
    product_items: Annotated[list[OrderItem], Meta(min_length=1)]


class Identity(_Strict, omit_defaults=False):
    """A user's keys, in the older shape; `created_timestamp` is in milliseconds."""

    hash: _Words
    acknowledged: bool = False
    created_timestamp: int | msgspec.UnsetType = msgspec.UNSET


class UserSystem(_Strict, kw_only=True):
    """What the platform itself tells of a user, in any of its shapes; moving a phone writes the present one.

    # spec: cloud-api.md#8 ("system")
    """

    body: str | None = None
    wa_id: str | None = None
    new_wa_id: str | None = None
    user_id: str | None = None
    previous_user_id: str | None = None
    parent_user_id: str | None = None
    previous_parent_user_id: str | None = None
    type: Literal["user_changed_number", "user_changed_user_id", "customer_changed_number", "customer_identity_changed"]
    customer: str | None = None
    identity: Identity | None = None


class Deleted(_Strict):
    """The message that the user has deleted, by its id in either dialect."""

    original_message_id: _ReplyTo


class NewCaption(_ToldFile):
    """What now stands under the file; the file stays the one that it was."""

    caption: Annotated[str, Meta(max_length=1024)] = ""
    mime_type: str | None = None


class NewContent(_Strict):
    """What the message says now: the member that `type` names."""

    type: Literal["text", "image", "video", "document"]
    text: UserText | None = None
    image: NewCaption | None = None
    video: NewCaption | None = None
    document: NewCaption | None = None

    @property
    def content(self) -> object | None:
        """The member that the type names; None if it is missing."""
        content: object | None = getattr(self, self.type)
        return content


class Edited(_Strict):
    """The message that the user has changed, by its id in either dialect, and what it says now."""

    original_message_id: _ReplyTo
    message: NewContent


class UserUnsupported(_Strict):
    """Something that businesses cannot see: `poll_creation`, `gif`, ...; or (131060) cannot see yet."""

    type: str | None = None
    code: Literal[131051, 131060] = 131051


class ToldError(Struct):
    """What a webhook tells of a message that it cannot show: 131051, 131052 or 131060; other codes are ignored."""

    code: int


class PhoneMessage(_Strict):
    """One message of a user: its type, and the member of that name.

    `number` is the phone_number_id that it goes to; it may be left out while there is only one. `from`, `id`,
    `timestamp`, `from_user_id` and `from_parent_user_id` are accepted, because webhooks have them, and ignored: the
    sender is the phone in the path, the time is now, and the message gets an id of its own.
    """

    type: InboundType
    number: str | None = None
    context: Quoted | None = None
    referral: Referral | None = None
    text: UserText | None = None
    image: UserMedia | None = None
    audio: UserMedia | None = None
    video: UserMedia | None = None
    document: UserMedia | None = None
    sticker: UserMedia | None = None
    location: UserPlace | None = None
    contacts: Annotated[list[UserCard], Meta(min_length=1, max_length=MAX_CARDS)] | None = None
    reaction: UserReaction | None = None
    button: UserButton | None = None
    interactive: UserInteractive | None = None
    order: UserOrder | None = None
    system: UserSystem | None = None
    revoke: Deleted | None = None
    edit: Edited | None = None
    unsupported: UserUnsupported | None = None
    sender: str | None = field(default=None, name="from")
    id: str | None = None
    timestamp: str | int | None = None
    from_user_id: str | None = None
    from_parent_user_id: str | None = None
    errors: list[ToldError] | None = None

    def played(self) -> "PhoneMessage":
        """Return the message with what its `errors` tell: that its file was lost, or that it cannot be shown yet."""
        codes, content = {error.code for error in self.errors or ()}, self.content
        if 131052 in codes and isinstance(content, UserMedia):
            return replace(self, **{self.type: replace(content, unavailable=True)})
        if 131060 in codes and self.type == "unsupported":
            return replace(self, unsupported=replace(self.unsupported or UserUnsupported(), code=131060))
        return self

    @property
    def content(self) -> object | None:
        """The member that the type names; None if it is missing."""
        content: object | None = getattr(self, self.type, None)
        return content

    @property
    def file(self) -> UserMedia | None:
        """The file that the message carries; None if it is of a type without one, or could not be fetched."""
        content = self.content
        return content if isinstance(content, UserMedia) and not content.unavailable else None

    def fault(self) -> Fault | None:
        """Return what is wrong beyond the schema, or None."""
        if missing := self._missing():
            return Fault(MISSING_PARAMETER, mandatory(missing))
        if self.location is not None and (fault := place_fault("location", self.location)):
            return fault
        if self.context is not None and (fault := _context_fault(self.context)):
            return fault
        answer = self.interactive.nfm_reply if self.interactive else None
        return _json_fault(answer.response_json) if answer else None

    def _missing(self) -> str | None:
        """Return the path of the member that the type asks for and that is not there; None if all is there."""
        if self.content is None:
            return None if self.type in _BARE else self.type
        answer = self.interactive
        if answer is not None and self.type == "interactive" and getattr(answer, answer.type) is None:
            return f"interactive.{answer.type}"
        if self.edit is not None and self.type == "edit" and self.edit.message.content is None:
            return f"edit.message.{self.edit.message.type}"
        return None


def _context_fault(context: Quoted) -> Fault | None:
    """Return the fault of a context that no message has.

    # spec: on-premises-api.md#11.5 ("context")
    """
    if context.id is not None and (context.forwarded or context.frequently_forwarded):
        return Fault(INVALID_VALUE, "context.id: a forwarded message answers none; give the id or the mark, not both.")
    if context.id is None and context.referred_product is not None:
        return Fault(MISSING_PARAMETER, "context.id: name the message that shows the product.")
    return None


def _json_fault(text: str) -> Fault | None:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return Fault(INVALID_VALUE, f"interactive.nfm_reply.response_json is not JSON in a string: {error}.")
    return None
