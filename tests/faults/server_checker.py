"""Compares what the outside knows with what a server left, once it was given time to finish.

The store's own checks come first (`checker`); here is what only a whole server can break: webhooks, media, files.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from tests.faults import checker
from tests.faults.invariants import broken
from tests.faults.kept import BACKENDS, Kept
from tests.faults.ledger import Entry
from tests.faults.server_peers import Call

from waypost.lib import ids

_SENDS = ("sending", "failing", "either")
_MORE_DESCRIPTORS, _MORE_THREADS, _MORE_KILOBYTES = 64, 8, 24_576
"""How much of what a process uses may come and stay while it works: connections that are kept, pools that fill."""
_TOLD = ["sent", "delivered", "read"]


def check(
    ledger: Sequence[Entry], calls: Sequence[Call], data: Path, *, backend: str = "sqlite", relaxed: bool = False
) -> list[str]:
    """Return every broken promise, in words; `data` is the folder of a server that has finished and stopped.

    A server with `relaxed` rules has no windows.
    """
    posted = [Entry("seen", "posted", call.event) for call in calls]
    kept = BACKENDS[backend].read(data)
    try:
        return [
            *checker.check(chain(ledger, posted), kept, quiet=True),
            *_wrongly_told(ledger, calls),
            *_not_the_same_bytes(calls),
            *_not_the_same_message(ledger, kept),
            *_sent_twice(ledger, kept),
            *_several_ids(ledger),
            *_without_bytes(ledger, kept, data),
            *_left_behind(kept, data),
            *_told_others(calls, kept),
            *_kept_for_good(ledger),
            *([] if relaxed else _after_the_window(kept)),
        ]
    finally:
        kept.close()


def acknowledged(message_ids: Iterable[str]) -> list[Entry]:
    """Return the ledger of messages that were answered with these ids, and that nothing keeps from their users."""
    refs = [ids.parse_message_id(message_id) for message_id in message_ids]
    keys = [(ref.key, ref.tag) for ref in refs if ref is not None]
    return [entry for key, tag in keys for entry in (Entry("ack", "accept", key), Entry("ack", "sending", key, tag))]


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
                yield broken(
                    "I1", f"message {entry.key} was acknowledged, and the webhook was told {told.get(entry.key)}"
                )
            case ("ack", "failing") if told.get(entry.key) != ["failed"]:
                yield broken("I1", f"message {entry.key} had to fail, and the webhook was told {told.get(entry.key)}")
            case ("ack", "either") if told.get(entry.key) not in (_TOLD, ["failed"]):
                yield broken(
                    "I1",
                    f"message {entry.key} had to be delivered or fail, and the webhook was told {told.get(entry.key)}",
                )
            case ("ack", "written") if entry.key not in messages:
                yield broken("I3", f"the user's message {entry.key} never reached the webhook")


def _not_the_same_bytes(calls: Sequence[Call]) -> Iterator[str]:
    bodies: dict[int, str] = {}
    for call in calls:
        if bodies.setdefault(call.event, call.digest) != call.digest:
            yield broken("I4", f"event {call.event} came with other bytes the second time")


def _not_the_same_message(ledger: Sequence[Entry], kept: Kept) -> Iterator[str]:
    tags = dict(kept.rows("SELECT key, tag FROM messages"))
    for entry in ledger:
        if entry.mark == "ack" and entry.what in _SENDS and tags.get(entry.key) != entry.detail:
            yield broken("I1", f"the id that was answered for message {entry.key} does not name it")


def _sent_twice(ledger: Sequence[Entry], kept: Kept) -> Iterator[str]:
    """What was asked for is there once if it was acknowledged, and at most once if it was not."""
    bodies = kept.rows("SELECT body FROM contents JOIN messages USING (key) WHERE NOT received")
    stored = Counter(int(token) for (body,) in bodies for token in re.findall(rb"t(\d+);", bytes(body)))
    acknowledged = {entry.detail for entry in ledger if (entry.mark, entry.what) == ("ack", "accept")}
    for entry in ledger:
        if (entry.mark, entry.what) != ("intent", "accept"):
            continue
        count = stored[entry.detail]
        if count > 1 or (count == 0 and entry.detail in acknowledged):
            yield broken(
                "I1" if count == 0 else "I13", f"what was asked for once, as {entry.detail}, is there {count} times"
            )
    for token, phones in kept.rows(
        "SELECT token, count(*) FROM carried LEFT JOIN messages ON key = token GROUP BY token"
        " HAVING count(*) > 1 OR max(key) IS NULL"
    ):
        yield broken("I2", f"the network has message {token}, which is not there, or {phones} times")


def _several_ids(ledger: Sequence[Entry]) -> Iterator[str]:
    """What was asked for again under its key, in this life or the next, was answered with the same id."""
    answers: dict[int, set[int]] = {}
    for entry in ledger:
        if (entry.mark, entry.what) == ("ack", "accept") and entry.detail:
            answers.setdefault(entry.detail, set()).add(entry.key)
    for token, answered in answers.items():
        if len(answered) > 1:
            yield broken("I9", f"what was asked for as {token} was answered with several ids")


def _without_bytes(ledger: Sequence[Entry], kept: Kept, data: Path) -> Iterator[str]:
    rows = {int(key): bytes(sha256) for key, sha256 in kept.rows("SELECT key, sha256 FROM media")}
    for key, sha256 in rows.items():
        name = sha256.hex()
        file = data / "media" / name[:2] / name[2:4] / name
        if not file.is_file():
            yield broken("I7", f"media id {key} has no bytes")
        elif hashlib.sha256(file.read_bytes()).digest() != sha256:
            yield broken("I7", f"media id {key} has other bytes than its hash says")
    deleted = {entry.key for entry in ledger if (entry.mark, entry.what) == ("intent", "delete")}
    for entry in ledger:
        if (entry.mark, entry.what) != ("ack", "media") or entry.key in deleted:
            continue
        if rows.get(entry.key) != entry.detail.to_bytes(32, "big"):
            yield broken("I7", f"media id {entry.key} was acknowledged and does not lead to what was uploaded")


def _left_behind(kept: Kept, data: Path) -> Iterator[str]:
    for file in (data / "media" / "tmp").iterdir():
        yield broken("I8", f"the unfinished file {file.name} was left behind")
    for count in kept.rows("SELECT count(*) FROM orphans"):
        if count != (0,):
            yield broken("I8", f"{count[0]} statuses are parked for messages that do not come")


def _after_the_window(kept: Kept) -> Iterator[str]:
    """What is not a template reached nobody who had not written in the 24 hours before it was accepted."""
    late = (
        "SELECT token FROM carried JOIN messages ON messages.key = token WHERE messages.kind <> 'template'"
        " AND carried.fault IS NULL AND NOT EXISTS (SELECT 1 FROM messages AS wrote WHERE wrote.received"
        " AND wrote.number_id = carried.number_id AND wrote.wa_id = carried.wa_id"
        " AND wrote.at_ms > messages.at_ms - 86400000)"
    )
    for (token,) in kept.rows(late):
        yield broken("I6", f"message {token} reached a user who had not written for 24 hours")


def _told_others(calls: Sequence[Call], kept: Kept) -> Iterator[str]:
    """A webhook with a number in its path heard of nothing but that number and its messages."""
    owners = dict(kept.rows("SELECT key, number_id FROM messages"))
    for call in calls:
        number = call.path.rpartition("/")[2]
        if not number.isdigit():
            continue
        about = {*call.numbers, *(owners.get(key, 0) for key in (*dict(call.statuses), *call.messages))}
        if about != {int(number)}:
            yield broken("I11", f"the webhook of {number} was told event {call.event}, which is about {sorted(about)}")


def _kept_for_good(ledger: Sequence[Entry]) -> Iterator[str]:
    """After more work and once all was quiet a process used what it had used before."""
    for entry in ledger:
        most = {
            "descriptors": entry.key + _MORE_DESCRIPTORS,
            "threads": entry.key + _MORE_THREADS,
            "kilobytes": entry.key * 1.05 + _MORE_KILOBYTES,
        }.get(entry.what)
        if most is not None and entry.detail > most:
            yield broken("I12", f"a process had {entry.key} {entry.what}, and after more work it had {entry.detail}")
