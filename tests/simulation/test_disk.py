"""The plain store promises what every store promises: the contract suite of the port, run once more over it."""

import asyncio
from collections.abc import Callable

import pytest
from tests.contract.test_store import (
    TestDeliveries,
    TestFurtherDeliveries,
    TestHighestKey,
    TestInbound,
    TestJobs,
    TestStatuses,
)
from tests.simulation.disk import Disk
from tests.simulation.plain import Plain

__all__ = ["TestDeliveries", "TestFurtherDeliveries", "TestHighestKey", "TestInbound", "TestJobs", "TestStatuses"]

pytestmark = pytest.mark.anyio


class AtOnce:
    """No choices: everything happens in its turn."""

    def may(self, what: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(what)


@pytest.fixture
async def store(anyio_backend: str) -> Plain:
    _ = anyio_backend
    return Plain(Disk(), AtOnce())


@pytest.fixture
def records(store: Plain) -> Plain:
    return store


@pytest.fixture
def lists(store: Plain) -> Plain:
    return store
