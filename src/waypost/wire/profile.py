"""The business profile: what is stored of it, what changes it, and how the graph shows it.

# spec: cloud-api.md#13.5
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER

Vertical = Literal[
    "", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY", "GOVT", "HOTEL",
    "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "ALCOHOL", "ONLINE_GAMBLING",
    "PHYSICAL_GAMBLING", "OTC_DRUGS", "NOT_A_BIZ", "UNDEFINED",
]  # fmt: skip
FIELDS = (
    "about", "address", "description", "email", "profile_picture_url", "websites", "vertical", "messaging_product",
)  # fmt: skip


class Profile(Struct, frozen=True, omit_defaults=True):
    """What a business says of itself; an empty member is not shown."""

    about: str = ""
    address: str = ""
    description: str = ""
    email: str = ""
    websites: list[str] = []
    vertical: str = ""
    profile_picture_handle: str = ""
    """Of the upload that the picture was set with."""
    profile_picture_url: str = ""


class ProfileChange(Struct, frozen=True, kw_only=True):
    """What is to change; an empty text takes a member away. The limits are those of the Cloud API."""

    about: Annotated[str, Meta(min_length=1, max_length=139)] | UnsetType = UNSET
    address: Annotated[str, Meta(max_length=256)] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=512)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    websites: Annotated[list[Annotated[str, Meta(max_length=256)]], Meta(max_length=2)] | UnsetType = UNSET
    vertical: Vertical | UnsetType = UNSET
    profile_picture_handle: str | UnsetType = UNSET
    profile_picture_url: str | UnsetType = UNSET


class ProfileRequest(ProfileChange, frozen=True, kw_only=True):
    """The body that changes a profile."""

    messaging_product: str = ""

    def check(self) -> None:
        """Raise Refusal for what the types cannot say."""
        if self.messaging_product != "whatsapp":
            raise Refusal(INVALID_PARAMETER, "Param messaging_product must be 'whatsapp'.")
        if self.email is not UNSET and self.email and not _is_email(self.email):
            raise Refusal(INVALID_PARAMETER, f"Param email is no e-mail address: '{self.email}'.")
        for website in self.websites or ():
            if not website.startswith(("http://", "https://")):
                raise Refusal(INVALID_PARAMETER, f"Param websites: '{website}' must begin with http:// or https://.")


def profile_answer(profile: Profile, wanted: Sequence[str]) -> bytes:
    """Return the answer to a look-up of these fields: what is empty is absent, but for the line of business.

    Client libraries read `vertical` without looking whether it is there; the graph calls an unset one `UNDEFINED`.

    # spec: samples/cloud/mgmt_resp_business_profile.json
    """
    shown = {name: getattr(profile, name, "") for name in wanted if getattr(profile, name, "")}
    if "vertical" in wanted:
        shown.setdefault("vertical", "UNDEFINED")
    return msgspec.json.encode({"data": [{**shown, "messaging_product": "whatsapp"}]})


def _is_email(text: str) -> bool:
    user, at, host = text.rpartition("@")
    return bool(user and at and "." in host and not any(sign.isspace() for sign in text))
