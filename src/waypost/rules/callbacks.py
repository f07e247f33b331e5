"""Who is told: which callbacks an event of a number goes to."""

from waypost.model import Dialect, Endpoint, Number, Webhook

MESSAGES = "messages"
"""The webhook field of statuses and of what users write."""

OVERRIDABLE = frozenset({MESSAGES, "calls", "smb_message_echoes", "smb_app_state_sync", "history"})
"""The fields that an override may take away from the app's own callback.

# spec: cloud-api.md#10
"""


def field_of(kind: str) -> str:
    """Return the webhook field that an event of this kind comes under."""
    return MESSAGES if kind in ("status", "message") else kind


def main_callback(number: Number, kind: str) -> Webhook | None:
    """Return where the platform sends an event of this kind; None if the app is not subscribed to its field.

    The override of the number comes first, then that of the account, then the app's own callback.

    # spec: cloud-api.md#10, cloud-api.md#13.3
    """
    callbacks, field = number.callbacks, field_of(kind)
    if not callbacks.subscribed or (callbacks.fields is not None and field not in callbacks.fields):
        return None
    if field in OVERRIDABLE:
        return callbacks.number or callbacks.account or number.webhook
    return number.webhook


def endpoints(number: Number, kind: str) -> tuple[Endpoint, ...]:
    """Return the further endpoints that are told of an event of this kind."""
    field = field_of(kind)
    return tuple(one for one in number.callbacks.further if one.fields is None or field in one.fields)


def endpoint(number: Number, endpoint_id: str) -> Endpoint | None:
    """Return a further endpoint by its id; None once it is deleted."""
    return next((one for one in number.callbacks.further if one.id == endpoint_id), None)


def roots_pem(number: Number, dialect: Dialect) -> str | None:
    """Return the authorities, as PEM, that callbacks in this dialect may rely on beside the usual ones.

    # spec: on-premises-api.md#8
    """
    return number.webhook_roots if dialect == "onprem" else None


def callbacks(number: Number) -> list[Webhook]:
    """Return every place where events of a number may go."""
    own = (number.callbacks.number, number.callbacks.account, number.webhook)
    return [hook for hook in own if hook is not None] + [one.webhook for one in number.callbacks.further]
