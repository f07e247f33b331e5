"""Logging: one event a line, with ids; never a token, a text or a full phone number.

The redaction sits in front of every output, so that no caller can forget it.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_KEYS = re.compile(r"token|secret|password|authorization|api_key|cookie|body|text|caption", re.IGNORECASE)
_ACCESS_TOKEN = re.compile(r"(access_token|hash|hub\.verify_token)=[^&\s]+")
_PHONE = re.compile(r"(?<![\w.-])\+?\d{7,15}(?![\w-])")
_PHONE_KEYS = {"wa_id", "phone", "to", "number", "number_id", "phone_number_id"}

Event = MutableMapping[str, Any]  # Any: whatever callers bind


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Replace secrets by `***` and phone numbers by their last four digits, tracebacks included."""
    for key, value in event.items():
        if key == "event":
            continue
        if _SECRET_KEYS.search(key):
            event[key] = "***"
        elif key in _PHONE_KEYS:
            event[key] = _last_four(str(value))
        elif isinstance(value, str):
            event[key] = _PHONE.sub(lambda found: _last_four(found[0]), _ACCESS_TOKEN.sub(r"\1=***", value))
    return event


def _last_four(digits: str) -> str:
    return f"..{digits[-4:]}"


def configure(level: str, style: str) -> None:
    """Set the log up: `lines` for people, `json` for machines, `auto` by whether standard error is a terminal."""
    people = style == "lines" or (style == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if people else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
