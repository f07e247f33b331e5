"""Every registered store, opened empty for one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from waypost.storage.sqlite import SqliteStore


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["sqlite"])
async def opened(anyio_backend: str, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    _ = anyio_backend
    store = await SqliteStore.open(tmp_path / "waypost.db")
    yield store
    await store.close()
