"""Bodies that set where events go, and the answers that show it.

# spec: cloud-api.md#13.3, on-premises-api.md#10
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

OBJECT = "whatsapp_business_account"
FIELDS = (
    "account_alerts", "account_review_update", "account_update", "automatic_events", "business_capability_update",
    "calls", "flows", "history", "message_template_components_update", "message_template_quality_update",
    "message_template_status_update", "messages", "partner_solutions", "payment_configuration_update",
    "phone_number_name_update", "phone_number_quality_update", "security", "smb_app_state_sync", "smb_message_echoes",
    "template_category_update", "user_preferences",
)  # fmt: skip
"""The webhook fields that can be subscribed to.

# spec: cloud-api.md#10
"""


class Configuration(Struct, omit_defaults=True):
    """360dialog's: the URL, and headers that every call carries."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


class AccountConfiguration(Configuration, omit_defaults=True):
    """360dialog's for a whole account; `override_all` takes away what single numbers have set."""

    override_all: bool = False


class WebhookConfiguration(Struct):
    """Meta's override for one number; an empty URL removes it."""

    override_callback_uri: str
    verify_token: str = ""


class AppSubscription(Struct):
    """Meta's subscription of an app to an account; a URL is the account's override, none lifts it."""

    override_callback_uri: str = ""
    verify_token: str = ""


class Subscription(Struct):
    """Meta's own callback of an app; `fields` is an array, or names between commas, and absent means all."""

    object: str
    callback_url: str
    verify_token: str = ""
    fields: str | list[str] | None = None


def field_names(given: str | Sequence[str] | None) -> list[str]:
    """Return the names of fields that are given as an array or between commas."""
    names = given.split(",") if isinstance(given, str) else given or ()
    return [name.strip() for name in names if name.strip()]


def subscribed_apps_answer(app_id: int, name: str, *, subscribed: bool, override_url: str | None) -> bytes:
    """Return the apps that are subscribed to an account: at most the one whose token asks."""
    app: dict[str, Any] = {  # Any: a JSON object
        "whatsapp_business_api_data": {
            "id": str(app_id),
            "name": name,
            "link": f"https://www.facebook.com/games/?app_id={app_id}",
        }
    }
    if override_url is not None:
        app["override_callback_uri"] = override_url
    return msgspec.json.encode({"data": [app] if subscribed else []})


def subscriptions_answer(url: str | None, fields: Sequence[str], version: str) -> bytes:
    """Return what an app is subscribed to: nothing without a callback."""
    if url is None:
        return b'{"data":[]}'
    names = [{"name": name, "version": version} for name in fields]
    return msgspec.json.encode({"data": [{"object": OBJECT, "callback_url": url, "active": True, "fields": names}]})
