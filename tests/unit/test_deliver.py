"""Bringing a message to an upstream that puts it off, loses it from sight or refuses it; what is kept of that."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.store_rows import NUMBER, outbound, waiting_messages

from waypost.blobs.local import LocalBlobs
from waypost.errors import Fault
from waypost.errors.outcomes import UNDELIVERABLE
from waypost.flows.acknowledged import Acknowledged
from waypost.flows.attach import Attach
from waypost.flows.blocks import Blocks
from waypost.flows.clearance import Clearance
from waypost.flows.deliver import MAX_ATTEMPTS, Deliver
from waypost.flows.directory import Directory
from waypost.flows.explain import Explain
from waypost.flows.inspect import Inspect
from waypost.flows.inspect_deliveries import InspectDeliveries
from waypost.flows.media_links import MediaLinks
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.media_urls import MediaURLs
from waypost.flows.messaging_limit import MessagingLimit
from waypost.flows.meters import Meters
from waypost.flows.receive import Receive
from waypost.flows.recent import Recent
from waypost.lib.clock import SystemClock
from waypost.lib.fetch_on_demand import FetcherOnDemand
from waypost.lib.ids import KeyMaker, wamid
from waypost.lib.images import ImageInspector
from waypost.lib.links import FetchPolicy
from waypost.model import (
    Delivery,
    FailedSend,
    Later,
    Medium,
    MessageKey,
    NumberId,
    Outbound,
    Outcome,
    Phone,
    Refused,
    Sent,
    Unknown,
)
from waypost.ports import StoreDown
from waypost.rules.magic import Magic
from waypost.storage.sqlite import SqliteStore
from waypost.wire.control.messages import SendView, TimelineEntry

pytestmark = pytest.mark.anyio

NOON_MS = 1_800_000_000_000
BUSY = Later(30.0, "busy")


@dataclass
class Scripted:
    """An upstream that answers what it is told to."""

    answers: deque[Outcome] = field(default_factory=deque)
    askable: bool = False

    async def send(self, message: Outbound, media: Sequence[Medium]) -> Outcome:
        _ = message, media
        return self.answers.popleft()

    async def arrived(self, token: MessageKey) -> Sent | None:
        raise AssertionError(token)

    async def mark_read(self, number_id: NumberId, key: MessageKey, *, typing: bool) -> None:
        raise AssertionError(number_id, key, typing)


@dataclass
class World:
    """A store, an upstream, and the flow between them."""

    store: SqliteStore
    upstream: Scripted
    deliver: Deliver
    inspect: Inspect

    async def tried(self, message: Outbound, *answers: Outcome) -> int | None:
        """Accept a message and try it once for each answer; return when the next attempt is due."""
        await self.store.accept(message)
        self.upstream.answers.extend(answers)
        due_ms = None
        for _ in answers:
            due_ms = await self.deliver(message)
        return due_ms

    async def tried_again(self, message: Outbound, answer: Outcome) -> None:
        """Try an accepted message once more."""
        self.upstream.answers.append(answer)
        await self.deliver(message)

    async def timeline(self, message: Outbound) -> list[tuple[str, SendView | None]]:
        """Return what the control API shows of a message: what happened, and which attempt it was."""
        shown = await self.inspect.message(wamid(message.key, message.tag, message.wa_id, received=False))
        assert shown is not None
        entries: list[TimelineEntry] = shown.timeline
        return [(entry.event, entry.send) for entry in entries]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        store = await SqliteStore.open(tmp_path / "waypost.db")
        stack.push_async_callback(store.close)
        blobs = LocalBlobs(tmp_path / "media")
        stack.push_async_callback(blobs.aclose)
        inspector = ImageInspector()
        stack.push_async_callback(inspector.aclose)
        clock, keys, policy = SystemClock(frozen_at_ms=NOON_MS), KeyMaker(after=100), FetchPolicy()
        directory = Directory(store, clock)
        shelf = MediaShelf(store, blobs, inspector, clock, keys)
        attach = Attach(shelf, MediaLinks(store, shelf, FetcherOnDemand(policy), policy, clock), clock)
        blocks = Blocks(store, store, clock, windows_lifted=True)
        meters = Meters(lifted=False)
        acknowledged = Acknowledged(store, SameKeys())
        receive = Receive(
            store,
            store,
            directory,
            Recent(),
            MediaURLs("secret", clock),
            blocks,
            meters,
            clock,
            keys,
            acknowledged,
            _nobody,
        )
        upstream = Scripted()
        messaging_limit = MessagingLimit(store, directory, clock, lifted=True)
        clearance = Clearance(store, directory, blocks, messaging_limit, Magic(), clock, windows_lifted=True)
        deliver = Deliver(store, upstream, receive, clearance, attach, clock)
        explain = Explain(store, store, directory, lambda wa_id: Phone(wa_id, "Rosa"), relaxed=False)
        inspect = Inspect(store, store, directory, explain, InspectDeliveries(store, directory))
        yield World(store, upstream, deliver, inspect)


class SameKeys:
    """Users who never change their phones."""

    def identity_hash(self, wa_id: str) -> str:
        return f"{wa_id}="


def _nobody(deliveries: Sequence[Delivery]) -> None:
    _ = deliveries


def text() -> Outbound:
    return outbound(10, number_id=NUMBER, accepted_ms=NOON_MS)


async def test_a_message_that_goes_well_at_once_leaves_no_attempt(world: World) -> None:
    message = text()

    await world.tried(message, Sent("wamid.1"))

    assert await world.store.failed_sends(message.key) == []
    assert await world.timeline(message) == [("message.accepted", None)]


async def test_every_attempt_that_does_not_succeed_is_kept_and_shown(world: World) -> None:
    message = text()

    await world.tried(message, BUSY, Unknown("no answer within 30 s"), Sent("wamid.1"))

    assert await world.store.failed_sends(message.key) == [
        FailedSend(1, NOON_MS, "later", "busy"),
        FailedSend(2, NOON_MS, "unknown", "no answer within 30 s"),
    ]
    assert await world.timeline(message) == [
        ("message.accepted", None),
        ("upstream.later", SendView(1, "busy")),
        ("upstream.unknown", SendView(2, "no answer within 30 s")),
    ]


async def test_a_message_that_is_put_off_is_due_when_the_upstream_says(world: World) -> None:
    assert await world.tried(text(), BUSY) == NOON_MS + 30_000


async def test_a_refused_message_fails_and_shows_the_attempt(world: World) -> None:
    message = text()

    await world.tried(message, BUSY, Refused(Fault(UNDELIVERABLE, "not on WhatsApp")))

    assert await world.timeline(message) == [
        ("message.accepted", None),
        ("upstream.later", SendView(1, "busy")),
        ("upstream.refused", SendView(2, "undeliverable: not on WhatsApp")),
        ("message.status", None),
    ]


async def test_a_message_is_given_up_after_the_last_attempt_and_shows_them_all(world: World) -> None:
    message = text()

    due_ms = await world.tried(message, *[BUSY] * MAX_ATTEMPTS)

    assert due_ms is None
    assert [send.number for send in await world.store.failed_sends(message.key)] == list(range(1, MAX_ATTEMPTS + 1))
    assert (await world.timeline(message))[-1] == ("message.status", None)


async def test_a_long_reason_is_cut(world: World) -> None:
    message = text()

    await world.tried(message, Later(0.0, "x" * 5_000))

    assert [len(send.why) for send in await world.store.failed_sends(message.key)] == [1_024]


class FullDisk:
    """A store that takes nothing."""

    async def begin(self, message: Outbound) -> None:
        raise StoreDown(f"no room to note {message.attempt}", no_space=True)

    async def settle_sent(self, message: Outbound, upstream_id: str) -> None:
        raise StoreDown(f"no room to note {message.key} as {upstream_id}", no_space=True)


class FullAfterwards(FullDisk):
    """A store that takes nothing from the moment on in which an attempt is noted as begun."""

    async def begin(self, message: Outbound) -> None:
        """There is room for this."""


async def test_a_message_that_was_sent_is_not_sent_again_because_the_disk_is_full(world: World) -> None:
    message = text()
    await world.store.accept(message)
    world.upstream.answers.append(Sent("wamid.1"))
    with pytest.raises(StoreDown):
        await replace(world.deliver, store=FullAfterwards())(message)

    due_ms = await world.deliver(message)

    assert due_ms is None
    assert await waiting_messages(world.store) == []


async def test_an_attempt_that_cannot_be_noted_is_none(world: World) -> None:
    message = text()
    await world.store.accept(message)
    with pytest.raises(StoreDown):
        await replace(world.deliver, store=FullDisk())(message)

    await world.tried_again(message, BUSY)

    assert [send.number for send in await world.store.failed_sends(message.key)] == [1]
