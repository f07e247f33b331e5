"""Business numbers, and what the platform thinks of them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from waypost.wire.control.base import Dialect, Digits, Request
from waypost.wire.facts import Quality
from waypost.wire.wanted import matching

_GraphVersion = Annotated[str, matching("a version of the graph, as v24.0", pattern=r"^v[0-9]{1,2}\.0$(?!\n)")]
_AppSecret = Annotated[
    str, matching("1 to 256 visible ASCII characters without a space", pattern=r"^[\x21-\x7e]{1,256}$(?!\n)")
]
_AccountId = Annotated[str, matching("the id of an account, 5 to 18 digits", pattern=r"^[1-9][0-9]{4,17}$(?!\n)")]


class WebhookWish(Request):
    """Where events go. With a `verify_token` the receiver is asked first; `headers` go with every call."""

    url: str
    verify_token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class WebhookView(Struct):
    """Where events go; of the headers only the names, since their values are secrets."""

    url: str
    header_names: list[str]
    disabled: bool
    """It answered 410 Gone, so that nothing is sent there until a webhook is set again."""


class NumberView(Struct):
    """A business number; while `webhook_paused` nothing is told to any of its webhooks."""

    phone_number_id: str
    waba_id: str
    name: str
    callback_dialect: Dialect
    webhook: WebhookView | None
    webhook_paused: bool
    platform: "PlatformView"


class PlatformView(Struct):
    """Which callbacks the platform sends for a number."""

    graph_version: str
    webhook_shape: Literal["2026", "2025"]
    identity_check: bool


class PlatformChange(Request):
    """What is to change of these callbacks."""

    graph_version: _GraphVersion | UnsetType = UNSET
    webhook_shape: Literal["2026", "2025"] | UnsetType = UNSET
    identity_check: bool | UnsetType = UNSET


Tier = Literal["TIER_50", "TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"]
NameStatus = Literal["APPROVED", "DECLINED", "PENDING_REVIEW", "AVAILABLE_WITHOUT_REVIEW", "EXPIRED", "NONE"]


class NumberDetail(NumberView):
    """A business number as the platform regards it; `verification_code` is what `verify_code` waits for."""

    quality: str
    throughput: int
    tier: str
    registered: bool
    verified: bool
    name_status: str
    new_name: str | None
    has_pin: bool
    missing_products: list[str]
    verification_code: str | None
    test_recipients: list[str] | None


_ProductId = Annotated[str, Meta(min_length=1, max_length=256)]


class NumberPatch(Request):
    """What the platform is to think of a number; the subscriber is told where the platform would tell.

    `name_status` decides on a name that was asked for. `deleted` makes it a number that was deleted just now.
    `missing_products` are the retailer ids that its catalogs do not hold; they hold every other one.
    `test_recipients` makes it a test number, which may write to these users only; null makes it an ordinary one.
    A higher throughput keeps it from sending for a minute. `app_secret` sets another app secret, and
    `rotate_app_secret` makes one up. While `webhook_paused` is true, everything that is to be told of the number
    waits, in order and over restarts.
    """

    quality: Quality | UnsetType = UNSET
    throughput: Literal[20, 80, 1000] | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    registered: bool | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    name_status: NameStatus | UnsetType = UNSET
    name_reason: Annotated[str, Meta(max_length=512)] | None = None
    missing_products: Annotated[tuple[_ProductId, ...], Meta(max_length=1000)] | UnsetType = UNSET
    deleted: bool = False
    test_recipients: Annotated[list[Digits], Meta(max_length=5)] | UnsetType | None = UNSET
    app_secret: _AppSecret | UnsetType = UNSET
    rotate_app_secret: bool = False
    webhook_paused: bool | UnsetType = UNSET


class PatchedNumber(NumberDetail):
    """A number after a change; an app secret that was made up is told this once."""

    app_secret: str | None
    former_secret_until: datetime | None
    """Until then the secret that it had signs beside the new one, in platform time."""


class NumberList(Struct):
    """Every number."""

    numbers: list[NumberView]


class NumberChange(Request):
    """What is to change; a webhook of null takes it away."""

    name: Annotated[str, Meta(min_length=1, max_length=512)] | UnsetType = UNSET
    callback_dialect: Dialect | UnsetType = UNSET
    webhook: WebhookWish | UnsetType | None = UNSET
    contacts_mode: Literal["always_valid", "classic"] | UnsetType = UNSET
    """On-Premises: whether contacts are checked, and unknown ones refused."""
    platform: PlatformChange | UnsetType = UNSET


class NewNumber(Request):
    """A number to add; its phone_number_id is the same digits."""

    number: Digits | None = None
    phone_number_id: Digits | None = None
    """The same; one of the two must be there."""
    name: Annotated[str, Meta(min_length=1, max_length=512)] = "Waypost"
    callback_dialect: Dialect = "cloud"
    waba_id: _AccountId | None = None
    """The account it joins, or that it begins; without it the account of the first number."""


class AddedNumber(NumberView):
    """A new number with its secrets, which are told this once."""

    token: str
    app_secret: str
