"""What must hold whatever happens, by number: each complaint of the checker begins with the promise that is broken."""

from collections.abc import Mapping
from types import MappingProxyType

INVARIANTS: Mapping[str, str] = MappingProxyType(
    {
        "I1": "Every acknowledged message is there and reaches its last status, which the webhook is told.",
        "I2": "A network that can be asked gets each message once; any other once more at most after a doubt.",
        "I3": "Every acknowledged status and message of a user is stored, and delivered to each subscriber or dead.",
        "I4": "Every copy of an event has the same id and the same bytes.",
        "I5": "A status never falls, comes once, and is what the history of its message makes it.",
        "I6": "Nothing free-form reaches a user more than 24 hours after they last wrote.",
        "I7": "An acknowledged media id leads to the bytes that were uploaded.",
        "I8": "Nothing is stuck: at rest no job waits, no file is half-written, no status is parked.",
        "I9": "One key, one message, one id.",
        "I10": "The database is whole.",
        "I11": "A webhook hears of its own number only.",
        "I12": "Descriptors and threads come back to where they were, and memory stays bounded.",
        "I13": "What was not acknowledged is there at most once.",
    }
)


def broken(number: str, why: str) -> str:
    """Return a complaint."""
    assert number in INVARIANTS
    return f"{number}: {why}"
