"""How many requests are made from schemas: some in `make test`, fifty thousand with `--full`; and what they came to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import settings
from tests.faults.tier import Tier
from tests.support.schemas import calmly

CALLS = "calls"
SLOWEST = "slowest"


@dataclass
class Calls:
    """What one test asks of a server, counted."""

    tier: Tier
    made: int = 0
    slowest: tuple[float, str] = (0.0, "")
    """In seconds, and what it was."""

    def count(self, *, quick: int, full: int) -> int:
        """Return how many bodies or requests to make of one strategy."""
        return self.tier.count(quick=quick, full=full)

    def many(self, *, quick: int, full: int) -> settings:
        """Return settings that make so many: with `--full` others than last time, since that is what it is for."""
        return settings(calmly(self.count(quick=quick, full=full)), derandomize=not self.tier.full)

    @contextmanager
    def call(self, what: str) -> Iterator[None]:
        """Count what is asked within."""
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.made += 1
        if seconds > self.slowest[0]:
            self.slowest = (seconds, what)


@pytest.fixture
def calls(request: pytest.FixtureRequest) -> Iterator[Calls]:
    """Count what this test asks of a server; the sum is told at the end of the run."""
    mine = Calls(Tier(request.node.nodeid, request.config.getoption("--full"), request.config.getoption("--share")))
    yield mine
    request.node.user_properties += [(CALLS, mine.made), (SLOWEST, mine.slowest)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many calls there were and which of them took longest."""
    told = [dict(report.user_properties) for report in terminalreporter.getreports("")]
    made = sum(properties.get(CALLS, 0) for properties in told)
    if made:
        seconds, what = max(tuple(properties[SLOWEST]) for properties in told if CALLS in properties)
        terminalreporter.write_line(f"{made:,} calls from schemas; the slowest took {seconds:.2f} s: {what[:500]}")
