"""Compares a ledger with the database after a fault and names everything that must not be.

The same checks serve every fault run: fork-kill of the bare store, whole servers, power cuts. Entries it knows:

    ack accept <message>            the caller got an id
    ack inbound <message> <event>   an upstream's message was taken
    ack status <message> <event>    an upstream's status was taken and was new
    ack sent <message>              the upstream's answer was noted
    ack done <event>                the subscriber's answer was noted
    seen shown <message>            a phone showed it
    seen posted <event>             a subscriber got it
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

from tests.faults.invariants import broken
from tests.faults.kept import Kept
from tests.faults.ledger import Entry, Mark

from waypost.lib.samples import SAMPLE_PHONE
from waypost.model import TRANSITIONS, Status

# Find every event but that of the sample phone, whose first message opens a window and is told to nobody.
_TO_BE_TOLD = (
    "SELECT key FROM events WHERE message_key NOT IN"
    f" (SELECT key FROM messages WHERE received AND wa_id = '{SAMPLE_PHONE}')"
)


def check(ledger: Iterable[Entry], kept: Kept, *, quiet: bool) -> list[str]:
    """Return every broken promise, in words; `quiet` means that the server had time to finish all its work."""
    return list(_broken(list(ledger), kept, quiet=quiet))


def _broken(ledger: Sequence[Entry], kept: Kept, *, quiet: bool) -> Iterator[str]:
    if damage := kept.damage():
        yield broken("I10", f"the database is damaged: {damage}")
    yield from _lost(ledger, kept)
    yield from _repeated(ledger)
    yield from _without_delivery(kept)
    yield from _without_job(kept)
    yield from _wrong_status(kept)
    if quiet:
        yield from _unfinished(ledger, kept)


def _lost(ledger: Sequence[Entry], kept: Kept) -> Iterator[str]:
    """Everything acknowledged is there."""
    messages = _keys(kept, "SELECT key FROM messages JOIN contents USING (key)")
    events = _keys(kept, "SELECT key FROM events")
    done = _keys(kept, "SELECT key FROM deliveries WHERE state = 1")
    jobs = _keys(kept, "SELECT key FROM outbox")
    for entry in ledger:
        match (entry.mark, entry.what):
            case ("ack", "accept") if entry.key not in messages:
                yield broken("I1", f"message {entry.key} was acknowledged (accept) and is not there")
            case ("ack", "inbound" | "status") if entry.key not in messages:
                yield broken("I3", f"message {entry.key} was acknowledged ({entry.what}) and is not there")
            case ("ack", "inbound" | "status") if entry.detail not in events:
                why = f"event {entry.detail} of message {entry.key} was acknowledged and is not there"
                yield broken("I3", why)
            case ("ack", "sent") if entry.key in jobs:
                yield broken("I2", f"message {entry.key} was settled and would be sent again")
            case ("ack", "done") if entry.key not in done:
                yield broken("I3", f"event {entry.key} was noted as delivered and would be delivered again")


def _repeated(ledger: Sequence[Entry]) -> Iterator[str]:
    """The embedded network shows a message once."""
    for key, count in _count(ledger, "seen", "shown").items():
        if count > 1:
            yield broken("I2", f"message {key} was shown {count} times")


def _without_delivery(kept: Kept) -> Iterator[str]:
    for key in _keys(kept, f"{_TO_BE_TOLD} AND key NOT IN (SELECT key FROM deliveries)"):
        yield broken("I3", f"event {key} is stored and nobody will be told")
    for key in _keys(kept, "SELECT key FROM deliveries WHERE key NOT IN (SELECT key FROM events)"):
        yield broken("I3", f"delivery {key} has no event")


def _without_job(kept: Kept) -> Iterator[str]:
    stuck = (
        "SELECT key FROM messages WHERE NOT received AND status = 0"
        " AND key NOT IN (SELECT key FROM outbox) AND key NOT IN (SELECT token FROM carried)"
    )
    for key in _keys(kept, stuck):
        yield broken("I8", f"message {key} is stuck: accepted, and neither a job nor with the network")


def _wrong_status(kept: Kept) -> Iterator[str]:
    """Each status came once, and the message is what its history makes it."""
    history: dict[int, list[Status]] = {}
    for key, status in kept.rows("SELECT message_key, status FROM events WHERE kind = 'status' ORDER BY key"):
        history.setdefault(key, []).append(Status(status))
    for key, status, seen in kept.rows("SELECT key, status, seen FROM messages WHERE NOT received"):
        came = history.get(key, [])
        if len(set(came)) < len(came):
            words = " ".join(status.word for status in came[:9])
            yield broken("I5", f"message {key} had a status twice: {words}")
        became = reduce(lambda was, now: TRANSITIONS[was, now], came, Status.ACCEPTED)
        if status != became or seen != reduce(lambda bits, now: bits | now.bit, came, Status.ACCEPTED.bit):
            why = f"message {key} is {Status(status)!r} with seen {seen:b}, not what its history makes it"
            yield broken("I5", why)


def _unfinished(ledger: Sequence[Entry], kept: Kept) -> Iterator[str]:
    """Nothing waits any more, and all that happened was told."""
    for key in _keys(kept, "SELECT key FROM outbox"):
        yield broken("I8", f"message {key} still waits for the upstream")
    for key in _keys(kept, "SELECT key FROM deliveries WHERE state = 0"):
        yield broken("I8", f"event {key} still waits for its subscriber")
    for key in _keys(kept, "SELECT key FROM messages WHERE NOT received AND status < 3"):
        yield broken("I1", f"message {key} has not reached its last status")
    posted = _count(ledger, "seen", "posted")
    for key in _keys(kept, _TO_BE_TOLD):
        if key not in posted:
            yield broken("I3", f"event {key} never reached the subscriber")


def _count(ledger: Sequence[Entry], mark: Mark, what: str) -> Counter[int]:
    return Counter(entry.key for entry in ledger if (entry.mark, entry.what) == (mark, what))


def _keys(kept: Kept, statement: str) -> set[int]:
    return {row[0] for row in kept.rows(statement)}
