"""One product of a catalog.

Catalogs are not kept here: the phone shows the product's id, and the operator says which products are missing.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from waypost.wire.interactive.base import Kind, NotEmpty


class Action(Struct):
    """The product."""

    catalog_id: NotEmpty
    product_retailer_id: NotEmpty


class ProductMessage(Kind, tag="product", kw_only=True):
    """One product; its picture takes the place of a header."""

    headers: ClassVar[Sequence[str]] = ()
    needs_body: ClassVar[bool] = False

    action: Action

    def products(self) -> Sequence[str]:
        """Return the product."""
        return (self.action.product_retailer_id,)
