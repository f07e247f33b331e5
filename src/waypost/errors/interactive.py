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
    rule="A list has no section, or more than ten.",
    trigger="Send a list with eleven sections.",
)  # fmt: skip
ROW_COUNT = Problem(
    name="row_count", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2016, onprem_http=400, onprem_title="Invalid number of rows",
    fix="Give each section at least one row, and all of them together at most ten.",
    rule="A section has no row, or a list more than ten.",
    trigger="Send a list with eleven rows.",
)  # fmt: skip
CHARACTER_POLICY = Problem(
    name="character_policy", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2017, onprem_http=400, onprem_title="Character Policy Violated",
    fix="Leave the characters out that the details name: no emoji and no markup in labels.",
    rule="A label has signs that labels must not have.",
    trigger="Send a reply button with an emoji.",
)  # fmt: skip
PRODUCT_COUNT = Problem(
    name="product_count", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2023, onprem_http=400, onprem_title="Invalid number of product",
    fix="Give each section at least one product, and all of them together at most thirty.",
    rule="A section has no product, or a list more than thirty.",
    trigger="Send a product list with 31 products.",
)  # fmt: skip
HEADER_STRUCTURE = Problem(
    name="header_structure", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2036, onprem_http=400, onprem_title="Invalid Header Structure",
    fix="Give a header that this kind of interactive message has, or none.",
    rule="The header is not one that this kind of message has.",
    trigger="Send a product message with a header.",
)  # fmt: skip
INVALID_FLOW = Problem(
    name="invalid_flow", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2064, onprem_http=400, onprem_title="Invalid Flow ID",
    fix="Name a Flow of your own account, published or sent as a draft.",
    rule="There is no Flow of this id in the account.",
)  # fmt: skip
CATALOG_NOT_FOUND = Problem(
    name="catalog_not_found", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2024, onprem_http=400, onprem_title="Catalog ID not found",
    fix="Give the id of a catalog that exists.",
    rule="There is no catalog of this id.",
    when="webhook",
)  # fmt: skip
CATALOG_NOT_LINKED = Problem(
    name="catalog_not_linked", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2025, onprem_http=400, onprem_title="Catalog ID not linked to API number",
    fix="Connect the catalog to the number's account.",
    rule="The catalog does not belong to the number's account.",
    when="webhook",
)  # fmt: skip
MISSING_PRODUCTS = Problem(
    name="missing_products", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2026, onprem_http=400, onprem_title="Missing products",
    fix="Take the products out that the catalog does not hold.",
    rule="Some of the products are not in the catalog; an On-Premises client is told so in a status `warning`.",
    trigger="`PATCH /_waypost/v1/numbers/{id}` with `missing_products`, then send one of them among others.",
    when="webhook",
)  # fmt: skip
NO_PRODUCTS = Problem(
    name="no_products", code=131009, http=400, title=_NOT_VALID,
    onprem_code=2027, onprem_http=400, onprem_title="No products found",
    fix="Give products that the catalog holds.",
    rule="None of the products is in the catalog.",
    trigger="`PATCH /_waypost/v1/numbers/{id}` with `missing_products`, then send one of them.",
    when="webhook",
)  # fmt: skip
RECEIVER_INCAPABLE = Problem(
    name="receiver_incapable", code=131026, http=400, title="Message undeliverable",
    onprem_code=1026, onprem_http=400, onprem_title="Receiver incapable",
    fix="The user's app is too old for this kind of message; send it as text.",
    rule="The user's app cannot show this kind of message.",
    when="webhook",
)  # fmt: skip
FLOW_BLOCKED = Problem(
    name="flow_blocked", code=132068, http=400, title="Flow is blocked",
    onprem_code=2068, onprem_http=400, onprem_title="Flow is blocked",
    fix="Repair the Flow's endpoint, or use another Flow.",
    rule="The Flow is blocked because its endpoint does not work.",
)  # fmt: skip
FLOW_THROTTLED = Problem(
    name="flow_throttled", code=132069, http=400, title="Flow is throttled",
    onprem_code=2069, onprem_http=400, onprem_title="Flow is throttled",
    fix="Repair the Flow's endpoint; until then ten messages an hour are taken.",
    rule="The Flow is throttled, and its ten messages of this hour are used up.",
)  # fmt: skip
