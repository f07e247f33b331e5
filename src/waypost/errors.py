"""Every error Waypost can answer with or report: its sentence, its code in each dialect, its HTTP status.

`Problem` is an entry of the list, `Fault` a problem that happened (with details for the caller), and `Refusal`
the exception that carries a fault to the edge, where the face renders it in the caller's dialect.

# spec: error-codes.tsv, error-codes-onprem.tsv, migration.md#8.3
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One kind of error, in both dialects."""

    name: str
    """Our own stable name; stored with a failed message."""
    code: int
    """Cloud code."""
    http: int
    """HTTP status of the Cloud faces."""
    title: str
    """Cloud title, without the `(#code)` prefix."""
    onprem_code: int
    onprem_http: int
    onprem_title: str
    onprem_callback_code: int | None = None
    """On-Premises code when the error comes as a callback, where it differs from the one in an answer."""
    kind: str = "OAuthException"
    """`error.type` of the Cloud faces."""
    subcode: int | None = None
    prefixed: bool = True
    """Whether the Cloud message begins with `(#code)`."""
    proxy_message: str | None = None
    """`developer_message` when 360dialog's proxy refuses this by itself, in its own body."""
    proxy_http: int | None = None
    retryable: bool = False
    fix: str
    """What to do about it, for the documentation."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem that happened: `details` says what was wrong, with the value, and what to do."""

    problem: Problem
    details: str
    retry_after_seconds: int | None = None


class Refusal(Exception):  # noqa: N818 - it is an answer, not an accident
    """Carries a fault from where it was found to the edge that answers it."""

    def __init__(self, problem: Problem, details: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(f"{problem.name}: {details}")
        self.fault = Fault(problem, details, retry_after_seconds)


# -- Who is calling ----------------------------------------------------------------------------------------------

NO_TOKEN = Problem(
    name="no_token", code=190, http=401, title="Invalid OAuth access token - Cannot parse access token", prefixed=False,
    onprem_code=1005, onprem_http=401, onprem_title="Access denied",
    proxy_message="Invalid api_key", proxy_http=401,
    fix="Send the number's token: `Authorization: Bearer <token>` or `D360-API-KEY: <token>`.",
)  # fmt: skip
ACCESS_DENIED = Problem(
    name="access_denied", code=131005, http=403, title="Access denied",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    fix="Use a token that may do this.",
)  # fmt: skip
UNKNOWN_OBJECT = Problem(
    name="unknown_object", code=100, http=400, subcode=33, kind="GraphMethodException", prefixed=False,
    title="Unsupported request. Object does not exist, cannot be loaded due to missing permissions, "
    "or does not support this operation",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    fix="Check the id; an id of another number answers the same as one that does not exist.",
)  # fmt: skip
ENDPOINT_BLOCKED = Problem(
    name="endpoint_blocked", code=10, http=403, title="Permission Denied",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    proxy_message="The endpoint is blocked", proxy_http=403,
    fix="This path is not open to a 360dialog key; use the face that offers it.",
)  # fmt: skip
TOO_MANY_LOGINS = Problem(
    name="too_many_logins", code=4, http=429, title="API Too Many Calls",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", retryable=True,
    fix="Wait a minute before the next attempt to log in.",
)  # fmt: skip

# -- What the request says ---------------------------------------------------------------------------------------

INVALID_PARAMETER = Problem(
    name="invalid_parameter", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Correct the parameter that the details name.",
)  # fmt: skip
BAD_REQUEST = Problem(
    name="bad_request", code=100, http=400, title="Invalid parameter",
    onprem_code=1025, onprem_http=400, onprem_title="Invalid Request",
    fix="Send well-formed JSON in UTF-8 with `Content-Type: application/json`.",
)  # fmt: skip
UNEXPECTED_PARAMETER = Problem(
    name="unexpected_parameter", code=100, http=400, title="Invalid parameter",
    onprem_code=1010, onprem_http=400, onprem_title="Parameter is not required",
    fix="Leave out the parameter that the details name.",
)  # fmt: skip
TOO_LONG = Problem(
    name="too_long", code=100, http=400, title="Invalid parameter",
    onprem_code=1001, onprem_http=400, onprem_title="Message too long",
    fix="Shorten the text to the limit that the details name.",
)  # fmt: skip
MISSING_PARAMETER = Problem(
    name="missing_parameter", code=131008, http=400, title="Required parameter is missing",
    onprem_code=1008, onprem_http=400, onprem_title="Required parameter is missing",
    fix="Add the parameter that the details name.",
)  # fmt: skip
EMPTY_PARAMETER = Problem(
    name="empty_parameter", code=100, http=400, title="Invalid parameter",
    onprem_code=1008, onprem_http=400, onprem_title="Required parameter is missing",
    fix="Give the parameter that the details name a value; an empty text is none.",
)  # fmt: skip
NO_SOURCE = Problem(
    name="no_source", code=100, http=400, title="Invalid parameter",
    onprem_code=1008, onprem_http=400, onprem_title="Required parameter is missing",
    fix="Give the media object an `id` (upload the file first) or a `link`.",
)  # fmt: skip
TWO_SOURCES = Problem(
    name="two_sources", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Give the media object an `id` or a `link`, not both.",
)  # fmt: skip
INVALID_VALUE = Problem(
    name="invalid_value", code=131009, http=400, title="Parameter value is not valid",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Correct the value that the details name.",
)  # fmt: skip
INVALID_RECIPIENT_TYPE = Problem(
    name="invalid_recipient_type", code=100, http=400, title="Invalid parameter",
    onprem_code=1002, onprem_http=400, onprem_title="Invalid recipient type",
    fix="`recipient_type` is `individual`; groups are not offered.",
)  # fmt: skip
UNSUPPORTED_TYPE = Problem(
    name="unsupported_type", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Use one of the message types that the details list.",
)  # fmt: skip
RECIPIENT_IS_SENDER = Problem(
    name="recipient_is_sender", code=131021, http=400, title="Recipient cannot be sender",
    onprem_code=1021, onprem_http=400, onprem_title="Bad User",
    fix="Send to another number than the sending one.",
)  # fmt: skip
TOO_LARGE = Problem(
    name="too_large", code=100, http=413, title="Invalid parameter",
    onprem_code=1009, onprem_http=413, onprem_title="Parameter value is not valid",
    fix="Send a smaller body; the details name the limit.",
)  # fmt: skip
TIMED_OUT = Problem(
    name="timed_out", code=100, http=408, title="Invalid parameter",
    onprem_code=1025, onprem_http=408, onprem_title="Invalid Request", retryable=True,
    fix="Send the whole body at once, or faster.",
)  # fmt: skip
UNSUPPORTED_CONTENT = Problem(
    name="unsupported_content", code=100, http=415, title="Invalid parameter",
    onprem_code=1025, onprem_http=415, onprem_title="Invalid Request",
    fix="Send the body in the content type that the details name.",
)  # fmt: skip
BAD_MEDIA = Problem(
    name="bad_media", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Upload a file whose content is what its type says, within the limits of that type.",
)  # fmt: skip
METHOD_NOT_ALLOWED = Problem(
    name="method_not_allowed", code=100, http=405, kind="GraphMethodException",
    title="Unsupported request method for this path", prefixed=False,
    onprem_code=1025, onprem_http=405, onprem_title="Invalid Request",
    fix="Use a method that the path offers.",
)  # fmt: skip

INVALID_MESSAGE_ID = Problem(
    name="invalid_message_id", code=131009, http=400, title="Parameter value is not valid",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    fix="Give the id of a message that this number received.",
)  # fmt: skip
UNKNOWN_PATH = Problem(
    name="unknown_path", code=2500, http=404, kind="OAuthException", prefixed=False,
    title="Unknown path components",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    fix="Check the path; the reference of routes lists them all.",
)  # fmt: skip

# -- Templates ---------------------------------------------------------------------------------------------------

TEMPLATE_PARAM_COUNT = Problem(
    name="template_param_count", code=132000, http=400,
    title="Number of parameters does not match the expected number of params",
    onprem_code=2000, onprem_http=400, onprem_title="Template Param Count Mismatch",
    fix="Give each placeholder of the template one parameter.",
)  # fmt: skip
TEMPLATE_MISSING = Problem(
    name="template_missing", code=132001, http=404, title="Template name does not exist in the translation",
    onprem_code=2001, onprem_http=400, onprem_title="Template Missing",
    fix="Use the name and the exact language code of an approved template.",
)  # fmt: skip
TEMPLATE_TEXT_TOO_LONG = Problem(
    name="template_text_too_long", code=132005, http=400, title="Template hydrated text too long",
    onprem_code=2005, onprem_http=400, onprem_title="Template Hydrated Text Too Long",
    fix="Shorten the parameters: the text with them filled in is over the limit.",
)  # fmt: skip
TEMPLATE_PARAM_FORMAT = Problem(
    name="template_param_format", code=132012, http=400,
    title="Parameter format does not match format in the created template",
    onprem_code=2012, onprem_http=400, onprem_title="Template Parameter Format Mismatch",
    fix="Give a parameter of the kind that the template's placeholder has.",
)  # fmt: skip
TEMPLATE_PAUSED = Problem(
    name="template_paused", code=132015, http=400, title="Template is paused",
    onprem_code=2061, onprem_http=400, onprem_title="Template Paused",
    fix="Wait until the template is active again, or use another.",
)  # fmt: skip
TEMPLATE_DISABLED = Problem(
    name="template_disabled", code=132016, http=400, title="Template is disabled",
    onprem_code=2062, onprem_http=400, onprem_title="Template Disabled",
    fix="Use another template.",
)  # fmt: skip

# -- Rates and load ----------------------------------------------------------------------------------------------

THROUGHPUT = Problem(
    name="throughput", code=130429, http=400, title="Rate limit hit",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", onprem_callback_code=429, retryable=True,
    fix="Send fewer messages per second from this number.",
)  # fmt: skip
PAIR_RATE = Problem(
    name="pair_rate", code=131056, http=400,
    title="(Business Account, Consumer Account) pair rate limit hit",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", onprem_callback_code=429, retryable=True,
    fix="Send to this user again after a pause: one message per 6 seconds, after a burst of up to 45.",
)  # fmt: skip
TOO_MANY_REQUESTS = Problem(
    name="too_many_requests", code=4, http=400, title="API Too Many Calls",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests",
    proxy_message="You have exceeded the endpoint rate limit.", proxy_http=400, retryable=True,
    fix="Call this endpoint less often.",
)  # fmt: skip
OVERLOADED = Problem(
    name="overloaded", code=130429, http=429, title="Rate limit hit",
    onprem_code=1016, onprem_http=429, onprem_title="System overloaded", retryable=True,
    fix="Waypost's queue is full; repeat the request after `Retry-After` seconds.",
)  # fmt: skip
UNAVAILABLE = Problem(
    name="unavailable", code=2, http=503, title="API Service",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready", retryable=True,
    fix="The store cannot take anything just now; the details say why. Repeat the request later.",
)  # fmt: skip
NO_SPACE = Problem(
    name="no_space", code=2, http=507, title="API Service",
    onprem_code=1014, onprem_http=507, onprem_title="Internal error", retryable=True,
    fix="The disk is full: free some space; Waypost goes on by itself.",
)  # fmt: skip

# -- What becomes of an accepted message -------------------------------------------------------------------------

WINDOW_CLOSED = Problem(
    name="window_closed", code=131047, http=400, title="Re-engagement message",
    onprem_code=470, onprem_http=400,
    onprem_title="Message failed to send because more than 24 hours have passed since the customer last replied "
    "to this number",
    fix="Send a template, or wait until the user writes again.",
)  # fmt: skip
UNDELIVERABLE = Problem(
    name="undeliverable", code=131026, http=400, title="Message undeliverable",
    onprem_code=470, onprem_http=400,
    onprem_title="Message failed to send because more than 24 hours have passed since the customer last replied "
    "to this number",
    fix="The recipient is not on WhatsApp, has blocked the number or cannot show this message.",
)  # fmt: skip
UNDELIVERABLE_TEMPLATE = Problem(
    name="undeliverable_template", code=131026, http=400, title="Message undeliverable",
    onprem_code=1013, onprem_http=400, onprem_title="User is not valid",
    fix="The recipient of this template is not on WhatsApp or has blocked the number.",
)  # fmt: skip
MEDIA_FAILED = Problem(
    name="media_failed", code=131053, http=400, title="Media upload error",
    onprem_code=1014, onprem_http=500, onprem_title="Internal error",
    fix="Give a direct link to a file of an allowed type and size, or upload the file and send its id.",
)  # fmt: skip
MESSAGE_EXPIRED = Problem(
    name="message_expired", code=131043, http=400, title="Message expired",
    onprem_code=410, onprem_http=400, onprem_title="Message expired",
    fix="The message was not delivered within its life.",
)  # fmt: skip
BAD_REACTION = Problem(
    name="bad_reaction", code=131009, http=400, title="Parameter value is not valid",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="React to a message of this thread that is not over 30 days old and not itself a reaction.",
)  # fmt: skip
SOMETHING_WENT_WRONG = Problem(
    name="something_went_wrong", code=131000, http=500, title="Something went wrong",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error", onprem_callback_code=500, retryable=True,
    fix="Only raised by a fault rule.",
)  # fmt: skip


def all_problems() -> dict[str, Problem]:
    """Return every problem by its name."""
    return {value.name: value for value in globals().values() if isinstance(value, Problem)}
