"""Statuses of messages that are not among the newest."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from tests.support.store_rows import outbound

from waypost.flows.acknowledged import Acknowledged
from waypost.flows.blocks import Blocks
from waypost.flows.directory import Directory
from waypost.flows.media_urls import MediaURLs
from waypost.flows.meters import Meters
from waypost.flows.receive import Receive
from waypost.flows.recent import Recent
from waypost.lib.clock import SystemClock
from waypost.lib.ids import KeyMaker
from waypost.model import MessageKey, Status, StatusUpdate
from waypost.ports import Envelope
from waypost.storage.sqlite import SqliteStore

pytestmark = pytest.mark.anyio


class AskedStore(SqliteStore):
    """Notes which envelopes were read together."""

    asked: list[list[MessageKey]]

    async def envelopes(self, keys: Sequence[MessageKey]) -> list[Envelope]:
        self.asked.append(list(keys))
        return await super().envelopes(keys)


class SameKeys:
    """Users who never change their phones."""

    def identity_hash(self, wa_id: str) -> str:
        return f"{wa_id}="


@pytest.fixture
async def store(tmp_path: Path, anyio_backend: str) -> AsyncIterator[AskedStore]:
    _ = anyio_backend
    made = await AskedStore.open(tmp_path / "waypost.db")
    assert isinstance(made, AskedStore)
    made.asked = []
    for key in (10, 20, 30):
        await made.accept(outbound(key, callback_data=f"order {key}"))
    yield made
    await made.close()


async def test_what_old_messages_statuses_repeat_is_read_for_all_of_them_at_once(store: AskedStore) -> None:
    clock, recent = SystemClock(), Recent()
    blocks = Blocks(store, store, clock, windows_lifted=True)
    receive = Receive(
        store,
        store,
        Directory(store, clock),
        recent,
        MediaURLs("secret", clock),
        blocks,
        Meters(lifted=True),
        clock,
        KeyMaker(after=100),
        Acknowledged(store, SameKeys()),
        lambda _: None,
    )
    recent.remember(outbound(30))
    statuses = [
        StatusUpdate(MessageKey(key), status, 5_000, None)
        for key in (10, 20, 30, 99)
        for status in (Status.SENT, Status.DELIVERED)
    ]

    await receive.statuses(statuses)

    assert store.asked == [[10, 20, 99]]
    assert [len(await store.events_of(MessageKey(key))) for key in (10, 20, 30, 99)] == [2, 2, 2, 0]
