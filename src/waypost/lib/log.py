"""Logging: one event a line, with ids; never a token, a text or a full phone number.

The redaction sits in front of every output, so that no caller can forget it. This is the standard library's logging
with one formatter; a logging package would take an eighth of the start-up time.
"""

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

import msgspec

_SECRET_KEYS = re.compile(r"token|secret|password|authorization|api_key|cookie|body|text|caption", re.IGNORECASE)
_SECRET_IN_QUERY = re.compile(r"((?:token|secret|password|hash)=)[^&\s]+", re.IGNORECASE)
_CREDENTIAL = re.compile(r"\b((?:bearer|basic|apikey|d360-api-key:) +)[^\s\"',]+", re.IGNORECASE)
_USER_IN_URL = re.compile(r"(://)[^/\s@]+@")
_PHONE = re.compile(r"(?:(?<![\w.-])|(?<=%2B)|(?<=%2b))\+?\d{7,15}(?![\w-])")
_PHONE_KEYS = {"wa_id", "phone", "to", "number", "number_id", "phone_number_id"}
_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "31;1"}


class Log:
    """Writes the events of one part of the server."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: object) -> None:
        """Say that something happened: `noun.verb`, and the ids of what it happened to."""
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, **fields: object) -> None:
        """Log a condition that is not as it should be, and that needs no action yet."""
        self._logger.warning(event, extra={"fields": fields})

    def error(self, event: str, *, exc_info: BaseException | None = None, **fields: object) -> None:
        """Log an error: the operator must do something."""
        self._logger.error(event, exc_info=exc_info, extra={"fields": fields})


def configure(level: str, style: str, stream: TextIO | None = None) -> None:
    """Set the log up: `lines` for people, `json` for machines, `auto` by whether standard error is a terminal."""
    out = sys.stderr if stream is None else stream
    people = style == "lines" or (style == "auto" and out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(_ForPeople() if people else _ForMachines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def redacted(fields: dict[str, object]) -> dict[str, object]:
    """Return the fields with `***` for secrets and the last four digits of phone numbers."""
    return {key: _redacted(key, value) for key, value in fields.items()}


def _redacted(key: str, value: object) -> object:
    if _SECRET_KEYS.search(key):
        return "***"
    if key in _PHONE_KEYS:
        return _last_four(str(value))
    return _without_secrets(value) if isinstance(value, str) else value


def _without_secrets(text: str) -> str:
    text = _CREDENTIAL.sub(r"\1***", _SECRET_IN_QUERY.sub(r"\1***", text))
    return _PHONE.sub(lambda found: _last_four(found[0]), _USER_IN_URL.sub(r"\1***@", text))


def _last_four(digits: str) -> str:
    return f"..{digits[-4:]}"


class _ForMachines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return msgspec.json.encode(_line(record), enc_hook=str).decode()


class _ForPeople(logging.Formatter):
    """Time, level, event and fields, in colour."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback below it."""
        line = _line(record)
        moment, level, event = line.pop("timestamp"), line.pop("level"), line.pop("event")
        trace = line.pop("exception", None)
        fields = " ".join(f"\x1b[36m{key}\x1b[0m={value}" for key, value in line.items())
        text = f"\x1b[2m{moment}\x1b[0m \x1b[{_COLOURS[str(level)]}m{level:<7}\x1b[0m \x1b[1m{event}\x1b[0m {fields}"
        return f"{text}\n{trace}" if trace else text


def _line(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": _without_secrets(record.getMessage()),
        **redacted(getattr(record, "fields", {})),
    }
    if record.exc_info and record.exc_info[1] is not None:
        line["exception"] = _without_secrets("".join(traceback.format_exception(record.exc_info[1])))
    return line
