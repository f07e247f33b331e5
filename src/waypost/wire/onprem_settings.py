"""The On-Premises settings of a number: what is stored, what a client changes, and what it is shown.

# spec: on-premises-api.md#7.1
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.complaints import shown
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


class OnPremSettings(Struct, frozen=True):
    """`/v1/settings/application`: the fields that take effect, and the others as they were set.

    # spec: on-premises-api.md#7.1
    """

    backoff_step_ms: int = 3_000
    backoff_max_ms: int = 900_000
    max_concurrent_requests: int = 6
    sent: bool = False
    delivered: bool = True
    read: bool = True
    auto_download: tuple[str, ...] = _DOWNLOADS
    """The types of files from users that come with an id."""
    notify_number_change: bool = True
    security_notifications: bool = False
    """Whether a user's changed identity is told, and holds messages to them back until it is acknowledged."""
    callback_persist: bool = True
    """Whether callbacks that wait outlive a restart."""
    collect_messages: bool | None = None
    """Whether Waypost deletes old messages; None: not set, and it does not."""
    collect_media: bool | None = None
    """Whether Waypost deletes files that have expired; None: not set, and it does."""
    contacts_mode: Literal["always_valid", "classic"] = "always_valid"
    """`classic` behaves as clients before v2.39 and v2.43 did: contacts are checked, and unknown ones refused.

    # spec: on-premises-api.md#6.1
    """
    shards: int = 1
    other: bytes = b"{}"
    """JSON object of the fields that are stored and given back."""


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

    def applied(self, settings: OnPremSettings) -> OnPremSettings:
        """Return the settings with the changes in them."""
        given = {name: value for name, value in asdict(self).items() if value is not None and hasattr(settings, name)}
        other = _merge(msgspec.json.decode(settings.other), self.stored)
        return replace(settings, other=msgspec.json.encode(other), **given)


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


def application(settings: OnPremSettings, *, wa_id: str, webhook_url: str) -> _JSON:
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
