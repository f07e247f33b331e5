"""Compares what the outside knows with what a server left, once it was given time to finish.

The store's own checks come first (`checker`); here is what only a whole server can break: webhooks, media, files.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import apsw
from tests.faults import checker
from tests.faults.ledger import Entry
from tests.faults.server_peers import Call

_SENDS = ("sending", "failing", "either")
_TOLD = ["sent", "delivered", "read"]


def check(ledger: Sequence[Entry], calls: Sequence[Call], data: Path) -> list[str]:
    """Return every broken promise, in words; `data` is the folder of a server that has finished and stopped."""
    posted = [Entry("seen", "posted", call.event) for call in calls]
    connection = apsw.Connection(str(data / "waypost.db"), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        return [
            *checker.check(chain(ledger, posted), data / "waypost.db", quiet=True),
            *_wrongly_told(ledger, calls),
            *_not_the_same_bytes(calls),
            *_not_the_same_message(ledger, connection),
            *_sent_twice(ledger, connection),
            *_several_ids(ledger),
            *_without_bytes(ledger, connection, data),
            *_left_behind(connection, data),
        ]
    finally:
        connection.close()


def _wrongly_told(ledger: Sequence[Entry], calls: Sequence[Call]) -> Iterator[str]:
    """Each status of an acknowledged message was told, the first time in order; so was each message of a user."""
    told: dict[int, list[str]] = {}
    for key, status in chain.from_iterable(call.statuses for call in calls):
        came = told.setdefault(key, [])
        if status not in came:
            came.append(status)
    messages = set(chain.from_iterable(call.messages for call in calls))
    for entry in ledger:
        match (entry.mark, entry.what):
            case ("ack", "sending") if told.get(entry.key) != _TOLD:
                yield f"message {entry.key} was acknowledged, and the webhook was told {told.get(entry.key)}"
            case ("ack", "failing") if told.get(entry.key) != ["failed"]:
                yield f"message {entry.key} had to fail, and the webhook was told {told.get(entry.key)}"
            case ("ack", "either") if told.get(entry.key) not in (_TOLD, ["failed"]):
                yield f"message {entry.key} had to be delivered or fail, and the webhook was told {told.get(entry.key)}"
            case ("ack", "written") if entry.key not in messages:
                yield f"the user's message {entry.key} never reached the webhook"


def _not_the_same_bytes(calls: Sequence[Call]) -> Iterator[str]:
    bodies: dict[int, str] = {}
    for call in calls:
        if bodies.setdefault(call.event, call.digest) != call.digest:
            yield f"event {call.event} came with other bytes the second time"


def _not_the_same_message(ledger: Sequence[Entry], connection: apsw.Connection) -> Iterator[str]:
    tags = dict(connection.execute("SELECT key, tag FROM messages"))
    for entry in ledger:
        if entry.mark == "ack" and entry.what in _SENDS and tags.get(entry.key) != entry.detail:
            yield f"the id that was answered for message {entry.key} does not name it"


def _sent_twice(ledger: Sequence[Entry], connection: apsw.Connection) -> Iterator[str]:
    """What was asked for is there once if it was acknowledged, and at most once if it was not."""
    bodies = connection.execute("SELECT body FROM contents JOIN messages USING (key) WHERE received = 0")
    stored = Counter(int(token) for (body,) in bodies for token in re.findall(rb"t(\d+);", bytes(body)))
    acknowledged = {entry.detail for entry in ledger if (entry.mark, entry.what) == ("ack", "accept")}
    for entry in ledger:
        if (entry.mark, entry.what) != ("intent", "accept"):
            continue
        count = stored[entry.detail]
        if count > 1 or (count == 0 and entry.detail in acknowledged):
            yield f"what was asked for once, as {entry.detail}, is there {count} times"
    for token, phones in connection.execute(
        "SELECT token, count(*) FROM carried LEFT JOIN messages ON key = token GROUP BY token"
        " HAVING count(*) > 1 OR max(key) IS NULL"
    ):
        yield f"the network has message {token}, which is not there, or {phones} times"


def _several_ids(ledger: Sequence[Entry]) -> Iterator[str]:
    """What was asked for again under its key, in this life or the next, was answered with the same id."""
    ids: dict[int, set[int]] = {}
    for entry in ledger:
        if (entry.mark, entry.what) == ("ack", "accept") and entry.detail:
            ids.setdefault(entry.detail, set()).add(entry.key)
    yield from (f"what was asked for as {token} was answered with several ids" for token in ids if len(ids[token]) > 1)


def _without_bytes(ledger: Sequence[Entry], connection: apsw.Connection, data: Path) -> Iterator[str]:
    rows = {int(key): bytes(sha256) for key, sha256 in connection.execute("SELECT key, sha256 FROM media")}
    for key, sha256 in rows.items():
        name = sha256.hex()
        file = data / "media" / name[:2] / name[2:4] / name
        if not file.is_file():
            yield f"media id {key} has no bytes"
        elif hashlib.sha256(file.read_bytes()).digest() != sha256:
            yield f"media id {key} has other bytes than its hash says"
    deleted = {entry.key for entry in ledger if (entry.mark, entry.what) == ("intent", "delete")}
    for entry in ledger:
        if (entry.mark, entry.what) != ("ack", "media") or entry.key in deleted:
            continue
        if rows.get(entry.key) != entry.detail.to_bytes(32, "big"):
            yield f"media id {entry.key} was acknowledged and does not lead to what was uploaded"


def _left_behind(connection: apsw.Connection, data: Path) -> Iterator[str]:
    for file in (data / "media" / "tmp").iterdir():
        yield f"the unfinished file {file.name} was left behind"
    for count in connection.execute("SELECT count(*) FROM orphans"):
        if count != (0,):
            yield f"{count[0]} statuses are parked for messages that do not come"
