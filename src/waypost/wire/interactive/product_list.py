"""Up to thirty products of a catalog, in sections.

Catalogs are not kept here: the phone shows the products' ids, and the operator says which are missing.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.errors.interactive import PRODUCT_COUNT
from waypost.wire.interactive.base import Kind, NotEmpty
from waypost.wire.interactive.sections import Entries, SectionTitle, sections_fault

MAX_PRODUCTS = 30

_PRODUCTS = Entries("product_items", "product", MAX_PRODUCTS, PRODUCT_COUNT)


class Product(Struct):
    """One product."""

    product_retailer_id: NotEmpty


class Section(Struct, omit_defaults=True):
    """Products under a title."""

    title: SectionTitle | None = None
    product_items: list[Product] = []


class Action(Struct):
    """The catalog, and what of it is shown."""

    catalog_id: NotEmpty
    sections: list[Section]


class ProductListMessage(Kind, tag="product_list", kw_only=True):
    """Several products under a text header."""

    headers: ClassVar[Sequence[str]] = ("text",)
    needs_header: ClassVar[bool] = True

    action: Action

    def products(self) -> Sequence[str]:
        """Return the products of all sections."""
        return [item.product_retailer_id for section in self.action.sections for item in section.product_items]

    def action_fault(self) -> Fault | None:
        """Return what is wrong with the number of sections and products, or with the titles."""
        sections = self.action.sections
        counts = [len(section.product_items) for section in sections]
        return sections_fault([section.title for section in sections], counts, _PRODUCTS)
