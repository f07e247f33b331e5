"""The control API's requests and answers about numbers, tokens and templates."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from waypost.wire.control import Dialect, Digits, MessageId, Request
from waypost.wire.definitions import NewTemplate, TemplateChange
from waypost.wire.onprem_settings import ProviderForm
from waypost.wire.wanted import looking

_GraphVersion = Annotated[str, looking("a version of the graph, as v24.0", pattern=r"^v[0-9]{1,2}\.0$(?!\n)")]
_AppSecret = Annotated[
    str, looking("1 to 256 visible ASCII characters without a space", pattern=r"^[\x21-\x7e]{1,256}$(?!\n)")
]
_Currency = Annotated[str, looking("the three capital letters of a currency, as EUR", pattern=r"^[A-Z]{3}$(?!\n)")]
_TimeZone = Annotated[str, looking("the number of a time zone, 1 to 3 digits", pattern=r"^[0-9]{1,3}$(?!\n)")]
_Restriction = Annotated[
    str,
    looking(
        "a kind of restriction, as RESTRICTED_BIZ_INITIATED_MESSAGING",
        pattern=r"^RESTRICTED_[A-Z_]{1,80}$(?!\n)",
    ),
]
_AccountId = Annotated[str, looking("the id of an account, 5 to 18 digits", pattern=r"^[1-9][0-9]{4,17}$(?!\n)")]


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
    """What is to change of it."""

    graph_version: _GraphVersion | UnsetType = UNSET
    webhook_shape: Literal["2026", "2025"] | UnsetType = UNSET
    identity_check: bool | UnsetType = UNSET


Pace = Annotated[int, Meta(ge=0, le=1_000_000)]
Quality = Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]
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

    `name_status` decides on a name that was asked for. `deleted` lets it be as one that was deleted just now.
    `missing_products` are the retailer ids that its catalogs do not hold; they hold every other one.
    `test_recipients` makes it a test number, which may write to these users only; null makes it an ordinary one.
    A higher throughput keeps it from sending for a minute.
    Besides: another app secret, this one, or one that is made up; and with `webhook_paused` everything that is to be
    told of the number waits, in order and over restarts, until it is false again.
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


class AccountView(Struct):
    """An account as the platform regards it."""

    waba_id: str
    name: str
    currency: str
    timezone_id: str
    review: str
    disabled: bool
    restriction: str | None
    restriction_until: datetime | None
    template_pacing: int | None


class AccountList(Struct):
    """Every account."""

    accounts: list[AccountView]


class AccountChange(Request):
    """What is to change; review, disabling and restriction are told to the subscribers. A disabled account cannot send.

    A restriction ends by itself at `restriction_until`, in platform time; without it after seven days.
    `template_pacing`: of each marketing or utility template that is approved from now on, or resumed, so many messages
    go out, and the others are held for quality assessment; null: all go out.
    """

    name: Annotated[str, Meta(min_length=1, max_length=512)] | UnsetType = UNSET
    currency: _Currency | UnsetType = UNSET
    timezone_id: _TimeZone | UnsetType = UNSET
    review: Literal["APPROVED", "PENDING", "REJECTED"] | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    restriction: _Restriction | UnsetType | None = UNSET
    restriction_until: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    template_pacing: Pace | UnsetType | None = UNSET


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

    number: Digits
    name: Annotated[str, Meta(min_length=1, max_length=512)] = "Waypost"
    callback_dialect: Dialect = "cloud"
    waba_id: _AccountId | None = None
    """The account it joins, or that it begins; without it the account of the first number."""


class AddedNumber(NumberView):
    """A new number with its secrets, which are told this once."""

    token: str
    app_secret: str


Scope = Literal["all", "read"]
Reach = Literal["number", "account"]


class TokenRequest(Request):
    """The number that the token acts for, and what it may do: `all`, or `read` and nothing else.

    With the reach `account` it acts on Meta's face for every number of the number's account, those to come included.
    """

    phone_number_id: Digits
    scope: Scope = "all"
    reach: Reach = "number"


class NewToken(Struct):
    """A token, told this once: Bearer token and D360-API-KEY of its number, or Bearer token of the whole account.

    `id` is what the list shows of it, and takes it back.
    """

    id: str
    token: str
    phone_number_id: str
    scope: Scope
    reach: Reach


class TokenView(Struct):
    """What is known of a token: `id` is the beginning of its hash."""

    id: str
    phone_number_id: str
    kind: str
    scope: Scope
    reach: Reach
    expires: datetime | None


class TokenList(Struct):
    """Every token."""

    tokens: list[TokenView]


class ProviderRequest(ProviderForm, forbid_unknown_fields=True, kw_only=True):
    """A media provider of a number, which may be left out while there is only one."""

    type: str = "www"
    phone_number_id: Digits | None = None


class ProviderView(Struct):
    """A media provider: links that name it are fetched with its credentials, which are not shown."""

    phone_number_id: str
    name: str
    type: str
    credentials: Literal["basic", "bearer"]
    username: str | None


class ProviderList(Struct):
    """The media providers of every number."""

    providers: list[ProviderView]


class TemplateView(Struct):
    """A message template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    status: str
    components: Raw
    parameter_format: str
    quality: str
    rejected_reason: str
    previous_category: str | None
    pacing: int | None
    """How many messages may still go out before the others are held; null: all."""


class TemplateList(Struct):
    """Every template."""

    templates: list[TemplateView]


class TemplateWish(NewTemplate, forbid_unknown_fields=True, kw_only=True):
    """A template to create, as the Cloud API takes it, in an account, which may be left out while there is only one.

    The example of a header may be a link, which is not fetched.
    """

    waba_id: str | None = None


class TemplateEdit(TemplateChange, forbid_unknown_fields=True):
    """What its owner changes of a template; components are replaced as a whole, and reviewed again."""


TemplateEvent = Literal[
    "APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED", "IN_APPEAL", "LIMIT_EXCEEDED",
    "LOCKED", "DELETED", "PENDING_DELETION", "ARCHIVED", "UNARCHIVED",
]  # fmt: skip


class ReviewOrder(Request):
    """What happens to a template; `reason` is the platform's word, `explanation` and `recommendation` go to people."""

    event: TemplateEvent
    reason: str | None = None
    explanation: str = ""
    recommendation: str = ""


class TemplateUpdate(Request):
    """What is to change.

    `pacing`: so many more messages go out, and the others are held for quality assessment; null: all go out, those that
    are held too. So they do with the quality `GREEN`.
    """

    quality: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] | UnsetType = UNSET
    category: Literal["AUTHENTICATION", "MARKETING", "UTILITY"] | UnsetType = UNSET
    pacing: Pace | UnsetType | None = UNSET


class HeldMessage(MessageId):
    """A message that its template holds back."""

    phone_number_id: str
    wa_id: str
    at: datetime


class HeldList(Struct):
    """What a template holds back, the oldest first."""

    held: list[HeldMessage]


class Decided(Struct):
    """How many messages were held until now."""

    messages: int


class SignIn(Request):
    """The admin token, or the console's password."""

    admin_token: str
