"""The directory in memory, when it is read anew while something changes."""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest
from msgspec.structs import replace

from waypost.flows.directory import Directory
from waypost.lib.clock import SystemClock
from waypost.model import Number, NumberId, Template, Token, Webhook
from waypost.ports import Records

pytestmark = pytest.mark.anyio

OLD, NEW = Number(NumberId(1), 1, "Old", "secret"), Number(NumberId(2), 1, "New", "secret")


class SlowRecords:
    """Rows whose reading takes until it is let go on; it shows what there was when it began."""

    def __init__(self) -> None:
        self.numbers = {OLD.id: OLD}
        self.reading, self.go_on = asyncio.Event(), asyncio.Event()

    async def load_numbers(self) -> list[Number]:
        found = list(self.numbers.values())
        self.reading.set()
        await self.go_on.wait()
        return found

    async def load_tokens(self) -> list[Token]:
        return []

    async def load_templates(self) -> list[Template]:
        return []

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        self.numbers[number.id] = change(self.numbers.get(number.id, number))
        return self.numbers[number.id]

    async def save_number(self, number: Number) -> None:
        self.numbers[number.id] = number


async def test_a_number_that_is_added_while_all_are_read_anew_is_not_hidden() -> None:
    records = SlowRecords()
    directory = Directory(cast("Records", records), SystemClock())
    loading = asyncio.create_task(directory.load())
    await records.reading.wait()

    await directory.save_number(NEW)
    records.go_on.set()
    await loading

    assert directory.numbers() == [OLD, NEW]


async def test_a_change_is_made_to_what_is_stored_and_not_to_what_was_known() -> None:
    records = SlowRecords()
    directory = Directory(cast("Records", records), SystemClock())
    records.numbers[OLD.id] = replace(OLD, app_secret="changed elsewhere")

    changed = await directory.change_number(OLD, lambda now: replace(now, name="Renamed"))

    assert changed == replace(OLD, name="Renamed", app_secret="changed elsewhere")
    assert directory.number(OLD.id) == changed


async def test_a_webhook_that_is_gone_is_found_after_all_was_read_anew_and_nothing_else_is_changed() -> None:
    records = SlowRecords()
    records.go_on.set()
    gone = Webhook("https://example.com/hook")
    records.numbers[OLD.id] = replace(OLD, webhook=Webhook("https://example.com/hook"))
    directory = Directory(cast("Records", records), SystemClock())
    await directory.load()
    records.numbers[OLD.id] = replace(records.numbers[OLD.id], name="Renamed elsewhere")

    await directory.disable_webhook(OLD.id, gone)

    assert records.numbers[OLD.id] == replace(OLD, name="Renamed elsewhere", webhook=replace(gone, disabled=True))
