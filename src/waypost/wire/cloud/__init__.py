"""The Cloud dialect: requests in, answers and webhooks out."""

from waypost.wire.cloud.requests import canonical_body, parse_send, stored_content
from waypost.wire.requests import MarkRead, SendRequest

__all__ = ["MarkRead", "SendRequest", "canonical_body", "parse_send", "stored_content"]
