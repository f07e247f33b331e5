"""Every registered store, opened empty for one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from waypost.ports import FullStore
from waypost.registry import STORES, load


@pytest.fixture(params=sorted(STORES))
def store_scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store_place(store_scheme: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store of the scheme may keep its rows."""
    if store_scheme == "sqlite":
        return str(tmp_path / "waypost.db")
    return str(request.getfixturevalue("database"))


@pytest.fixture
async def opened(anyio_backend: str, store_scheme: str, store_place: str) -> AsyncIterator[FullStore]:
    _ = anyio_backend
    store: FullStore = await load(STORES[store_scheme]).open(store_place)
    yield store
    await store.close()
