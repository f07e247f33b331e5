"""Errors of the On-Premises client that nothing here brings about by itself: a fault rule raises them.

The Cloud says most of them less exactly; where it has none at all, the nearest stands in.

# spec: error-codes-onprem.tsv, on-premises-api.md#13.1, migration.md#8.2, migration.md#8.3
"""

from waypost.errors.base import Problem

_CERTIFICATE_RULE = "The client was registered with a certificate that does not fit"
_CLOUD_HTTP = {131000: 500, 132001: 404}
"""Statuses of the Cloud's wider errors that are not 400.

# spec: error-codes.tsv
"""


def _of_message(
    name: str, onprem_code: int, onprem_title: str, *, cloud: tuple[int, str], rule: str, fix: str,
) -> Problem:  # fmt: skip
    """Return a problem that fails a message; the Cloud's code and title are those of its wider error."""
    code, title = cloud
    return Problem(
        name=name, code=code, http=_CLOUD_HTTP.get(code, 400), title=title, when="webhook",
        onprem_code=onprem_code, onprem_http=400, onprem_title=onprem_title, rule=rule, fix=fix,
    )  # fmt: skip


# -- The client itself --------------------------------------------------------------------------------------------

_UNAVAILABLE = "Service unavailable"

NOT_PRIMARY_MASTER = Problem(
    name="not_primary_master", code=131016, http=500, title=_UNAVAILABLE, retryable=True,
    onprem_code=1017, onprem_http=503, onprem_title="Not Primary Master",
    rule="The client runs several masters, and the one that was asked does not lead.",
    fix="Repeat the request; another master takes over within seconds.",
)  # fmt: skip
NOT_PRIMARY_COREAPP = Problem(
    name="not_primary_coreapp", code=131016, http=500, title=_UNAVAILABLE, retryable=True,
    onprem_code=1018, onprem_http=503, onprem_title="Not Primary Coreapp",
    rule="The client runs several nodes, and the one that was asked does not hold the number.",
    fix="Repeat the request; another node takes over within seconds.",
)  # fmt: skip
NO_WEBHOOK = Problem(
    name="no_webhook", code=131000, http=500, title="Something went wrong",
    onprem_code=1022, onprem_http=400, onprem_title="Webhooks URL is not configured",
    rule="The client has no address for its callbacks and is set to refuse messages then.",
    fix="Set `webhooks.url` with `PATCH /v1/settings/application`.",
)  # fmt: skip
DATABASE_ERROR = Problem(
    name="database_error", code=131000, http=500, title="Something went wrong", retryable=True,
    onprem_code=1023, onprem_http=500, onprem_title="Database error occurred",
    rule="The client cannot read or write its database.",
    fix="Repeat the request later.",
)  # fmt: skip
CERTIFICATE_ID = Problem(
    name="certificate_id", code=131045, http=500, title="Incorrect certificate", when="webhook",
    onprem_code=432, onprem_http=500, onprem_title="Certificate ID mismatch",
    rule=f"{_CERTIFICATE_RULE}: it has another id.",
    fix="Download a new certificate and register again.",
)  # fmt: skip
CERTIFICATE_SIGNATURE = Problem(
    name="certificate_signature", code=131045, http=500, title="Incorrect certificate", when="webhook",
    onprem_code=433, onprem_http=500, onprem_title="Certificate signature invalid",
    rule=f"{_CERTIFICATE_RULE}: the client's identity keys have not signed it.",
    fix="Download a new certificate and register again.",
)  # fmt: skip

# -- Messages -----------------------------------------------------------------------------------------------------

_EXPIRED = (131043, "Message expired")
_UNDELIVERABLE = (131026, "Message undeliverable")

PENDING_TOO_LONG = _of_message(
    "pending_too_long", 408, "Message is not valid", cloud=_EXPIRED,
    rule="The client was down for more than a day with the message in its queue.",
    fix="Send the message again if it is still of use.",
)  # fmt: skip
RECIPIENT_BLOCKED = _of_message(
    "recipient_blocked", 1007, "Recipient blocked to receive message", cloud=_UNDELIVERABLE,
    rule="The recipient must not be written to; clients of today do not say this any more.",
    fix="Take the recipient off your lists.",
)  # fmt: skip

# -- Templates ----------------------------------------------------------------------------------------------------

_MISSING = (132001, "Template name does not exist in the translation")
_FORMAT = (132012, "Parameter format does not match format in the created template")
_TOO_LONG = (132005, "Template hydrated text too long")
_CHARACTERS = (132007, "Template format character policy violated")

FETCH_FAILED = _of_message(
    "fetch_failed", 2002, "Template Fetch Failed", cloud=(131000, "Something went wrong"),
    rule="The client could not fetch the template.",
    fix="Send the message again later.",
)  # fmt: skip
PACK_MISSING = _of_message(
    "pack_missing", 2003, "Template Pack Missing", cloud=_MISSING,
    rule="The client has no templates in this language.",
    fix="Use a language in which the template is approved.",
)  # fmt: skip
PARAM_TOO_LONG = _of_message(
    "param_too_long", 2004, "Template Param Length Too Long", cloud=_TOO_LONG,
    rule="A parameter of the template is too long.",
    fix="Shorten the parameter.",
)  # fmt: skip
WHITE_SPACE = _of_message(
    "white_space", 2006, "Template White Space Policy Violated", cloud=_CHARACTERS,
    rule="A parameter has line breaks, tabs or more than four spaces in a row.",
    fix="Take them out.",
)  # fmt: skip
TEMPLATE_MEDIA = _of_message(
    "template_media", 2008, "Template Media Format Unsupported", cloud=_FORMAT,
    rule="The file in the template's header is of a type that templates do not carry.",
    fix="Use a file of the type that the header was made with.",
)  # fmt: skip
COMPONENT_MISSING = _of_message(
    "component_missing", 2009, "Template Required Component Missing", cloud=_FORMAT,
    rule="The message lacks a component that the template needs.",
    fix="Give every component of the template that has parameters.",
)  # fmt: skip
HYDRATED_URL = _of_message(
    "hydrated_url", 2010, "Template Invalid Hydrated URL", cloud=_FORMAT,
    rule="With its parameter filled in, the address of a button is none.",
    fix="Give the rest of an address, encoded as addresses are.",
)  # fmt: skip
PHONE_BUTTON = _of_message(
    "phone_button", 2011, "Template Invalid Phone Number", cloud=_FORMAT,
    rule="The phone number of a button is none.",
    fix="Correct the button of the template.",
)  # fmt: skip
BUTTONS_UNSUPPORTED = _of_message(
    "buttons_unsupported", 2013, "Template Buttons Unsupported", cloud=_FORMAT,
    rule="The template has buttons that the client does not know.",
    fix="Use a template without them, or a newer client.",
)  # fmt: skip
NO_NAMESPACE = _of_message(
    "no_namespace", 2014, "Expected Namespace is Empty", cloud=(100, "Invalid parameter"),
    rule="The message has no `namespace`, which clients before v2.41.2 insist on.",
    fix="Give the account's namespace.",
)  # fmt: skip
TEMPLATE_REJECTED = _of_message(
    "template_rejected", 2060, "Template Rejected", cloud=_MISSING,
    rule="The review has rejected the template.",
    fix="Correct the template and submit it again, or use another.",
)  # fmt: skip

# -- Products -----------------------------------------------------------------------------------------------------

_NOT_VALID = (131009, "Parameter value is not valid")

ALL_NOT_COMPLIANT = _of_message(
    "all_not_compliant", 2028, "List all products failed compliance", cloud=_NOT_VALID,
    rule="None of the products passed the check of what may be sold.",
    fix="Offer products that pass.",
)  # fmt: skip
SOME_NOT_COMPLIANT = _of_message(
    "some_not_compliant", 2029, "List some products failed compliance", cloud=_NOT_VALID,
    rule="Some of the products did not pass the check of what may be sold.",
    fix="Take those products out.",
)  # fmt: skip
PRODUCTS_MIXED = _of_message(
    "products_mixed", 2030, "List mixed products invalid and failed compliance", cloud=_NOT_VALID,
    rule="Some of the products do not exist, and others did not pass the check of what may be sold.",
    fix="Take those products out.",
)  # fmt: skip
NO_COMPLIANCE = _of_message(
    "no_compliance", 2050, "Missing Compliance Info", cloud=_NOT_VALID,
    rule="The business has not given what Indian law wants to know of a seller.",
    fix="Complete the commerce settings of the account.",
)  # fmt: skip
