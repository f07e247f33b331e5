"""Parcels: what goes to a webhook in one POST. The same event makes the same bytes, whenever somebody asks.

So nothing of it is stored: it is made for every attempt, and once more for whoever wants to see what was sent.
"""

from msgspec import Struct

from waypost.lib import signing
from waypost.model import Dialect, Event, EventKey, Number, Webhook
from waypost.rules import callbacks
from waypost.wire.renderings import RENDERERS

USER_AGENT = "waypost/0.1"


class Target(Struct, frozen=True):
    """Where a delivery goes, in which dialect, and which secret signs it."""

    number: Number
    webhook: Webhook
    dialect: Dialect
    own_secret: str | None = None
    """Signs in place of the app secret."""

    def secrets_at(self, now_ms: int) -> list[str]:
        """Return the secrets that sign at a platform time, the present one first."""
        return self.number.secrets_at(now_ms) if self.own_secret is None else [self.own_secret]


class Parcel(Struct, frozen=True):
    """What is the same in every attempt: the id, the bytes and the receiver."""

    id: str
    body: bytes
    target: Target

    def headers(self, signed_s: int, at_ms: int) -> list[tuple[str, str]]:
        """Return the headers of an attempt but for those that the operator has set.

        The signatures name the moment `signed_s`, in real time. They are made with the secrets of `at_ms`, in platform
        time, as far as those are known now; the present one is always among them.
        """
        secrets = self.target.secrets_at(at_ms)
        return [
            ("content-type", "application/json"),
            ("user-agent", USER_AGENT),
            ("x-hub-signature-256", signing.hub_signature(secrets[0], self.body)),
            *signing.standard_headers(
                [signing.standard_key(secret) for secret in secrets],
                self.body,
                webhook_id=self.id,
                timestamp=signed_s,
            ),
        ]


def target_of(number: Number | None, kind: str, endpoint_id: str) -> Target | None:
    """Return where events of a kind go by the settings of now; None if that webhook was removed, or its number."""
    if number is None:
        return None
    if endpoint_id:
        one = callbacks.endpoint(number, endpoint_id)
        if one is None:
            return None
        return Target(number, one.webhook, one.dialect or number.callback_dialect, one.secret)
    webhook = callbacks.main_callback(number, kind)
    return Target(number, webhook, number.callback_dialect) if webhook is not None else None


def rendered(event: Event, target: Target) -> bytes | None:
    """Return the exact bytes that a target gets; None if its dialect has no such event."""
    return RENDERERS[target.dialect](event, target.number)


def event_id(event: Event) -> str:
    """Return the id that is the same in every copy of an event."""
    return f"evt_{event.key}"


def batch_id(first: EventKey) -> str:
    """Return the id of what several deliveries, in order, are told in."""
    return f"batch_{first}"
