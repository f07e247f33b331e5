"""What a chat shows of a shop.

# spec: cloud-api.md#13.11
"""

from msgspec import UNSET, Struct, UnsetType


class Commerce(Struct, frozen=True):
    """What is set for a number."""

    is_cart_enabled: bool = True
    is_catalog_visible: bool = False


class CommerceChange(Struct, frozen=True):
    """What is to change."""

    is_cart_enabled: bool | UnsetType = UNSET
    is_catalog_visible: bool | UnsetType = UNSET
