"""Products that a message shows and the catalog does not hold: some are a warning, all of them the end of it.

# spec: on-premises-api.md#11.7, error-codes-onprem.tsv
"""

from collections.abc import Collection, Sequence

from waypost.errors import Fault
from waypost.errors.interactive import MISSING_PRODUCTS, NO_PRODUCTS


def fault(shown: Sequence[str], missing: Collection[str]) -> Fault | None:
    """Return why a message cannot be sent: the catalog holds none of its products."""
    if not shown or any(product not in missing for product in shown):
        return None
    return Fault(NO_PRODUCTS, f"The catalog does not hold {_named(shown)}.")


def warning(shown: Sequence[str], missing: Collection[str]) -> Fault | None:
    """Return what is wrong with a message that can be sent: the catalog holds only some of its products."""
    absent = [product for product in shown if product in missing]
    if not absent or len(absent) == len(shown):
        return None
    return Fault(MISSING_PRODUCTS, f"The catalog does not hold {_named(absent)}; the other products are shown.")


def _named(products: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(products))
