"""What a status says about the price of its message.

# spec: cloud-api.md#12.3
"""

from waypost.model import Pricing


def price(kind: str, category: str, *, window_open: bool) -> Pricing:
    """Return the price of a message: free inside the window, unless the template is marketing or authentication."""
    if kind != "template":
        return Pricing(billable=False, type="free_customer_service", category="service")
    if category == "utility" and window_open:
        return Pricing(billable=False, type="free_customer_service", category="utility")
    return Pricing(billable=True, type="regular", category=category)
