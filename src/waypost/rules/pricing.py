"""What a status says about the price of its message.

# spec: cloud-api.md#12.3
"""

from waypost.model import EntryPoint, Pricing

_FREE_SERVICE = Pricing(billable=False, type="free_customer_service", category="service")
_FREE_UTILITY = Pricing(billable=False, type="free_customer_service", category="utility")


def price(kind: str, category: str, *, window_open: bool, entry: EntryPoint | None = None) -> Pricing:
    """Return the price of a message: free inside a window, unless the template is marketing or authentication.

    In a free entry point everything is free.
    """
    if entry is not None:
        return Pricing(billable=False, type="free_entry_point", category="referral_conversion", entry=entry)
    if kind != "template":
        return _FREE_SERVICE
    if category == "utility" and window_open:
        return _FREE_UTILITY
    return Pricing(billable=True, type="regular", category=category)
