"""Errors about what a request says: its path, its form, its values."""

from waypost.errors.base import Problem

INVALID_PARAMETER = Problem(
    name="invalid_parameter", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Correct the parameter that the details name.",
    rule="A parameter is unknown, misspelt, or has a value that it cannot have.",
    trigger='Send an image with `{"id": "1"}`.',
)  # fmt: skip
BAD_REQUEST = Problem(
    name="bad_request", code=100, http=400, title="Invalid parameter",
    onprem_code=1025, onprem_http=400, onprem_title="Invalid Request",
    fix="Send well-formed JSON in UTF-8 with `Content-Type: application/json`.",
    rule="The request is no JSON.",
    trigger="Send `{` as the body.",
)  # fmt: skip
UNEXPECTED_PARAMETER = Problem(
    name="unexpected_parameter", code=100, http=400, title="Invalid parameter",
    onprem_code=1010, onprem_http=400, onprem_title="Parameter is not required",
    fix="Leave out the parameter that the details name.",
    rule="On-Premises: a parameter does not belong there.",
    trigger='Send an audio with `{"link": "https://example.com/a.mp3", "caption": "a"}`.',
)  # fmt: skip
TOO_LONG = Problem(
    name="too_long", code=100, http=400, title="Invalid parameter",
    onprem_code=1001, onprem_http=400, onprem_title="Message too long",
    fix="Shorten the text to the limit that the details name.",
    rule="A text is longer than it may be.",
    trigger="Send a text of 4,097 characters.",
)  # fmt: skip
MISSING_PARAMETER = Problem(
    name="missing_parameter", code=131008, http=400, title="Required parameter is missing",
    onprem_code=1008, onprem_http=400, onprem_title="Required parameter is missing",
    fix="Add the parameter that the details name.",
    rule="A parameter that must be there is not.",
    trigger="Send a message without `to`.",
)  # fmt: skip
EMPTY_PARAMETER = Problem(
    name="empty_parameter", code=100, http=400, title="Invalid parameter",
    onprem_code=1008, onprem_http=400, onprem_title="Required parameter is missing",
    fix="Give the parameter that the details name a value; an empty text is none.",
    rule="A parameter has an empty value.",
    trigger="Send a text whose `body` is empty.",
)  # fmt: skip
NO_SOURCE = Problem(
    name="no_source", code=100, http=400, title="Invalid parameter",
    onprem_code=1008, onprem_http=400, onprem_title="Required parameter is missing",
    fix="Give the media object an `id` (upload the file first) or a `link`.",
    rule="A medium has neither an id nor a link.",
    trigger="Send an image `{}`.",
)  # fmt: skip
TWO_SOURCES = Problem(
    name="two_sources", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Give the media object an `id` or a `link`, not both.",
    rule="A medium has an id and a link.",
    trigger="Send an image with `id` and `link`.",
)  # fmt: skip
INVALID_VALUE = Problem(
    name="invalid_value", code=131009, http=400, title="Parameter value is not valid",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Correct the value that the details name.",
    rule="A value is out of its range or has the wrong form.",
    trigger="Send a message to `abc`.",
)  # fmt: skip
IDEMPOTENCY_CONFLICT = Problem(
    name="idempotency_conflict", code=100, http=409, title="Invalid parameter",
    onprem_code=1009, onprem_http=409, onprem_title="Parameter value is not valid",
    fix="Give another request another `Idempotency-Key`, or repeat the first one byte for byte.",
    rule="The `Idempotency-Key` was used by another request.",
    trigger="Send two different messages under one key.",
    borrowed=True,
)  # fmt: skip
INVALID_RECIPIENT_TYPE = Problem(
    name="invalid_recipient_type", code=100, http=400, title="Invalid parameter",
    onprem_code=1002, onprem_http=400, onprem_title="Invalid recipient type",
    fix="`recipient_type` is `individual`; groups are not offered.",
    rule="`recipient_type` is not one that is known.",
    trigger='Send a message with `"recipient_type": "crowd"`.',
)  # fmt: skip
UNSUPPORTED_TYPE = Problem(
    name="unsupported_type", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Use one of the message types that the details list.",
    rule="The type of the message is not known.",
    trigger="Send a message of the `type` `fax`.",
)  # fmt: skip
RECIPIENT_IS_SENDER = Problem(
    name="recipient_is_sender", code=131021, http=400, title="Recipient cannot be sender",
    onprem_code=1021, onprem_http=400, onprem_title="Bad User",
    fix="Send to another number than the sending one.",
    rule="Sender and recipient are the same number.",
    trigger="Send a message to the business number itself.",
)  # fmt: skip
USER_ID_UNSUPPORTED = Problem(
    name="user_id_unsupported", code=131062, http=400,
    title="BSUID recipients are not supported for this message",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Send authentication templates to a phone number, as `to`.",
    rule="Authentication templates go to phone numbers, and the recipient is a user id.",
    trigger="Send an authentication template to a user id.",
)  # fmt: skip
TOO_LARGE = Problem(
    name="too_large", code=100, http=413, title="Invalid parameter",
    onprem_code=1009, onprem_http=413, onprem_title="Parameter value is not valid",
    fix="Send a smaller body; the details name the limit.",
    rule="The body is larger than the route takes.",
    trigger="Send a message with a body of some megabytes.",
    borrowed=True,
)  # fmt: skip
TIMED_OUT = Problem(
    name="timed_out", code=100, http=408, title="Invalid parameter",
    onprem_code=1025, onprem_http=408, onprem_title="Invalid Request", retryable=True,
    fix="Send the whole body at once, or faster.",
    rule="The body did not arrive in time.",
    trigger="Announce a `Content-Length` and stop sending.",
    borrowed=True,
)  # fmt: skip
UNSUPPORTED_CONTENT = Problem(
    name="unsupported_content", code=100, http=415, title="Invalid parameter",
    onprem_code=1025, onprem_http=415, onprem_title="Invalid Request",
    fix="Send the body in the content type that the details name.",
    rule="The body is of a content type that the route does not take.",
    trigger="Send XML.",
    borrowed=True,
)  # fmt: skip
BAD_MEDIA = Problem(
    name="bad_media", code=100, http=400, title="Invalid parameter",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Upload a file whose content is what its type says, within the limits of that type.",
    rule="The file is not what its type says, or too large.",
    trigger="Upload a text file as `image/jpeg`.",
)  # fmt: skip
UNKNOWN_HOST = Problem(
    name="unknown_host", code=100, http=400, title="Invalid parameter",
    onprem_code=1025, onprem_http=400, onprem_title="Invalid Request",
    fix="Send one Host header with a name of the server; further names are set with `allowed_hosts`.",
    rule="The Host header names another server.",
    trigger="Send `Host: example.org`.",
    borrowed=True,
)  # fmt: skip
URL_TOO_LONG = Problem(
    name="url_too_long", code=100, http=414, title="Invalid parameter",
    onprem_code=1025, onprem_http=414, onprem_title="Invalid Request",
    fix="Keep path and query within 8 KiB together.",
    rule="Path and query are longer than 8 KiB.",
    trigger="Ask for a path of 9,000 characters.",
    borrowed=True,
)  # fmt: skip
HEAD_TOO_LARGE = Problem(
    name="head_too_large", code=100, http=431, title="Invalid parameter",
    onprem_code=1025, onprem_http=431, onprem_title="Invalid Request",
    fix="Send at most 100 header lines, and at most 32 KiB of them.",
    rule="The request has too many or too large header lines.",
    trigger="Send 101 header lines.",
    borrowed=True,
)  # fmt: skip
METHOD_NOT_ALLOWED = Problem(
    name="method_not_allowed", code=100, http=405, kind="GraphMethodException",
    title="Unsupported request method for this path", prefixed=False,
    onprem_code=1025, onprem_http=405, onprem_title="Invalid Request",
    fix="Use a method that the path offers.",
    rule="The path does not know the method.",
    trigger="`PUT` to the path of messages.",
)  # fmt: skip
INVALID_MESSAGE_ID = Problem(
    name="invalid_message_id", code=131009, http=400, title="Parameter value is not valid",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    fix="Give the id of a message that this number received.",
    rule="The number has not received a message of this id.",
    trigger="Mark a message read whose id you make up.",
)  # fmt: skip
UNKNOWN_PATH = Problem(
    name="unknown_path", code=2500, http=404, kind="OAuthException", prefixed=False,
    title="Unknown path components",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    fix="Check the path; the reference of routes lists them all.",
    rule="There is nothing under this path.",
    trigger="`GET /no/such/path`.",
)  # fmt: skip
NOT_IN_THIS_PROCESS = Problem(
    name="not_in_this_process", code=100, http=409, title="Invalid parameter",
    onprem_code=1009, onprem_http=409, onprem_title="Parameter value is not valid",
    fix="Run one `waypost serve` without a role, which has the whole embedded network in it.",
    rule="Phones, clock and rules of the embedded network cannot be changed where several processes share the work.",
    trigger="Let a phone write over the control API of `waypost serve --role api`.",
)  # fmt: skip
