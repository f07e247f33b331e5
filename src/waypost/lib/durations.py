"""Durations and moments: in milliseconds, in seconds to wait, and in words for sentences that people read."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def to_ms(duration: timedelta) -> int:
    """Return a duration in milliseconds."""
    return duration // timedelta(milliseconds=1)


def seconds_to_wait(wait_ms: int) -> int:
    """Return whole seconds after which a wait is certainly over."""
    return 1 + wait_ms // 1000


def told_duration(milliseconds: int) -> str:
    """Return a duration by its two largest units: `25 h 3 min`, `40 s`, `2 d 1 h`; under two days in hours."""
    seconds = max(0, milliseconds // 1000)
    units = _UNITS if seconds >= 2 * 86_400 else _UNITS[1:]
    parts: list[str] = []
    for length, unit in units:
        count, seconds = divmod(seconds, length)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])


def told_moment(at_ms: int) -> str:
    """Return a platform time as `2027-01-31T12:00:00Z`."""
    return (EPOCH + timedelta(milliseconds=at_ms)).strftime("%Y-%m-%dT%H:%M:%SZ")
