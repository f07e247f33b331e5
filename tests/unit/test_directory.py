"""The directory in memory, when it is read anew while something changes."""

import asyncio
from typing import cast

import pytest

from waypost.flows.directory import Directory
from waypost.lib.clock import SystemClock
from waypost.model import Number, NumberId, Template, Token
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

    async def save_number(self, number: Number) -> None:
        self.numbers[number.id] = number


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_number_that_is_added_while_all_are_read_anew_is_not_hidden() -> None:
    records = SlowRecords()
    directory = Directory(cast("Records", records), SystemClock())
    loading = asyncio.create_task(directory.load())
    await records.reading.wait()

    await directory.save_number(NEW)
    records.go_on.set()
    await loading

    assert directory.numbers() == [OLD, NEW]
