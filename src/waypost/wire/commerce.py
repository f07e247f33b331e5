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

    def on(self, commerce: Commerce) -> Commerce:
        """Return the settings with the change made."""
        cart, catalog = self.is_cart_enabled, self.is_catalog_visible
        return Commerce(
            commerce.is_cart_enabled if cart is UNSET else cart,
            commerce.is_catalog_visible if catalog is UNSET else catalog,
        )
