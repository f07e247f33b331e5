"""The control API's requests and answers about further endpoints of a number."""

from typing import Annotated, Any

from msgspec import UNSET, Struct, UnsetType, field

from waypost.wire.control.base import Dialect, Request
from waypost.wire.wanted import matching

Secret = Annotated[
    str, matching("visible ASCII characters without a space", min_length=8, max_length=512, pattern=r"^[!-~]+$(?!\n)")
]


class EndpointWish(Request):
    """Another place that is told of every event, independent of the others.

    With a `verify_token` the receiver is asked first; `headers` go with every call. `secret` signs in place of the app
    secret, `callback_dialect` stands in place of the number's, and `fields` narrows it down to some webhook fields.
    """

    url: str
    verify_token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    secret: Secret | None = None
    callback_dialect: Dialect | None = None
    fields: list[str] | None = None


class EndpointChange(Request):
    """What is to change; null takes the secret, the dialect or the choice of fields away."""

    url: str | UnsetType = UNSET
    verify_token: str | None = None
    headers: dict[str, str] | UnsetType = UNSET
    secret: Secret | UnsetType | None = UNSET
    callback_dialect: Dialect | UnsetType | None = UNSET
    fields: list[str] | UnsetType | None = UNSET


class EndpointView(Struct):
    """A further endpoint; of headers and secret only what is there, not what they are."""

    id: str
    url: str
    header_names: list[str]
    has_secret: bool
    callback_dialect: Dialect | None
    fields: list[str] | None
    disabled: bool
    """It answered 410 Gone; setting its URL again makes it tried again."""


class EndpointList(Struct):
    """The further endpoints of a number, in the order in which they were added."""

    webhooks: list[EndpointView]


class NoticeWish(Request):
    """What the platform is to tell: a webhook field, and the object that is its `value`."""

    field: str
    value: dict[str, Any]  # Any: whatever the platform may say
