"""The On-Premises dialect: requests in, answers and callbacks out."""

from waypost.wire.onprem.answers import (
    DONE,
    VERSION,
    answer,
    error_body,
    login_answer,
    providers_answer,
    send_answer,
    settings_answer,
    upload_answer,
)
from waypost.wire.onprem.events import OURS, is_told, join_bodies, render_event
from waypost.wire.onprem.requests import (
    addressee_of,
    parse_contacts_check,
    parse_mark_read,
    parse_send,
)

__all__ = [
    "DONE",
    "OURS",
    "VERSION",
    "addressee_of",
    "answer",
    "error_body",
    "is_told",
    "join_bodies",
    "login_answer",
    "parse_contacts_check",
    "parse_mark_read",
    "parse_send",
    "providers_answer",
    "render_event",
    "send_answer",
    "settings_answer",
    "upload_answer",
]
