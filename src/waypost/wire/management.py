"""The control API's requests and answers about numbers, tokens and templates."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from waypost.wire.control import Dialect, Digits, Request


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
    """A business number."""

    phone_number_id: str
    waba_id: str
    name: str
    callback_dialect: Dialect
    webhook: WebhookView | None


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


class SecretChange(Request):
    """Another app secret for a number: this one, or one that is made up."""

    app_secret: Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,256}$(?!\n)")] | UnsetType = UNSET
    rotate_app_secret: bool = False


class ChangedSecret(NumberView):
    """A number whose app secret has changed; one that was made up is told this once."""

    app_secret: str | None
    former_secret_until: datetime | None
    """Until then the secret that it had signs beside the new one, in platform time."""


class NewNumber(Request):
    """A number to add; its phone_number_id is the same digits."""

    number: Digits
    name: Annotated[str, Meta(min_length=1, max_length=512)] = "Waypost"
    callback_dialect: Dialect = "cloud"


class AddedNumber(NumberView):
    """A new number with its secrets, which are told this once."""

    token: str
    app_secret: str


Scope = Literal["all", "read"]


class TokenRequest(Request):
    """The number that the token acts for, and what it may do: `all`, or `read` and nothing else."""

    phone_number_id: Digits
    scope: Scope = "all"


class NewToken(Struct):
    """A token, told this once: Bearer token and D360-API-KEY of its number."""

    token: str
    phone_number_id: str
    scope: Scope


class TokenView(Struct):
    """What is known of a token: `id` is the beginning of its hash."""

    id: str
    phone_number_id: str
    kind: str
    scope: Scope
    expires: datetime | None


class TokenList(Struct):
    """Every token."""

    tokens: list[TokenView]


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


class TemplateList(Struct):
    """Every template."""

    templates: list[TemplateView]


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
    """What is to change."""

    quality: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] | UnsetType = UNSET
    category: Literal["AUTHENTICATION", "MARKETING", "UTILITY"] | UnsetType = UNSET


class SignIn(Request):
    """The admin token, or the console's password."""

    admin_token: str
