"""Accounts, and who acts for them, as the graph shows them; and what is told when the platform changes its mind.

# spec: cloud-api.md#10, cloud-api.md#13.11
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")
NUMBERS_FIELD = "phone_numbers"
"""Of an account: its numbers, each with the fields that are asked for in braces."""
DEFAULT_FIELDS = ("name", "currency", "timezone_id", "message_template_namespace")


class AccountObject(Struct, kw_only=True):
    """Everything that can be asked of an account."""

    id: str
    name: str
    currency: str
    timezone_id: str
    message_template_namespace: str
    account_review_status: str
    business_verification_status: str = "verified"
    country: str = "US"
    ownership_type: str = "SELF"
    status: str
    owner_business_info: dict[str, str]
    health_status: dict[str, Any]


ACCOUNT_FIELDS = frozenset(
    {
        *AccountObject.__struct_fields__,
        # Asked for by client libraries, and without a value here: the graph leaves such a field out.
        "disable_marketing_messages_on_cloud_api", "is_enabled_for_insights", "marketing_messages_lite_api_status",
        "marketing_messages_onboarding_status", "on_behalf_of_business_info", "subscribed_apps", NUMBERS_FIELD,
    }
)  # fmt: skip


class AppObject(Struct, kw_only=True):
    """The app that a token belongs to."""

    id: str
    name: str = "Waypost"
    category: str = "Business and pages"
    link: str = ""
    namespace: str = "waypost"


APP_FIELDS = frozenset(AppObject.__struct_fields__)


class Exchange(Struct):
    """The parameters of a token exchange."""

    client_id: str = ""
    client_secret: str = ""
    grant_type: str = ""
    fb_exchange_token: str = ""


def token_answer(app_id: str, user_id: str, waba_id: str) -> bytes:
    """Return what is told of a token that works.

    # spec: cloud-api.md#13.11 - the form is that of the graph
    """
    data = {
        "app_id": app_id,
        "type": "SYSTEM_USER",
        "application": "Waypost",
        "data_access_expires_at": 0,
        "expires_at": 0,
        "is_valid": True,
        "scopes": list(SCOPES),
        "granular_scopes": [{"scope": scope, "target_ids": [waba_id]} for scope in SCOPES],
        "user_id": user_id,
    }
    return msgspec.json.encode({"data": data})


def no_token_answer() -> bytes:
    """Return what is told of a token that does not work."""
    error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
    return msgspec.json.encode({"data": {"error": error, "is_valid": False, "scopes": []}})


def review_notice(decision: str) -> bytes:
    """Return the value of `account_review_update`."""
    return msgspec.json.encode({"decision": decision})


def restriction_notice(kind: str, expires: int) -> bytes:
    """Return the value of `account_update` for a restriction; `expires` in Unix seconds.

    # spec: samples/cloud/hook_account_update_restriction.json
    """
    restriction = {"restriction_type": kind, "expiration": expires}
    return msgspec.json.encode({"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]})


def ban_notice(state: Literal["DISABLE", "REINSTATE"], date: str) -> bytes:
    """Return the value of `account_update` for an account that is disabled, or let back."""
    return msgspec.json.encode(
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state, "waba_ban_date": date}}
    )
