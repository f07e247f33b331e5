"""An upstream that repeats and reorders what it reports: each status and each message of a user counts once."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.faults.ledger import Entry
from tests.faults.server_checker import acknowledged, check
from tests.faults.server_peers import call_of
from tests.faults.tier import Tier
from tests.support.clients import client_for
from tests.support.receiver import Receiver
from tests.support.server import TOKEN, Running, running

from waypost.lib.ids import parse_message_id
from waypost.model import InboundMessage, MessageKey, NumberId, Person, Status, StatusUpdate

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

NUMBER = "15550123456"
PHONE = "491701234568"
REPORTERS = 8
STATUSES = (Status.SENT, Status.DELIVERED, Status.READ)


def key_of(message_id: str) -> MessageKey:
    ref = parse_message_id(message_id)
    assert ref is not None
    return MessageKey(ref.key)


def of_a_user(key: MessageKey, now_ms: int) -> InboundMessage:
    """Return a message as an upstream reports it."""
    body = b'{"type":"text","text":{"body":"hi"}}'
    return InboundMessage(key, 7, NumberId(int(NUMBER)), Person(PHONE, "Ada", "DE.1"), "text", body, now_ms)


async def report(server: Running, reports: Sequence[StatusUpdate | InboundMessage], chance: random.Random) -> None:
    """Report all of it from several connections at once, statuses in batches of any size."""
    left = list(reports)

    async def reporter() -> None:
        while left:
            one, receive = left.pop(), server.parts.receive
            if isinstance(one, InboundMessage):
                await receive.message(one)
                continue
            batch = [one]
            while left and len(batch) < chance.randrange(40) and isinstance(left[-1], StatusUpdate):
                batch.append(left.pop())  # type: ignore[arg-type]  # as just asked
            await receive.statuses(batch)

    await asyncio.gather(*(reporter() for _ in range(REPORTERS)))


async def test_what_an_upstream_repeats_and_reorders_counts_once(tmp_path: Path, tier: Tier) -> None:
    chance = random.Random(1)
    messages, copies = tier.count(quick=30, full=1_000), tier.count(quick=8, full=40)
    async with Receiver() as hook:
        flags = {"number": NUMBER, "rules": "relaxed", "webhook": hook.url, "status_delay": "3600"}
        async with running(tmp_path, **flags) as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
            answers = [await client.send(PHONE, "text", {"body": "hello"}) for _ in range(messages)]
            ids = [str(answer.json["messages"][0]["id"]) for answer in answers]
            now_ms, keys = server.parts.resources.clock.now_ms(), server.parts.resources.keys
            statuses = [StatusUpdate(key_of(one), status, now_ms, None) for one in ids for status in STATUSES]
            written = [of_a_user(MessageKey(keys.next()), now_ms) for _ in range(messages)]
            reports: list[StatusUpdate | InboundMessage] = [*statuses, *written] * copies
            chance.shuffle(reports)

            await report(server, reports, chance)
            await hook.wait_for_count(4 * messages, timeout=60)
            await asyncio.sleep(0.2)  # whatever came twice would come now

    calls = [call_of(got) for got in hook.received]
    told = Counter(one for call in calls for one in call.statuses)
    tier.note("reports", len(reports))
    tier.note("events told", len(calls))
    assert told == {(key_of(one), status.word): 1 for one in ids for status in STATUSES}
    assert Counter(key for call in calls for key in call.messages) == {message.key: 1 for message in written}
    accepted = [entry for entry in acknowledged(ids) if entry.what == "accept"]
    taken = [Entry("ack", "written", message.key) for message in written]
    assert check([*accepted, *taken], calls, tmp_path, relaxed=True) == []
