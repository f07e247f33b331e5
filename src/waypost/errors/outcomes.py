"""What becomes of an accepted message that fails: these come on the webhook."""

from waypost.errors.base import Problem

WINDOW_CLOSED = Problem(
    name="window_closed", code=131047, http=400, title="Re-engagement message",
    onprem_code=470, onprem_http=400,
    onprem_title="Message failed to send because more than 24 hours have passed since the customer last replied "
    "to this number",
    fix="Send an approved template, or wait until the user writes again; here you can write from their phone.",
    rule="More than 24 hours have passed since the user last wrote to this number.",
    trigger="Send a text to a phone whose user has never written.",
    when="webhook",
)  # fmt: skip
UNDELIVERABLE = Problem(
    name="undeliverable", code=131026, http=400, title="Message undeliverable",
    onprem_code=470, onprem_http=400,
    onprem_title="Message failed to send because more than 24 hours have passed since the customer last replied "
    "to this number",
    fix="Reach the user in another way: they are not on WhatsApp, or have blocked the number; trying again is no help.",
    rule="The user is not on WhatsApp, has blocked the number, or has too old an app.",
    trigger='Change the phone: `{"on_whatsapp": false}`, then send a text.',
    when="webhook",
)  # fmt: skip
UNDELIVERABLE_TEMPLATE = Problem(
    name="undeliverable_template", code=131026, http=400, title="Message undeliverable",
    onprem_code=1013, onprem_http=400, onprem_title="User is not valid",
    fix="Reach the user in another way: they are not on WhatsApp, or have blocked the number; trying again is no help.",
    rule="The recipient of the template is not on WhatsApp, or has blocked the number.",
    trigger='Change the phone: `{"on_whatsapp": false}`, then send a template.',
    when="webhook",
)  # fmt: skip
MESSAGING_LIMIT = Problem(
    name="messaging_limit", code=131048, http=400, title="Spam rate limit hit",
    onprem_code=471, onprem_http=400, onprem_title="Spam rate limit hit",
    fix="The account has written to as many users outside their windows as its messaging limit allows in 24 hours; "
    "wait, or let users write first.",
    rule="The account has written to as many users outside their windows as it may within 24 hours.",
    trigger="Lower the limit of the account with the control API, then send templates to users who have not written.",
    when="webhook",
)  # fmt: skip
MARKETING_LIMIT = Problem(
    name="marketing_limit", code=131049, http=400, title="Meta chose not to deliver",
    onprem_code=471, onprem_http=400, onprem_title="Spam rate limit hit",
    fix="The user gets too much marketing; do not repeat the message at once.",
    rule="The user gets too much marketing from all businesses together.",
    trigger='`PATCH /_waypost/v1/network` with `{"marketing_per_user": 1}`, then send two marketing templates to a '
    "user who has not written.",
    when="webhook",
)  # fmt: skip
MARKETING_STOPPED = Problem(
    name="marketing_stopped", code=131050, http=400, title="User has stopped marketing messages from this business",
    onprem_code=471, onprem_http=400, onprem_title="Spam rate limit hit",
    fix="Send this user no marketing templates until they want them again.",
    rule="The user wants no marketing from this business.",
    trigger="Let the phone's user stop marketing messages, then send a marketing template.",
    when="webhook",
)  # fmt: skip
MEDIA_FAILED = Problem(
    name="media_failed", code=131053, http=400, title="Media upload error",
    onprem_code=1014, onprem_http=500, onprem_title="Internal error",
    fix="Give a direct link to a file of an allowed type and size, or upload the file and send its id.",
    rule="The file of the message could not be fetched, or is not what its type says.",
    trigger="Send an image whose link leads nowhere.",
    when="webhook",
)  # fmt: skip
MESSAGE_EXPIRED = Problem(
    name="message_expired", code=131043, http=400, title="Message expired",
    onprem_code=410, onprem_http=400, onprem_title="Message expired",
    fix="Send the message again if it still matters, with a longer `ttl`, or once the user's phone is online.",
    rule="The message was not delivered within its life.",
    trigger="Switch the phone off, send a message with a `ttl` on the On-Premises face, and move the clock.",
    when="webhook",
)  # fmt: skip
BAD_REACTION = Problem(
    name="bad_reaction", code=131009, http=400, title="Parameter value is not valid",
    onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid",
    fix="React to a message of this thread that is not over 30 days old, not deleted and not itself a reaction.",
    rule="The message that is reacted to is over 30 days old, unknown, deleted, or itself a reaction.",
    trigger="React to a message whose id you make up.",
    when="webhook",
)  # fmt: skip
SOMETHING_WENT_WRONG = Problem(
    name="something_went_wrong", code=131000, http=500, title="Something went wrong",
    onprem_code=1000, onprem_http=500, onprem_title="Generic error", retryable=True,
    fix="Send the message again later.",
    rule="The platform, or Waypost itself, met an error that it did not foresee.",
    trigger="There is no sure way: it would be a bug.",
    when="both",
)  # fmt: skip
