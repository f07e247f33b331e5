"""The control API's requests and answers about fault rules."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from waypost.wire.control.base import Digits, Request, Seconds
from waypost.wire.wanted import matching

_Up = Annotated[int, Meta(ge=1, le=1_000)]

_PathPattern = Annotated[str, matching("a path that begins with / or *", min_length=1, max_length=512, pattern="^[/*]")]


class NetworkView(Struct):
    """What holds on the whole network.

    `marketing_per_user`: of the marketing templates of all businesses outside a user's windows only so many reach the
    user within 24 hours, and the others fail with 131049; null: they all do.
    """

    marketing_per_user: int | None


class NetworkChange(Request):
    """What is to change on the whole network."""

    marketing_per_user: Annotated[int, Meta(ge=0, le=1_000)] | UnsetType | None = UNSET


class FailWith(Request):
    """A code of either dialect, or the name of a problem."""

    code: int | str


class Batch(Request):
    """Put up to `size` updates into one POST; the first waits `seconds` of platform time for the others."""

    size: _Up = 1_000
    seconds: Seconds = 1.0


class Reorder(Request):
    """Tell every `window` updates in another order, which follows from `seed`; the first waits `seconds` for them."""

    window: Annotated[int, Meta(ge=2, le=1_000)]
    seed: Annotated[int, Meta(ge=0, le=4_294_967_295)] = 0
    seconds: Seconds = 1.0


class WebhookFaults(Request, omit_defaults=True):
    """What is to happen to webhooks: a rule with it is about events, one by one, not about messages.

    `duplicate`: each is told so many times more; `drop`: it is never told, and its delivery is `dropped`; `slow`:
    retries come so many times later; `fail_handshake`: verifications of a callback URL fail, whatever was answered.
    """

    batch: Batch | None = None
    reorder: Reorder | None = None
    duplicate: Annotated[int, Meta(ge=0, le=100)] = 0
    delay_seconds: Seconds = 0.0
    drop: bool = False
    slow: Annotated[float, Meta(ge=1, le=10_000)] = 1.0
    fail_handshake: bool = False


class RuleRequest(Request):
    """What is to happen to messages to a phone, from a number, or to all: the next N, or every Nth.

    With `webhook` it happens to what the webhook is told of them. With a `path` it happens to API requests whose path
    begins so, or matches it as a pattern with `*`, `?` or `[...]`: they wait for `delay_seconds`, of the machine's own
    time, and with `fail` they are answered so and do nothing.
    """

    fail: FailWith | None = None
    delay_seconds: Seconds = 0.0
    webhook: WebhookFaults | None = None
    path: _PathPattern | None = None
    number: Digits | None = None
    phone: Digits | None = None
    next: Annotated[int, Meta(ge=1)] | None = None
    every: Annotated[int, Meta(ge=1)] = 1


class FailView(Struct):
    """The failure that a rule orders."""

    name: str
    code: int
    onprem_code: int
    title: str


class RuleView(Struct):
    """A rule in force; `next` counts down, `seen` counts the messages, events or requests that it was about."""

    id: int
    fail: FailView | None
    delay_seconds: float
    webhook: WebhookFaults | None
    path: str | None
    number: str | None
    phone: str | None
    next: int | None
    every: int
    seen: int


class RuleList(Struct):
    """The rules in the order they were given."""

    rules: list[RuleView]
