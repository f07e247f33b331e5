"""Business numbers, and what belongs to them: credentials, webhooks, templates, files."""

from typing import Literal

from msgspec import Struct

from waypost.model.keys import Dialect, MediaKey, NumberId, Reach, Scope
from waypost.wire.facts import Quality
from waypost.wire.onprem_settings import OnPremSettings

_APP_PREFIX = 5_000_000_000_000_000  # app ids are digits that are no phone number and no account


def number_of_app(app_id: int) -> NumberId:
    """Return the number that an app belongs to; see `Number.app_id`."""
    return NumberId(app_id - _APP_PREFIX)


class _Secretive(Struct, frozen=True):
    """What holds a secret shows only what it is, wherever it is printed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


MediaSource = Literal["upload", "link", "inbound", "handle"]
"""How a file came here. `handle`: by a resumable upload, so that its id is no media id."""


class Medium(Struct, frozen=True):
    """A stored file under an id of one number."""

    key: MediaKey
    tag: int
    number_id: NumberId
    sha256: bytes
    mime: str
    size: int
    created_ms: int
    expires_ms: int
    source: MediaSource
    filename: str | None = None
    animated: bool = False
    damage: str | None = None
    """Why it is no picture although it was taken as one; it fails when it is sent."""


class Webhook(Struct, frozen=True):
    """Where a number's events go, and how."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    trusted: bool = False
    """Set by the operator, so that a private or loopback address is allowed."""
    disabled: bool = False
    """It answered 410 Gone: nothing is sent there until a webhook is set again."""


class Endpoint(_Secretive, frozen=True):
    """A further receiver of a number's events, beside the one that the platform's settings choose."""

    id: str
    webhook: Webhook
    secret: str | None = None
    """Signs what goes there; None: the app secret does."""
    dialect: Dialect | None = None
    """None: the number's callback dialect, whatever it becomes."""
    fields: tuple[str, ...] | None = None
    """The webhook fields that it is told of; None: all."""


class Callbacks(Struct, frozen=True):
    """What decides, beside the app's own callback, who is told of a number's events.

    # spec: cloud-api.md#10, cloud-api.md#13.3
    """

    number: Webhook | None = None
    """The number's override."""
    account: Webhook | None = None
    """The account's override; every number of the account has the same."""
    fields: tuple[str, ...] | None = None
    """The webhook fields that the app has subscribed to; None: all."""
    subscribed: bool = True
    """Whether the app is subscribed to the account; one that is not is told nothing."""
    further: tuple[Endpoint, ...] = ()


class Standing(Struct, frozen=True):
    """How the platform regards a number: what it may do, and how fast.

    # spec: cloud-api.md#12.4, cloud-api.md#13.4
    """

    quality: Quality = "GREEN"
    throughput: int = 80
    """Messages per second; 1,000 after an upgrade, 20 for numbers shared with the business app."""
    upgraded_ms: int | None = None
    """When its last upgrade of throughput is over, in platform time; until then it answers 131057."""
    tier: str = "TIER_UNLIMITED"
    """Messaging limit of its portfolio: `TIER_250`, `TIER_2K`, `TIER_10K`, `TIER_100K`, `TIER_UNLIMITED`."""
    registered: bool = True
    """Whether it can send; a number that is not answers 133010."""
    verified: bool = True
    """Whether the code of `request_code` was given back."""
    name_status: str = "APPROVED"
    new_name: str | None = None
    """The display name that was asked for, until it is granted."""
    new_name_status: str = "NONE"
    pin: str | None = None
    """Two-step verification; six digits."""
    missing_products: tuple[str, ...] = ()
    """Products that its catalogs do not hold; they hold every other one."""
    test_recipients: tuple[str, ...] | None = None
    """The only users, by wa_id, whom a test number may write to; None: it is not a test number."""


class FormerSecret(_Secretive, frozen=True):
    """The app secret before the present one; until `until_ms`, in platform time, it signs beside it."""

    secret: str
    until_ms: int


class Number(_Secretive, frozen=True):
    """A business number."""

    id: NumberId
    waba_id: int
    name: str
    """`verified_name`."""
    app_secret: str
    callback_dialect: Dialect = "cloud"
    webhook: Webhook | None = None
    """The app's callback, which the overrides of `callbacks` come before."""
    callbacks: Callbacks = Callbacks()
    onprem: OnPremSettings = OnPremSettings()
    standing: Standing = Standing()
    graph_version: str = "v24.0"
    """The version whose webhooks its subscriber gets: before v24.0 a status has `conversation`."""
    webhook_shape: Literal["2026", "2025"] = "2026"
    """`2025` leaves out what came with usernames: `user_id`, `contacts` in statuses; and the `url` of media."""
    pseudo_numbers: bool = False
    """Whether users who hide their number are told, under made-up digits, to a dialect that knows no other name."""
    webhook_paused: bool = False
    """Whether what is to be told waits, in order, until it is told to go on."""
    identity_check: bool = False
    """Whether callbacks show `identity_key_hash`, and a send may ask for one."""
    former_secret: FormerSecret | None = None
    webhook_roots: str | None = None
    """PEM: the authorities that its On-Premises webhook may rely on beside the usual ones.

    # spec: on-premises-api.md#8
    """

    def secrets_at(self, now_ms: int) -> list[str]:
        """Return the app secrets that sign at a moment, the newest first."""
        former = self.former_secret
        return [self.app_secret, former.secret] if former and now_ms < former.until_ms else [self.app_secret]

    @property
    def app_id(self) -> int:
        """The app that the number's secret belongs to."""
        return _APP_PREFIX + self.id

    @property
    def digits(self) -> str:
        """The number itself, digits only."""
        return str(self.id)

    @property
    def forgets_callbacks(self) -> bool:
        """Whether a restart drops the callbacks that wait, as its program wants it."""
        return self.callback_dialect == "onprem" and not self.onprem.callback_persist

    @property
    def drops_old_messages(self) -> bool:
        """Whether Waypost deletes its old messages."""
        return bool(self.onprem.collect_messages)

    @property
    def keeps_media(self) -> bool:
        """Whether its files stay after they have expired, until somebody deletes them."""
        return self.onprem.collect_media is False

    @property
    def checks_contacts(self) -> bool:
        """Whether its program must check contacts before it writes to them."""
        return self.onprem.contacts_mode == "classic"

    @property
    def checks_identities(self) -> bool:
        """Whether changed identities of users hold messages to them back."""
        return self.onprem.security_notifications


class Template(Struct, frozen=True):
    """A message template in one language.

    # spec: cloud-api.md#13.1
    """

    id: int
    waba_id: int
    name: str
    language: str
    category: str
    status: str
    """Upper case: `PENDING`, `APPROVED`, `REJECTED`, `PAUSED`, ..."""
    components: bytes
    """JSON array, in the form of the create request."""
    named: bool = False
    """`parameter_format` is `NAMED`."""
    created_ms: int = 0
    changed_ms: int = 0
    review_ms: int | None = None
    """When the review decides, in platform time; None: it has, or an operator does."""
    may_change_category: bool = False
    """`allow_category_change`: a review may file it elsewhere instead of rejecting it."""
    previous_category: str | None = None
    sub_category: str | None = None
    send_ttl_seconds: int | None = None
    rejected_reason: str = "NONE"
    quality: Quality = "UNKNOWN"
    quality_ms: int | None = None
    """When the quality last changed."""
    pauses: int = 0
    """How often it was paused; the third pause is for good."""
    edits_ms: tuple[int, ...] = ()
    """When it was edited while approved; the last 30 days."""


class Token(Struct, frozen=True):
    """A credential, kept as a hash only.

    With the reach `account` it acts on Meta's face for every number of its number's account, those to come included.
    """

    hash: bytes
    number_id: NumberId
    kind: Literal["key", "login"]
    expires_ms: int | None = None
    scope: Scope = "all"
    reach: Reach = "number"
