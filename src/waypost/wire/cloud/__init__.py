"""The Cloud dialect: requests in, answers and webhooks out."""

from waypost.wire.canonical import canonical_body, stored_content
from waypost.wire.cloud.answers import (
    SUCCESS,
    error_body,
    http_status,
    media_answer,
    proxy_error_body,
    proxy_http_status,
    proxy_refusal,
    send_answer,
    upload_answer,
)
from waypost.wire.cloud.events import join_bodies, render_event
from waypost.wire.cloud.requests import addressee_of, parse_send
from waypost.wire.events.messages import Echo, Shape, inbound_value, shape_of, status_value
from waypost.wire.requests import MarkRead, SendRequest

__all__ = [
    "SUCCESS",
    "Echo",
    "MarkRead",
    "SendRequest",
    "Shape",
    "addressee_of",
    "canonical_body",
    "error_body",
    "http_status",
    "inbound_value",
    "join_bodies",
    "media_answer",
    "parse_send",
    "proxy_error_body",
    "proxy_http_status",
    "proxy_refusal",
    "render_event",
    "send_answer",
    "shape_of",
    "status_value",
    "stored_content",
    "upload_answer",
]
