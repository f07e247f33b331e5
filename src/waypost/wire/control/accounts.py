"""Accounts, and what the platform thinks of them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from waypost.wire.control.base import Pace, Request
from waypost.wire.wanted import matching

_Currency = Annotated[str, matching("the three capital letters of a currency, as EUR", pattern=r"^[A-Z]{3}$(?!\n)")]
_TimeZone = Annotated[str, matching("the number of a time zone, 1 to 3 digits", pattern=r"^[0-9]{1,3}$(?!\n)")]
_Restriction = Annotated[
    str,
    matching(
        "a kind of restriction, as RESTRICTED_BIZ_INITIATED_MESSAGING",
        pattern=r"^RESTRICTED_[A-Z_]{1,80}$(?!\n)",
    ),
]


class AccountView(Struct):
    """An account as the platform regards it."""

    waba_id: str
    name: str
    currency: str
    timezone_id: str
    review: str
    disabled: bool
    restriction: str | None
    restriction_until: datetime | None
    template_pacing: int | None


class AccountList(Struct):
    """Every account."""

    accounts: list[AccountView]


class AccountChange(Request):
    """What is to change; review, disabling and restriction are told to the subscribers. A disabled account cannot send.

    A restriction ends by itself at `restriction_until`, in platform time; without it after seven days.
    `template_pacing`: of each marketing or utility template that is approved from now on, or resumed, so many messages
    go out, and the others are held for quality assessment; null: all go out.
    """

    name: Annotated[str, Meta(min_length=1, max_length=512)] | UnsetType = UNSET
    currency: _Currency | UnsetType = UNSET
    timezone_id: _TimeZone | UnsetType = UNSET
    review: Literal["APPROVED", "PENDING", "REJECTED"] | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    restriction: _Restriction | UnsetType | None = UNSET
    restriction_until: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    template_pacing: Pace | UnsetType | None = UNSET
