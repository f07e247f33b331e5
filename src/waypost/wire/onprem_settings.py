"""The On-Premises settings: read what a client changes, show what is set.

# spec: on-premises-api.md#7.1
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta, Struct

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.complaints import shown
from waypost.wire.facts import CallbackSettings
from waypost.wire.reading import parse

_JSON = dict[str, Any]  # Any: a JSON object
_Text = Annotated[str, Meta(max_length=256)]
_Number = int | _Text  # clients of this dialect write numbers as strings too

_DOWNLOADS = ("image", "document", "audio", "voice", "video", "sticker")
_CONCURRENCY = (6, 12, 18, 24)
_DAY_MS = 86_400_000
_DIGITS = re.compile(r"[0-9]{1,15}")

DEFAULTS: Mapping[str, Any] = {  # Any: JSON
    "heartbeat_interval": 5,
    "log_level": "info",
    "unhealthy_interval": 30,
    "verbose_logging": False,
}
"""The fields without effect in Waypost, as they are shown before they are set.

# spec: samples/onprem/055-settings-application-get-response.json
"""

_ORDER = (
    "callback_backoff_delay_ms", "callback_persist", "garbagecollector_enable", "heartbeat_interval",
    "max_callback_backoff_delay_ms", "media", "notify_user_change_number", "show_security_notifications",
    "unhealthy_interval", "wa_id", "webhooks",
)  # fmt: skip
"""How the sample shows them; what it does not have comes last."""


class SettingsFacts(CallbackSettings, Protocol):
    """The settings of a number as they are kept."""

    @property
    def backoff_step_ms(self) -> int:
        """`callback_backoff_delay_ms`."""
        ...

    @property
    def backoff_max_ms(self) -> int:
        """`max_callback_backoff_delay_ms`."""
        ...

    @property
    def max_concurrent_requests(self) -> int:
        """`webhooks.max_concurrent_requests`."""
        ...

    @property
    def callback_persist(self) -> bool:
        """`callback_persist`."""
        ...

    @property
    def collect_messages(self) -> bool | None:
        """`garbagecollector_enable.messages`; None until it is set."""
        ...

    @property
    def collect_media(self) -> bool | None:
        """`garbagecollector_enable.media`; None until it is set."""
        ...

    @property
    def other(self) -> bytes:
        """The fields that are only stored, a JSON object."""
        ...


class _Given(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """Absent and null are the same: the field stays as it is."""


class _Statuses(_Given):
    sent: bool | None = None
    delivered: bool | None = None
    read: bool | None = None


class _Webhooks(_Given):
    url: str | None = None
    max_concurrent_requests: _Number | None = None
    message: _Statuses | None = None


class _Media(_Given):
    auto_download: list[str] | None = None


class _Collector(_Given):
    messages: bool | None = None
    media: bool | None = None


class _Stored(_Given):
    """What is stored and given back, without effect in Waypost."""

    axolotl_context_striping_disabled: bool | None = None
    heartbeat_interval: _Number | None = None
    log_level: _Text | None = None
    on_call_pager: _Text | None = None
    pass_through: bool | None = None
    tcp_listen_address: _Text | None = None
    """Of clients older than the reference; wabclient sends it with every change."""
    unhealthy_interval: _Number | None = None
    verbose_logging: bool | None = None


class _Application(_Stored):
    callback_backoff_delay_ms: _Number | None = None
    callback_persist: bool | None = None
    db_garbagecollector_enable: bool | None = None
    """The older name of `garbagecollector_enable.messages`, which wins."""
    garbagecollector_enable: _Collector | None = None
    max_callback_backoff_delay_ms: _Number | None = None
    media: _Media | None = None
    notify_user_change_number: bool | None = None
    show_security_notifications: bool | None = None
    sent_status: bool | None = None
    wa_id: str | None = None
    webhooks: _Webhooks | None = None


class ApplicationPatch(Struct, frozen=True):
    """What a client changes; None leaves a field as it is."""

    webhook_url: str | None = None
    """An empty one removes the webhook."""
    backoff_step_ms: int | None = None
    backoff_max_ms: int | None = None
    max_concurrent_requests: int | None = None
    sent: bool | None = None
    delivered: bool | None = None
    read: bool | None = None
    auto_download: tuple[str, ...] | None = None
    callback_persist: bool | None = None
    collect_messages: bool | None = None
    collect_media: bool | None = None
    notify_number_change: bool | None = None
    security_notifications: bool | None = None
    stored: _JSON = {}

    def merged(self, other: bytes) -> bytes:
        """Return the stored fields, a JSON object, with the changes in it."""
        return msgspec.json.encode(_merge(msgspec.json.decode(other), self.stored))


def parse_application(raw: bytes, *, wa_id: str) -> ApplicationPatch:
    """Read a body of `PATCH /v1/settings/application` for the number `wa_id`; raises Refusal.

    `wa_id` is read-only: a client may send back what it was shown. `sent_status` is the old name of
    `webhooks.message.sent`, which wins.
    """
    given = parse(_Application, raw)
    if given.wa_id not in (None, wa_id):
        raise Refusal(INVALID_VALUE, f"Parameter 'wa_id' cannot be set; it is {wa_id}. Leave it out.")
    webhooks = given.webhooks or _Webhooks()
    message = webhooks.message or _Statuses()
    collector = given.garbagecollector_enable or _Collector()
    return ApplicationPatch(
        webhook_url=webhooks.url,
        backoff_step_ms=_whole("callback_backoff_delay_ms", given.callback_backoff_delay_ms, most=_DAY_MS),
        backoff_max_ms=_whole("max_callback_backoff_delay_ms", given.max_callback_backoff_delay_ms, most=_DAY_MS),
        max_concurrent_requests=_concurrency(webhooks.max_concurrent_requests),
        sent=given.sent_status if message.sent is None else message.sent,
        delivered=message.delivered,
        read=message.read,
        auto_download=_downloads((given.media or _Media()).auto_download),
        callback_persist=given.callback_persist,
        collect_messages=given.db_garbagecollector_enable if collector.messages is None else collector.messages,
        collect_media=collector.media,
        notify_number_change=given.notify_user_change_number,
        security_notifications=given.show_security_notifications,
        stored=_stored(given),
    )


def application(settings: SettingsFacts, *, wa_id: str, webhook_url: str) -> _JSON:
    """Return the object that `GET /v1/settings/application` shows."""
    message = {"sent": settings.sent, "delivered": settings.delivered, "read": settings.read}
    webhooks = {
        "url": webhook_url,
        "max_concurrent_requests": settings.max_concurrent_requests,
        "message": message,
    }
    effective = {
        "callback_backoff_delay_ms": settings.backoff_step_ms,
        "callback_persist": settings.callback_persist,
        # spec: samples/onprem/055-settings-application-get-response.json: as the sample has them until they are set
        "garbagecollector_enable": {
            "media": bool(settings.collect_media),
            "messages": settings.collect_messages is not False,
        },
        "max_callback_backoff_delay_ms": settings.backoff_max_ms,
        "media": {"auto_download": list(settings.auto_download)},
        "notify_user_change_number": settings.notify_number_change,
        "show_security_notifications": settings.security_notifications,
        "wa_id": wa_id,
        "webhooks": webhooks,
    }
    fields = _merge(_merge(DEFAULTS, msgspec.json.decode(settings.other)), effective)
    return {name: fields[name] for name in _ORDER} | fields


def _stored(given: _Application) -> _JSON:
    """Return the fields to store, in the form in which they are shown."""
    given.heartbeat_interval = _whole("heartbeat_interval", given.heartbeat_interval, most=_DAY_MS)
    given.unhealthy_interval = _whole("unhealthy_interval", given.unhealthy_interval, most=_DAY_MS)
    if given.pass_through:
        given.pass_through = False  # spec: on-premises-api.md#7.1: it cannot be switched on any more
    built: _JSON = msgspec.to_builtins(given)
    return {name: value for name, value in built.items() if name in _Stored.__struct_fields__}


def _downloads(kinds: list[str] | None) -> tuple[str, ...] | None:
    for kind in kinds or ():
        if kind not in _DOWNLOADS:
            details = f"Parameter 'media.auto_download' holds {shown(kind)}; the types are {', '.join(_DOWNLOADS)}."
            raise Refusal(INVALID_VALUE, details)
    return None if kinds is None else tuple(dict.fromkeys(kinds))


def _concurrency(value: int | str | None) -> int | None:
    number = _whole("webhooks.max_concurrent_requests", value, most=max(_CONCURRENCY))
    if number is not None and number not in _CONCURRENCY:
        details = f"Parameter 'webhooks.max_concurrent_requests' is {number}; it can be 6, 12, 18 or 24."
        raise Refusal(INVALID_VALUE, details)
    return number


def _whole(name: str, value: int | str | None, *, most: int) -> int | None:
    """Return a number that may have come as a string of digits; raises Refusal unless it is from 1 to `most`."""
    if value is None:
        return None
    number = int(value) if isinstance(value, int) or _DIGITS.fullmatch(value) else 0
    if not 1 <= number <= most:
        details = f"Parameter '{name}' is {shown(value)}; it must be a whole number from 1 to {most}."
        raise Refusal(INVALID_VALUE, details)
    return number


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> _JSON:  # Any: JSON
    """Return `under` with the members of `over` in it; objects are merged, all else is replaced."""
    merged = dict(under)
    for name, value in over.items():
        inner = merged.get(name)
        merged[name] = _merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
