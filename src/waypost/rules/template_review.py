"""What the review of a template decides: always the same for the same text, and never at random.

A template is approved unless it breaks one of two policies that its words can break. Whatever else a real review may
object to, the operator orders.

# spec: cloud-api.md#10, samples/cloud/hook_template_status_rejected.json
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from waypost.wire.definitions import Component, fixed_parts

_SELLING = re.compile(
    r"\d ?% off\b|\bdiscount|\bpromo(tion)? code\b|\bcoupon\b|\blimited[- ]time offer\b", re.IGNORECASE
)


class Approved(Struct, frozen=True):
    """It may be sent; filed under another category if the review thinks so."""

    category: str


class Rejected(Struct, frozen=True):
    """It may not; `reason` is the platform's word, the rest is for people."""

    reason: str
    explanation: str = ""
    recommendation: str = ""


def decide(components: Sequence[Component], category: str, *, may_change_category: bool) -> Approved | Rejected:
    """Return what the review says.

    Two variables with nothing but blanks between them are an invalid format; a utility template that speaks of
    discounts, coupons or promotion codes is marketing.
    """
    if any(_touching(part.text or "") for part in components):
        return Rejected("INVALID_FORMAT", "Two parameters touch each other.", "Put words between the parameters.")
    if category == "UTILITY" and any(_SELLING.search(part.text or "") for part in components):
        return Approved("MARKETING") if may_change_category else Rejected("INCORRECT_CATEGORY")
    return Approved(category)


def _touching(text: str) -> bool:
    return any(not piece.strip() for piece in fixed_parts(text)[1:-1])
