"""A text with a button that opens the whole catalog. Catalogs are not kept here.

# spec: cloud-api.md#3.6
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from waypost.errors import Fault
from waypost.wire.interactive.base import Kind, NotEmpty, constant_fault

NAME = "catalog_message"


class Parameters(Struct, omit_defaults=True):
    """Whose picture is shown; the guides call it optional, the specification does not."""

    thumbnail_product_retailer_id: NotEmpty | None = None


class Action(Struct, omit_defaults=True):
    """The button."""

    name: str
    parameters: Parameters | None = None


class CatalogMessage(Kind, tag=NAME, kw_only=True):
    """A text with a button that opens the catalog."""

    headers: ClassVar[Sequence[str]] = ()

    action: Action

    def action_fault(self) -> Fault | None:
        """Return the fault of another name than the one there is."""
        return constant_fault("interactive.action.name", self.action.name, NAME)
