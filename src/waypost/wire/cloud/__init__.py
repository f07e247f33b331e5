"""The Cloud dialect: requests in, answers and webhooks out."""

from waypost.wire.cloud.answers import (
    SUCCESS,
    error_body,
    media_answer,
    proxy_error,
    proxy_refusal,
    send_answer,
    upload_answer,
)
from waypost.wire.cloud.events import join_bodies, render_event
from waypost.wire.cloud.requests import addressee_of, parse_send
from waypost.wire.requests import MarkRead, SendRequest

__all__ = [
    "SUCCESS",
    "MarkRead",
    "SendRequest",
    "addressee_of",
    "error_body",
    "join_bodies",
    "media_answer",
    "parse_send",
    "proxy_error",
    "proxy_refusal",
    "render_event",
    "send_answer",
    "upload_answer",
]
