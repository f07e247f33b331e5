"""Errors of the client software that businesses ran themselves: its users, its contacts, its identities."""

from waypost.errors.base import Problem

NAME_TAKEN = Problem(
    name="name_taken", code=100, http=400, title="Invalid parameter",
    onprem_code=1004, onprem_http=409, onprem_title="Resource already exists",
    fix="Choose another name, or change what has this one.",
    rule="There is something of this name already.",
    trigger="Create a user twice with `POST /v1/users`.",
)  # fmt: skip
PASSWORD_CHANGE_REQUIRED = Problem(
    name="password_change_required", code=190, http=401, title="Invalid OAuth access token", prefixed=False,
    onprem_code=1024, onprem_http=401, onprem_title="Password Change Required",
    fix="Log in with a `new_password` in the body: the first password opens nothing else.",
    rule="The first password opens nothing but its own change.",
    trigger="Log in for the first time with the default password alone.",
)  # fmt: skip
UNKNOWN_CONTACT = Problem(
    name="unknown_contact", code=131026, http=400, title="Message undeliverable",
    onprem_code=1006, onprem_http=404, onprem_title="Resource not found",
    fix="Check the number with `POST /v1/contacts` first: this number is set to behave like clients before v2.39.",
    rule="The recipient was not checked with `/v1/contacts`, which older clients insist on.",
    trigger="Let the number behave like a client before v2.39, then send to a number that was not checked.",
)  # fmt: skip
IDENTITY_CHANGED = Problem(
    name="identity_changed", code=137000, http=400, title="Recipient identity key hash mismatch",
    onprem_code=1028, onprem_http=400, onprem_callback_code=480,
    onprem_title="A user_identity_changed system notification requires acknowledgement",
    fix="Make sure who the user is, then acknowledge the new hash at `/v1/contacts/{wa_id}/identity`.",
    rule="The user's keys have changed, and nobody has acknowledged it.",
    trigger="Let a phone's identity change, then send to it without acknowledging the new hash.",
    when="both",
    onprem_callback_title="User potentially changed",
)  # fmt: skip
