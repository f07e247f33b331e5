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
from pathlib import Path
from typing import Any

import apsw
from tests.faults.ledger import Entry, Mark

from waypost.model import TRANSITIONS, Status


def check(ledger: Iterable[Entry], database: Path, *, quiet: bool) -> list[str]:
    """Return every broken promise, in words; `quiet` means that the server had time to finish all its work."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        return list(_broken(list(ledger), connection, quiet=quiet))
    finally:
        connection.close()


def _broken(ledger: Sequence[Entry], connection: apsw.Connection, *, quiet: bool) -> Iterator[str]:
    integrity = connection.execute("PRAGMA integrity_check").get
    if integrity != "ok":
        yield f"the database is damaged: {integrity}"
    yield from _lost(ledger, connection)
    yield from _repeated(ledger)
    yield from _without_delivery(connection)
    yield from _without_job(connection)
    yield from _wrong_status(connection)
    if quiet:
        yield from _unfinished(ledger, connection)


def _lost(ledger: Sequence[Entry], connection: apsw.Connection) -> Iterator[str]:
    """Everything acknowledged is there."""
    messages = _keys(connection, "SELECT key FROM messages JOIN contents USING (key)")
    events = _keys(connection, "SELECT key FROM events")
    done = _keys(connection, "SELECT key FROM deliveries WHERE state = 1")
    jobs = _keys(connection, "SELECT key FROM outbox")
    for entry in ledger:
        match (entry.mark, entry.what):
            case ("ack", "accept" | "inbound" | "status") if entry.key not in messages:
                yield f"message {entry.key} was acknowledged ({entry.what}) and is not there"
            case ("ack", "inbound" | "status") if entry.detail not in events:
                yield f"event {entry.detail} of message {entry.key} was acknowledged and is not there"
            case ("ack", "sent") if entry.key in jobs:
                yield f"message {entry.key} was settled and would be sent again"
            case ("ack", "done") if entry.key not in done:
                yield f"event {entry.key} was noted as delivered and would be delivered again"


def _repeated(ledger: Sequence[Entry]) -> Iterator[str]:
    """The embedded network shows a message once."""
    for key, count in _count(ledger, "seen", "shown").items():
        if count > 1:
            yield f"message {key} was shown {count} times"


def _without_delivery(connection: apsw.Connection) -> Iterator[str]:
    for key in _keys(connection, "SELECT key FROM events WHERE key NOT IN (SELECT key FROM deliveries)"):
        yield f"event {key} is stored and nobody will be told"
    for key in _keys(connection, "SELECT key FROM deliveries WHERE key NOT IN (SELECT key FROM events)"):
        yield f"delivery {key} has no event"


def _without_job(connection: apsw.Connection) -> Iterator[str]:
    stuck = (
        "SELECT key FROM messages WHERE received = 0 AND status = 0"
        " AND key NOT IN (SELECT key FROM outbox) AND key NOT IN (SELECT token FROM carried)"
    )
    for key in _keys(connection, stuck):
        yield f"message {key} is stuck: accepted, and neither a job nor with the network"


def _wrong_status(connection: apsw.Connection) -> Iterator[str]:
    """Each status came once, and the message is what its history makes it."""
    history: dict[int, list[Status]] = {}
    for row in connection.execute("SELECT message_key, status FROM events WHERE kind = 'status' ORDER BY key"):
        key, status = _integers(row)
        history.setdefault(key, []).append(Status(status))
    for row in connection.execute("SELECT key, status, seen FROM messages WHERE received = 0"):
        key, status, seen = _integers(row)
        came = history.get(key, [])
        if len(set(came)) < len(came):
            yield f"message {key} had a status twice: {' '.join(status.word for status in came[:9])}"
        became = reduce(lambda was, now: TRANSITIONS[was, now], came, Status.ACCEPTED)
        if status != became or seen != reduce(lambda bits, now: bits | now.bit, came, Status.ACCEPTED.bit):
            yield f"message {key} is {Status(status)!r} with seen {seen:b}, not what its history makes it"


def _unfinished(ledger: Sequence[Entry], connection: apsw.Connection) -> Iterator[str]:
    """Nothing waits any more, and all that happened was told."""
    for key in _keys(connection, "SELECT key FROM outbox"):
        yield f"message {key} still waits for the upstream"
    for key in _keys(connection, "SELECT key FROM deliveries WHERE state = 0"):
        yield f"event {key} still waits for its subscriber"
    for key in _keys(connection, "SELECT key FROM messages WHERE received = 0 AND status < 3"):
        yield f"message {key} has not reached its last status"
    posted = _count(ledger, "seen", "posted")
    for key in _keys(connection, "SELECT key FROM events"):
        if key not in posted:
            yield f"event {key} never reached the subscriber"


def _count(ledger: Sequence[Entry], mark: Mark, what: str) -> Counter[int]:
    return Counter(entry.key for entry in ledger if (entry.mark, entry.what) == (mark, what))


def _keys(connection: apsw.Connection, statement: str) -> set[int]:
    return {_integers(row)[0] for row in connection.execute(statement)}


def _integers(row: Any) -> tuple[int, ...]:  # Any: the columns' types are the schema's
    return tuple(row)
