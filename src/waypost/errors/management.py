"""Errors about managing numbers and accounts: registration, fields, block lists, call limits, missing rights."""

from waypost.errors.base import Problem

NONEXISTING_FIELD = Problem(
    name="nonexisting_field", code=100, http=400, title="Tried accessing nonexisting field",
    prefixed=False, worded=True,
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="Leave the field that the message names out of `fields`.",
    rule="The field that is asked for is none of the object's.",
    trigger="`GET /v24.0/{phone_number_id}?fields=colour`.",
)  # fmt: skip
CALL_LIMIT = Problem(
    name="call_limit", code=80007, http=400, title="Rate limit issues",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", retryable=True,
    fix="The account has used up its management calls of this hour: 5,000 with a registered number, else 200.",
    rule="The account has made too many management calls within an hour.",
    trigger="Make 5,001 management calls.",
)  # fmt: skip
NOT_PERMITTED = Problem(
    name="not_permitted", code=10, http=403, title="Permission Denied",
    onprem_code=1005, onprem_http=403, onprem_title="Access denied",
    fix="Waypost does not offer flows, calls and groups: it answers like an app without the permission.",
    rule="The app has no permission for this; Waypost says so of what it does not offer.",
    trigger="Ask for the account's Flows.",
)  # fmt: skip
NOT_REGISTERED = Problem(
    name="not_registered", code=133010, http=400, title="Phone number not registered",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready",
    fix="Register the number before it sends.",
    rule="The number is not registered.",
    trigger="Deregister the number, then send a message.",
)  # fmt: skip
NOT_LISTED = Problem(
    name="not_listed", code=131030, http=400, title="Recipient phone number not in allowed list",
    onprem_code=1013, onprem_http=400, onprem_title="User is not valid",
    fix="Put the recipient on the test number's list.",
    rule="A test number may write to the few recipients on its list only.",
    trigger='Give the number a list with the control API, `{"test_recipients": []}`, then send a message to anybody.',
)  # fmt: skip
ACCOUNT_LOCKED = Problem(
    name="account_locked", code=131031, http=403, title="Account has been locked",
    onprem_code=1031, onprem_http=403, onprem_title="Sender account has been locked",
    fix="The platform has disabled the account; the control API lifts that.",
    rule="The account was locked.",
    trigger="Disable the account with the control API, then send a message.",
)  # fmt: skip
POLICY_BLOCK = Problem(
    name="policy_block", code=368, http=403, title="Temporarily blocked for policies violations",
    onprem_code=1031, onprem_http=403, onprem_title="Sender account has been locked",
    rule="The account is restricted or disabled because it broke a policy.",
    trigger="With the control API restrict the account to `RESTRICTED_BIZ_INITIATED_MESSAGING`, then send a template "
    "to a user who has not written.",
    fix="Stop sending; the account's quality page says what was broken and for how long.",
)  # fmt: skip
WRONG_PIN = Problem(
    name="wrong_pin", code=133005, http=400, title="Two step verification PIN mismatch",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready",
    fix="Give the number's two-step PIN; `POST /{phone_number_id}` sets another one.",
    rule="The two-step PIN is not the number's.",
    trigger="Register the number with a wrong PIN.",
)  # fmt: skip
NOT_VERIFIED = Problem(
    name="not_verified", code=133006, http=400, title="Phone number re-verification needed",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready",
    fix="Ask for a code and give it back before registering the number.",
    rule="The number has not been verified.",
    trigger="Register a number without asking for a code.",
)  # fmt: skip
TOO_MANY_GUESSES = Problem(
    name="too_many_guesses", code=133008, http=400, title="Too many two step verification PIN guesses",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready", retryable=True,
    fix="Wait as long as the details say.",
    rule="The PIN was guessed too often.",
    trigger="Register with wrong PINs again and again.",
)  # fmt: skip
GUESSED_TOO_FAST = Problem(
    name="guessed_too_fast", code=133009, http=400, title="Two step verification PIN guessed too fast",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready", retryable=True,
    fix="Wait as long as the details say.",
    rule="The PIN was guessed again too soon.",
    trigger="Register with two wrong PINs at once.",
)  # fmt: skip
BEING_DELETED = Problem(
    name="being_deleted", code=133015, http=400,
    title="Please wait a few minutes before attempting to register this phone number",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready", retryable=True,
    fix="The number was deleted a moment ago: wait five minutes.",
    rule="The number was deleted a moment ago.",
    trigger="Delete the number, then register it.",
)  # fmt: skip
REGISTER_RATE = Problem(
    name="register_rate", code=133016, http=400, title="Account register deregister rate limit exceeded",
    onprem_code=1011, onprem_http=503, onprem_title="Service not ready", retryable=True,
    fix="A number can be registered and deregistered ten times in 72 hours; after that it is held for 72 hours.",
    rule="The number was registered and deregistered more than ten times in 72 hours.",
    trigger="Register the number eleven times.",
)  # fmt: skip
WRONG_CODE = Problem(
    name="wrong_code", code=136025, http=400, title="Verify code error",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    fix="Give the code that was sent last; the control API shows it.",
    rule="The code is not the one that was sent.",
    trigger="Give another code to `verify_code`.",
)  # fmt: skip
BLOCK_FAILED = Problem(
    name="block_failed", code=139100, http=400, title="Failed to block/unblock users",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    fix="`failed_users` says what is wrong with each user.",
    rule="Some of the users could not be blocked or unblocked.",
    trigger="Block a user who has not written for 24 hours.",
)  # fmt: skip
BLOCK_LIST_FULL = Problem(
    name="block_list_full", code=139101, http=400, title="Blocklist limit reached",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    fix="Take some of the 64,000 users off the list.",
    rule="There are 64,000 users on the list.",
    trigger="Block 64,001 users.",
)  # fmt: skip
BLOCKED_BY_BUSINESS = Problem(
    name="blocked_by_business", code=130403, http=400, title="Business has blocked the user",
    onprem_code=1013, onprem_http=400, onprem_title="User is not valid",
    fix="Take the user off the number's block list.",
    rule="The business itself has blocked the user.",
    trigger="Block the user, then send a message.",
    when="webhook",
)  # fmt: skip
NOT_MARKETING = Problem(
    name="not_marketing", code=131055, http=400, title="Method not allowed",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    fix="This edge takes template messages only; send others to `/messages`.",
    rule="The edge takes marketing templates, and the message is none.",
    trigger="Send a text to `/marketing_messages`.",
)  # fmt: skip
ONLY_MARKETING = Problem(
    name="only_marketing", code=134100, http=400, title="Only marketing messages supported",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error",
    fix="This edge takes templates of the category MARKETING only; send others to `/messages`.",
    rule="The edge takes marketing templates, and the template is of another category.",
    trigger="Send a utility template to `/marketing_messages`.",
)  # fmt: skip
TEMPLATE_SYNCING = Problem(
    name="template_syncing", code=134101, http=400, title="Your template is still syncing",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error", retryable=True,
    fix="Send the message again later.",
    rule="The template is new, and the marketing edge does not know it yet.",
)  # fmt: skip
TEMPLATE_UNAVAILABLE = Problem(
    name="template_unavailable", code=134102, http=500, title="Template unavailable for use",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error", retryable=True,
    fix="Send the message again later.",
    rule="The marketing edge could not learn the template.",
)  # fmt: skip
