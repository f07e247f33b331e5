"""Phone numbers as the graph shows and changes them.

# spec: cloud-api.md#13.4
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from waypost.wire.wanted import matching
from waypost.wire.webhooks import WebhookConfiguration

Pin = Annotated[str, matching("six digits", pattern=r"^[0-9]{6}\Z")]
_FIRST_LIMIT = 250  # of a business that has not been verified
DEFAULT_FIELDS = ("display_phone_number", "verified_name", "quality_rating")


class NumberObject(Struct, kw_only=True):
    """Everything that can be asked of a number.

    # spec: samples/cloud/mgmt_resp_phone_number.json
    """

    id: str
    display_phone_number: str
    verified_name: str
    quality_rating: str
    code_verification_status: str
    name_status: str
    new_display_name: str | None
    new_name_status: str
    throughput: dict[str, str]
    status: str
    platform_type: str
    account_mode: str
    whatsapp_business_manager_messaging_limit: str
    messaging_limit_tier: str
    is_pin_enabled: bool
    is_official_business_account: bool = False
    is_on_biz_app: bool = False
    health_status: dict[str, Any]
    webhook_configuration: dict[str, str]
    conversational_automation: dict[str, Any]


NUMBER_FIELDS = frozenset(
    {
        *NumberObject.__struct_fields__,
        # Asked for by client libraries, and without a value here: the graph leaves such a field out.
        "certificate", "country_code", "country_dial_code", "eligibility_for_api_business_global_search",
        "is_preverified_number", "last_onboarded_time", "new_certificate", "quality_score", "search_visibility",
    }
)  # fmt: skip


class NumberWish(Struct):
    """The body of `POST /{phone_number_id}`: any of these."""

    pin: Pin | UnsetType = UNSET
    new_display_name: Annotated[str, Meta(min_length=3, max_length=75)] | UnsetType = UNSET
    webhook_configuration: WebhookConfiguration | UnsetType = UNSET


class RegisterRequest(Struct):
    """The body that registers a number; what is left out here is accepted and changes nothing.

    # spec: samples/cloud/mgmt_req_register.json
    """

    messaging_product: Literal["whatsapp"]
    pin: Pin


class CodeRequest(Struct):
    """How the code is to be brought."""

    code_method: Literal["SMS", "VOICE"]
    language: Annotated[str, matching("a language code, as en or en_US", pattern=r"^[a-z]{2,3}(_[A-Z]{2})?\Z")]


class CodeGiven(Struct):
    """The code that was brought."""

    code: Annotated[str, Meta(min_length=1, max_length=20)]


class Settings(Struct, omit_defaults=True):
    """What is stored of a number's settings; Waypost places no calls, and encrypts and keeps data in its own way.

    Only the check of identities has an effect.
    """

    calling: dict[str, Any] | UnsetType = UNSET
    user_identity_change: dict[str, Any] | UnsetType = UNSET
    payload_encryption: dict[str, Any] | UnsetType = UNSET
    storage_configuration: dict[str, Any] | UnsetType = UNSET

    @property
    def checks_identities(self) -> bool | None:
        """Whether a message for another identity than the user's own is to be refused; None if that is not said."""
        given = (
            None if self.user_identity_change is UNSET else self.user_identity_change.get("enable_identity_key_check")
        )
        return given if isinstance(given, bool) else None


def quality_notice(digits: str, event: str, tier: str, *, old_tier: str | None = None) -> bytes:
    """Return the value of `phone_number_quality_update`.

    # spec: samples/cloud/hook_phone_quality_throughput.json
    """
    value = {"display_phone_number": digits, "event": event, "current_limit": tier}
    if old_tier is not None:
        value["old_limit"] = old_tier
    return msgspec.json.encode({**value, "max_daily_conversations_per_business": tier})


def capability_notice(users: int | None, *, per_business: bool) -> bytes:
    """Return the value of `business_capability_update` for a messaging limit of so many users a day; None: unlimited.

    From v24.0 on the limit is told as that of the business. That it is a number, with -1 for no limit, and how many
    numbers a business may have at it, is (unconfirmed): the platform's page has it so.

    # spec: cloud-api.md#10
    """
    limit = "max_daily_conversations_per_business" if per_business else "max_daily_conversation_per_phone"
    numbers = ("max_phone_numbers_per_business", 2) if users == _FIRST_LIMIT else ("max_phone_numbers_per_waba", 25)
    return msgspec.json.encode(dict([(limit, -1 if users is None else users), numbers]))


def pin_notice(digits: str, requester: str) -> bytes:
    """Return the value of `security`; its keys are (unconfirmed).

    # spec: cloud-api.md#10
    """
    return msgspec.json.encode({"display_phone_number": digits, "event": "PIN_CHANGED", "requester": requester})


def name_notice(digits: str, *, approved: bool, name: str, reason: str | None) -> bytes:
    """Return the value of `phone_number_name_update`.

    # spec: cloud-api.md#10
    """
    decision = "APPROVED" if approved else "REJECTED"
    return msgspec.json.encode(
        {
            "display_phone_number": digits,
            "decision": decision,
            "requested_verified_name": name,
            "rejection_reason": reason,
        }
    )
