"""Telling a subscriber while the disk is full: what has been told stays told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
from tests.simulation.disk import Disk
from tests.simulation.plain import Plain
from tests.support.store_rows import NUMBER, inbound_row, waiting_deliveries

from waypost.flows.directory import Directory
from waypost.flows.figures import Figures
from waypost.flows.notify import Notify
from waypost.lib.clock import SystemClock
from waypost.lib.poster import Headers, NotPosted, Posted
from waypost.model import Number, Webhook
from waypost.ports import FullStore, StoreDown, Written

pytestmark = pytest.mark.anyio

NOW_MS = 1_800_000_000_000


class AtOnce:
    """What may happen happens in its turn."""

    def may(self, what: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(what)


@dataclass
class Receiver:
    """A subscriber that answers with one status, and counts how often it is asked."""

    status: int
    calls: list[bytes] = field(default_factory=list)

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, **more: object
    ) -> Posted | NotPosted:
        _ = url, headers, more
        self.calls.append(body)
        return Posted(self.status, b"", None, timeout)

    async def get(self, url: str, *, timeout: timedelta, **more: object) -> Posted | NotPosted:
        raise AssertionError(url, timeout, more)

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("status", "state"), [(200, "done"), (500, "waiting"), (410, "dead")])
async def test_a_receiver_that_has_answered_is_not_asked_again_because_the_disk_is_full(
    status: int, state: str
) -> None:
    disk, clock, receiver = Disk(), SystemClock(frozen_at_ms=NOW_MS), Receiver(status)
    webhook = Webhook("https://hook.example/")
    disk.numbers[NUMBER] = Number(NUMBER, 3_000_000_000_000_001, "Sim", "secret", webhook=webhook)
    store = Plain(disk, AtOnce())
    full_store = cast("FullStore", store)  # all of it that is asked for here
    directory = Directory(full_store, clock)
    await directory.load()
    figures = Figures(waiting=lambda: 0, accepted=lambda: 0, written=Written)
    notify = Notify(full_store, directory, receiver, figures, clock, timeout=timedelta(seconds=5), any_2xx=False)
    await store.record_inbound(inbound_row(20, 10, at_ms=NOW_MS))
    (delivery,) = await waiting_deliveries(full_store)
    store.full = True
    answered: list[str] = []
    with pytest.raises(StoreDown):
        await notify(delivery, lambda: answered.append("by the receiver"))
    store.full = False

    await notify(delivery, lambda: answered.append("once more"))

    found = await store.delivery(delivery.key)
    assert found is not None
    assert (len(receiver.calls), found.state, len(found.attempts)) == (1, state, 1)
    assert answered == ["by the receiver"]
