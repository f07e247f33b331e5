"""Puts what the clients were promised beside what the receiver was told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
from bench.receiver import COMPLETE, Counts, Ledger, Sent

from waypost.lib.ids import parse_message_id


class Verdict(msgspec.Struct):
    """Every count but the first should be 0."""

    accepted: int
    lost: int
    """Statuses that accepted messages never had."""
    unknown: int
    """Messages with statuses whose ids no client was given."""
    out_of_order: int
    """Statuses of one message."""
    recipient_out_of_order: int
    """Messages that the upstream took before an earlier one to the same recipient."""
    duplicates: int
    badly_signed: int
    unexpected: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return self.accepted > 0 and not any(msgspec.structs.astuple(self)[1:])


def judge(accepted: Sequence[str], ledger: Ledger) -> Verdict:
    """Compare the ids that clients were given with the ledger."""
    missing = (COMPLETE & ~ledger.told.get(message_id, 0) for message_id in accepted)
    counts = ledger.counts
    return Verdict(
        accepted=len(accepted),
        lost=sum(bits.bit_count() for bits in missing),
        unknown=len(ledger.told.keys() - set(accepted)),
        out_of_order=counts.out_of_order,
        recipient_out_of_order=overtakers(ledger.sent),
        duplicates=counts.duplicates,
        badly_signed=counts.badly_signed,
        unexpected=counts.unexpected,
    )


def overtakers(sent: Iterable[Sent]) -> int:
    """Count the messages that the upstream took before one to the same recipient accepted earlier.

    A message's id holds the key by which messages are ordered, an event's id that of the moment it was made.
    """
    by_recipient: defaultdict[str, list[Sent]] = defaultdict(list)
    for each in sorted(sent, key=lambda each: each.event_key):
        by_recipient[each.recipient].append(each)
    return sum(_falls([_key(each.message_id) for each in group]) for group in by_recipient.values())


def accepted_ids(answers: Path) -> list[str]:
    """Return the message ids in a file of answers, one a line."""
    decode = msgspec.json.Decoder(_Answer).decode
    return [message.id for line in answers.read_bytes().splitlines() for message in decode(line).messages]


def counts_of(raw: bytes) -> Counts:
    """Read the receiver's counts."""
    return msgspec.json.decode(raw, type=Counts)


class _Message(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    messages: list[_Message]


def _falls(keys: Sequence[int]) -> int:
    return sum(later < earlier for earlier, later in pairwise(keys))


def _key(message_id: str) -> int:
    found = parse_message_id(message_id)
    return found.key if found is not None else 0
