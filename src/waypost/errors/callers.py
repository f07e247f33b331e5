"""Errors about who is calling: credentials, rights, logins."""

from waypost.errors.base import Problem

NO_TOKEN = Problem(
    name="no_token", code=190, http=401, title="Invalid OAuth access token - Cannot parse access token", prefixed=False,
    onprem_code=1005, onprem_http=401, onprem_title="Access denied",
    proxy_message="Invalid api_key", proxy_http=401,
    fix="Send the number's token: `Authorization: Bearer <token>` or `D360-API-KEY: <token>`.",
    rule="The request has no token, or one that is none.",
    trigger="Send a request without `Authorization`.",
)  # fmt: skip
ACCESS_DENIED = Problem(
    name="access_denied", code=131005, http=403, title="Access denied",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    fix="Use a token that may do this.",
    rule="The token is not one for this.",
    trigger="Call the control API with the token of a number.",
)  # fmt: skip
UNKNOWN_OBJECT = Problem(
    name="unknown_object", code=100, http=400, subcode=33, kind="GraphMethodException", prefixed=False,
    title="Unsupported request. Object does not exist, cannot be loaded due to missing permissions, "
    "or does not support this operation",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    fix="Check the id; an id of another number answers the same as one that does not exist.",
    rule="There is no object of this id, or the token must not see it.",
    trigger="`GET /v24.0/1`.",
)  # fmt: skip
ENDPOINT_BLOCKED = Problem(
    name="endpoint_blocked", code=10, http=403, title="Permission Denied",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    proxy_message="The endpoint is blocked", onprem_proxy_message="This URL *** is blocked", proxy_http=403,
    fix="This path is not open to a 360dialog key; use the face that offers it.",
    rule="The path is closed to 360dialog's keys.",
    trigger="Ask for `/flows` with a `D360-API-KEY`.",
)  # fmt: skip
READ_ONLY = Problem(
    name="read_only", code=10, http=403, title="Permission Denied",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    fix="This token may only read; use one whose scope is `all`.",
    rule="The token may only read, and the request changes something.",
    trigger="Send a message with a token of the scope `read`.",
    borrowed=True,
)  # fmt: skip
TOO_MANY_LOGINS = Problem(
    name="too_many_logins", code=4, http=429, title="API Too Many Calls",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", retryable=True,
    fix="Wait a minute before the next attempt to log in.",
    rule="There were too many failed logins.",
    trigger="Log in with a wrong password six times within a minute.",
    borrowed=True,
)  # fmt: skip
TOO_MANY_LISTENERS = Problem(
    name="too_many_listeners", code=4, http=429, title="API Too Many Calls",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", retryable=True,
    fix="Close a page of the console, or end another listener.",
    rule="As many listen to the control API's feed as may.",
    trigger="Open `GET /_waypost/v1/feed` 33 times at once.",
    borrowed=True,
)  # fmt: skip
