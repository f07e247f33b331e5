"""Up to thirty products of a catalog, in sections. Catalogs are not kept here: the phone shows the products' ids.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.errors.interactive import PRODUCT_COUNT, SECTION_COUNT
from waypost.wire.interactive.base import Kind, NotEmpty, SectionTitle, count_fault, titles_fault

MAX_PRODUCTS = 30

_SECTIONS = "interactive.action.sections"
_ALLOWED = range(1, 11)


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

    def action_fault(self) -> Fault | None:
        """Return what is wrong with the number of sections and products, or with the titles."""
        sections = self.action.sections
        return (
            count_fault(_SECTIONS, len(sections), _ALLOWED, problem=SECTION_COUNT)
            or titles_fault(_SECTIONS, [section.title for section in sections])
            or _product_count_fault(sections)
        )


def _product_count_fault(sections: Sequence[Section]) -> Fault | None:
    for number, section in enumerate(sections):
        if not section.product_items:
            path = f"{_SECTIONS}[{number}].product_items"
            return Fault(PRODUCT_COUNT, f"Parameter '{path}' has 0 entries; give it at least 1 product.")
    count = sum(len(section.product_items) for section in sections)
    if count > MAX_PRODUCTS:
        return Fault(
            PRODUCT_COUNT,
            f"Parameter '{_SECTIONS}' has {count} products; all sections together may have at most {MAX_PRODUCTS}.",
        )
    return None
