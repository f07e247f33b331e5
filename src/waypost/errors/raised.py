"""Errors of Meta's platform that nothing here brings about by itself: a fault rule or a magic number raises them.

# spec: error-codes.tsv, migration.md#8.3
"""

from typing import Literal

from waypost.errors.base import Problem


def _cloud_only(
    name: str, code: int, title: str, *, http: int = 400, rule: str, fix: str,
    when: Literal["answer", "webhook"] = "answer",
) -> Problem:  # fmt: skip
    """Return a problem without a counterpart among the On-Premises codes.

    # spec: migration.md#8.3
    """
    return Problem(
        name=name, code=code, http=http, title=title,
        onprem_code=1000, onprem_http=500, onprem_title="Generic error",
        rule=rule, fix=fix, when=when, retryable=http >= 500,
    )  # fmt: skip


# -- Who calls ----------------------------------------------------------------------------------------------------

AUTHENTICATION_FAILED = Problem(
    name="authentication_failed", code=0, http=401, title="AuthException",
    onprem_code=1005, onprem_http=401, onprem_title="Access denied",
    rule="The token has expired, was withdrawn, or belongs to a user who left.",
    fix="Make a new token.",
)  # fmt: skip
NO_CAPABILITY = Problem(
    name="no_capability", code=3, http=500, title="API Method",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    rule="The app lacks a capability that the call needs.",
    fix="Give the app the capability, or call something else.",
)  # fmt: skip
PERMISSION_REMOVED = Problem(
    name="permission_removed", code=200, http=403, title="API Permission",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    rule="The permission for this call was never given, or was taken away; stands for 200 to 299.",
    fix="Give the token the permission.",
)  # fmt: skip
NUMBER_DELETED = Problem(
    name="number_deleted", code=33, http=400, title="Parameter value is not valid",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    rule="The business number was deleted.",
    fix="Use the id of a number that is still there.",
)  # fmt: skip

OBJECT_NOT_FOUND = Problem(
    name="object_not_found", code=803, http=404, kind="GraphMethodException", prefixed=False,
    title="Some of the aliases you requested do not exist",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    rule="There is no object of this id; live graphs usually say 100 with the subcode 33.",
    fix="Check the id.",
)  # fmt: skip

# -- The platform itself ------------------------------------------------------------------------------------------

UNKNOWN_ERROR = Problem(
    name="unknown_error", code=1, http=400, title="API Unknown", retryable=True,
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    rule="The request is not one that the platform knows, or the platform is disturbed.",
    fix="Compare the request with the reference of its route; if it is right, repeat it later.",
)  # fmt: skip
SERVICE_UNAVAILABLE = Problem(
    name="service_unavailable", code=131016, http=500, title="Service unavailable", retryable=True,
    onprem_code=1016, onprem_http=503, onprem_title="System overloaded",
    rule="A service of the platform is down for the moment.",
    fix="Repeat the request later, with longer and longer pauses.",
)  # fmt: skip
SERVER_DOWN = Problem(
    name="server_down", code=133004, http=503, title="Server temporarily unavailable", retryable=True,
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready",
    rule="The platform's registration service is down for the moment.",
    fix="Repeat the registration later.",
)  # fmt: skip
USER_ERROR = Problem(
    name="user_error", code=135000, http=400, title="Generic user error",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    rule="Something is wrong with the parameters, and the platform cannot say what.",
    fix="Compare the request with the reference of its route.",
)  # fmt: skip

# -- The account and the number -----------------------------------------------------------------------------------

COUNTRY_RESTRICTED = _cloud_only(
    "country_restricted", 130497, "Business account is restricted from messaging users in this country", http=403,
    rule="A business of this kind may not write to users in the recipient's country.",
    fix="Do not write to users in that country.",
    when="webhook",
)  # fmt: skip
CATEGORY_LIMIT = _cloud_only(
    "category_limit", 131064, "Messaging limit reached after template misclassification",
    rule="Templates of the account carried the wrong category, so that it may send fewer messages for a while.",
    fix="Give templates the category that they are; wait until the measure ends.",
)  # fmt: skip
MARKETING_ELSEWHERE = _cloud_only(
    "marketing_elsewhere", 131063, "Marketing templates disabled on Cloud API",
    rule="The account has switched marketing templates off on `/messages`.",
    fix="Send marketing templates to `/marketing_messages`, or switch them on again.",
)  # fmt: skip
NAME_NOT_APPROVED = _cloud_only(
    "name_not_approved", 131037, "WhatsApp provided number needs display name approval before message can be sent",
    rule="The number was supplied by the platform, and its display name is not approved.",
    fix="Ask for a display name, and wait until it is approved.",
)  # fmt: skip
PAYMENT_ISSUE = Problem(
    name="payment_issue", code=131042, http=400, title="Business eligibility payment issue", when="webhook",
    onprem_code=402, onprem_http=400, onprem_title="Business eligibility \u2014 Payment issue",
    rule="The account cannot pay: no means of payment, one over its limit, or none that is accepted.",
    fix="Put the account's billing in order.",
)  # fmt: skip
PAYMENT_ISSUE_OF_CALLS = _cloud_only(
    "payment_issue_of_calls", 131044, "Business eligibility payment issue",
    rule="The account cannot pay for calls.",
    fix="Put the account's billing in order.",
)  # fmt: skip
WRONG_CERTIFICATE = Problem(
    name="wrong_certificate", code=131045, http=500, title="Incorrect certificate", when="webhook",
    onprem_code=430, onprem_http=500, onprem_title="Unsigned certificate",
    rule="The number is not registered as it should be; On-Premises: its certificate is not signed.",
    fix="Register the number again; On-Premises: with a new certificate.",
)  # fmt: skip
DEREGISTRATION_INCOMPLETE = Problem(
    name="deregistration_incomplete", code=133000, http=500, title="Incomplete deregistration", retryable=True,
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready",
    rule="An earlier deregistration of the number was not finished.",
    fix="Deregister the number once more, then register it.",
)  # fmt: skip
PAYMENT_TERMS = _cloud_only(
    "payment_terms", 134011, "WhatsApp Payments terms of service has not been accepted",
    rule="The business has not accepted the terms for payment messages.",
    fix="Accept the terms; the message of the platform has the link.",
)  # fmt: skip
BLOCK_LIST_CHANGED = _cloud_only(
    "block_list_changed", 139102, "Blocklist concurrent update",
    rule="The block list changed while it was read page by page.",
    fix="Read the list from its beginning.",
)  # fmt: skip
BLOCK_LIST_DOWN = _cloud_only(
    "block_list_down", 139103, "Internal error", http=500,
    rule="The platform could not work on the block list.",
    fix="Repeat the request later.",
)  # fmt: skip

# -- The message and its recipient --------------------------------------------------------------------------------

EXPERIMENT = Problem(
    name="experiment", code=130472, http=400, title="User's number is part of an experiment", when="webhook",
    onprem_code=472, onprem_http=400, onprem_title="User's number is part of an experiment",
    rule="The user is in the group that gets no marketing for the sake of an experiment.",
    fix="Leave this user out, or wait until the user writes; do not repeat the message.",
)  # fmt: skip
APP_TOO_OLD = Problem(
    name="app_too_old", code=1026, http=400, title="Receiver Incapable", when="webhook",
    onprem_code=1026, onprem_http=400, onprem_title="Receiver incapable",
    rule="The user's app cannot show this kind of message; an older code for what 131026 says today.",
    fix="Send what the message says as text.",
)  # fmt: skip
UNSUPPORTED_MESSAGE = Problem(
    name="unsupported_message", code=131051, http=400, title="Unsupported message type",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    onprem_callback_code=501, onprem_callback_title="Message type is not currently supported",
    rule="The platform does not take messages of this type.",
    fix="Send another type of message.",
)  # fmt: skip
MEDIA_NOT_DOWNLOADED = Problem(
    name="media_not_downloaded", code=131052, http=400, title="Media download error", when="webhook",
    onprem_code=400, onprem_http=400, onprem_title="Media download error",
    rule="A file that the user sent could not be fetched, or is over 100 MB.",
    fix="Ask the user to send the file again, or by other means.",
)  # fmt: skip
LINK_NOT_FETCHED = Problem(
    name="link_not_fetched", code=131014, http=400, when="webhook",
    title="Request for url failed with error: 404 (Not Found)",
    onprem_code=1014, onprem_http=500, onprem_title="Internal error",
    rule="The link of a media message could not be fetched; an older code for what 131053 says today.",
    fix="Give a link that anybody can open.",
)  # fmt: skip
PARAMETER_VALUE = _cloud_only(
    "parameter_value", 132008, "Template parameter value invalid",
    rule="The value of a template's parameter is badly formed.",
    fix="Correct the value that the details name.",
)  # fmt: skip

# -- 360dialog ----------------------------------------------------------------------------------------------------

CHANNEL_DISABLED = Problem(
    name="channel_disabled", code=131031, http=403, title="Account has been locked",
    onprem_code=1031, onprem_http=403, onprem_title="Sender account has been locked",
    proxy_message="Your WhatsApp for Business API has been disabled", proxy_http=400,
    rule="360dialog has switched the channel off.",
    fix="Ask 360dialog to switch the channel on again.",
)  # fmt: skip
UNPAID = Problem(
    name="unpaid", code=131042, http=400, title="Business eligibility payment issue",
    onprem_code=402, onprem_http=400, onprem_title="Business eligibility \u2014 Payment issue",
    proxy_message="Could not send message due to lack of payment.", proxy_http=400,
    rule="An invoice of 360dialog is overdue.",
    fix="Pay the invoice.",
)  # fmt: skip
HOST_FAULT = Problem(
    name="host_fault", code=131000, http=500, title="Something went wrong", retryable=True,
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    proxy_message="Internal server error", proxy_http=500,
    rule="360dialog's host is disturbed.",
    fix="Repeat the request later.",
)  # fmt: skip
HOST_ALONE = Problem(
    name="host_alone", code=131016, http=500, title="Service unavailable", retryable=True,
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready",
    proxy_message="WhatsApp for Business API not available", proxy_http=502,
    rule="360dialog's host does not reach WhatsApp.",
    fix="Repeat the request later.",
)  # fmt: skip
