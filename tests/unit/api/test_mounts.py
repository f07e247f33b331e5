"""What a face writes into the log about requests that it could not serve."""

import logging
from collections.abc import Iterator

import pytest
from tests.support.exchange import MemoryExchange

from waypost.api.mounts import Mount, render_plainly
from waypost.api.routing import Answer, Request, Route, Router
from waypost.errors import Refusal
from waypost.errors.outcomes import SOMETHING_WENT_WRONG

pytestmark = pytest.mark.anyio


class Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def kept() -> Iterator[Kept]:
    logger, handler = logging.getLogger("waypost.api"), Kept()
    level = logger.level
    logger.setLevel(logging.WARNING)  # whatever a server that ran before has set
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


async def _ask(error: Exception) -> None:
    """Let a handler raise `error`."""

    async def handler(_request: Request) -> Answer:
        raise error

    exchange = MemoryExchange()
    await Mount(Router([Route("GET", "/x", handler, "x")]), render_plainly)(
        Request("GET", "/x", [], exchange), exchange
    )


async def test_a_fault_that_was_wished_for_is_no_error_in_the_log(kept: Kept) -> None:
    await _ask(Refusal(SOMETHING_WENT_WRONG, "15550001111"))

    [record] = kept.records
    assert (record.levelname, record.getMessage(), record.exc_info) == ("WARNING", "request.refused", None)
    assert vars(record)["fields"]["why"] == "something_went_wrong"


async def test_a_bug_is_an_error_in_the_log_and_says_where(kept: Kept) -> None:
    await _ask(ZeroDivisionError("nothing"))

    [record] = kept.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "request.failed")
    assert record.exc_info is not None
