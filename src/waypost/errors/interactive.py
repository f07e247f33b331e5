"""Errors about interactive messages. On-Premises tells more of them apart than the Cloud does.

Those after `INVALID_FLOW` are never found here, where no catalogs and flows are kept: a network tells them, or a fault
rule orders them.
"""

from waypost.errors.base import Problem

_NOT_VALID = "Parameter value is not valid"

SECTION_COUNT = Problem(
    name="section_count", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2015, onprem_http=400, onprem_title="Invalid number of sections",
    fix="Give from 1 to 10 sections.",
)  # fmt: skip
ROW_COUNT = Problem(
    name="row_count", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2016, onprem_http=400, onprem_title="Invalid number of rows",
    fix="Give each section at least one row, and all of them together at most ten.",
)  # fmt: skip
CHARACTER_POLICY = Problem(
    name="character_policy", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2017, onprem_http=400, onprem_title="Character Policy Violated",
    fix="Leave the characters out that the details name: no emoji and no markup in labels.",
)  # fmt: skip
PRODUCT_COUNT = Problem(
    name="product_count", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2023, onprem_http=400, onprem_title="Invalid number of product",
    fix="Give each section at least one product, and all of them together at most thirty.",
)  # fmt: skip
HEADER_STRUCTURE = Problem(
    name="header_structure", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2036, onprem_http=400, onprem_title="Invalid Header Structure",
    fix="Give a header that this kind of interactive message has, or none.",
)  # fmt: skip
INVALID_FLOW = Problem(
    name="invalid_flow", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2064, onprem_http=400, onprem_title="Invalid Flow ID",
    fix="Name a Flow of your own account, published or sent as a draft.",
)  # fmt: skip
CATALOG_NOT_FOUND = Problem(
    name="catalog_not_found", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2024, onprem_http=400, onprem_title="Catalog ID not found",
    fix="Give the id of a catalog that exists.",
)  # fmt: skip
CATALOG_NOT_LINKED = Problem(
    name="catalog_not_linked", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2025, onprem_http=400, onprem_title="Catalog ID not linked to API number",
    fix="Connect the catalog to the number's account.",
)  # fmt: skip
MISSING_PRODUCTS = Problem(
    name="missing_products", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2026, onprem_http=400, onprem_title="Missing products",
    fix="Take the products out that the catalog does not hold.",
)  # fmt: skip
NO_PRODUCTS = Problem(
    name="no_products", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2027, onprem_http=400, onprem_title="No products found",
    fix="Give products that the catalog holds.",
)  # fmt: skip
RECEIVER_INCAPABLE = Problem(
    name="receiver_incapable", code=131026, http=400, title="Message undeliverable",
    onprem_code=1026, onprem_http=400, onprem_title="Receiver incapable",
    fix="The user's app is too old for this kind of message; send it as text.",
)  # fmt: skip
FLOW_BLOCKED = Problem(
    name="flow_blocked", code=132068, http=400, title="Flow is blocked",
    onprem_code=2068, onprem_http=400, onprem_title="Flow is blocked",
    fix="Repair the Flow's endpoint, or use another Flow.",
)  # fmt: skip
FLOW_THROTTLED = Problem(
    name="flow_throttled", code=132069, http=400, title="Flow is throttled",
    onprem_code=2069, onprem_http=400, onprem_title="Flow is throttled",
    fix="Repair the Flow's endpoint; until then ten messages an hour are taken.",
)  # fmt: skip
