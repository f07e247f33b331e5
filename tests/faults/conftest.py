"""Every test here knows how much it is to do."""

from collections.abc import Iterator

import pytest
from tests.faults.tier import Tier


@pytest.fixture
def tier(request: pytest.FixtureRequest) -> Iterator[Tier]:
    """How much this test is to do; what it notes is kept once it has passed."""
    failed = request.session.testsfailed
    mine = Tier(request.node.nodeid, request.config.getoption("--full"), request.config.getoption("--share"))
    yield mine
    if request.session.testsfailed == failed:
        mine.save()
