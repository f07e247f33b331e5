"""Maintenance: who is let in while everything is replaced, and who waits for whom."""

import asyncio

import pytest
from tests.support.exchange import MemoryExchange

from waypost.api.control.answers import render_control
from waypost.api.maintenance import Maintenance
from waypost.api.mounts import Mount
from waypost.api.routing import Request, Response, Route, Router
from waypost.errors import Refusal

pytestmark = pytest.mark.anyio


async def alone(maintenance: Maintenance, told: list[str], name: str, until: asyncio.Event) -> None:
    """Be a request that replaces everything."""
    maintenance.inside += 1
    async with maintenance.alone():
        told.append(f"{name} begins")
        await until.wait()
        told.append(f"{name} ends")
    maintenance.leave()


async def passed() -> None:
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_it_begins_when_the_requests_at_work_are_done() -> None:
    maintenance, told, until = Maintenance(), list[str](), asyncio.Event()
    maintenance.inside += 1
    work = asyncio.create_task(alone(maintenance, told, "first", until))
    await passed()
    before = list(told)

    maintenance.leave()
    await passed()

    assert (before, told) == ([], ["first begins"])
    until.set()
    await work


async def test_two_that_replace_everything_take_turns() -> None:
    maintenance, told, until = Maintenance(), list[str](), asyncio.Event()
    work = [asyncio.create_task(alone(maintenance, told, name, until)) for name in ("first", "second")]
    await passed()

    until.set()
    await asyncio.gather(*work)

    assert told == ["first begins", "first ends", "second begins", "second ends"]
    assert (maintenance.is_on, maintenance.inside) == (False, 0)


async def test_a_request_that_comes_meanwhile_waits_for_the_end() -> None:
    maintenance, told, until = Maintenance(), list[str](), asyncio.Event()
    work = asyncio.create_task(alone(maintenance, told, "first", until))
    await passed()
    waiting = asyncio.create_task(maintenance.wait())
    await passed()
    is_waiting = not waiting.done()

    until.set()
    await work
    await waiting

    assert is_waiting


async def test_a_request_that_waits_too_long_is_told_to_come_again() -> None:
    maintenance, told, until = Maintenance(wait_seconds=0), list[str](), asyncio.Event()
    work = asyncio.create_task(alone(maintenance, told, "first", until))
    await passed()

    with pytest.raises(Refusal) as refused:
        await maintenance.wait()

    fault = refused.value.fault
    assert (fault.problem.name, fault.problem.http, fault.retry_after_seconds) == ("unavailable", 503, 1)
    until.set()
    await work


async def test_a_request_that_never_ends_is_not_waited_for_for_ever() -> None:
    maintenance, told, until = Maintenance(drain_seconds=0), list[str](), asyncio.Event()
    maintenance.inside += 1

    until.set()
    await alone(maintenance, told, "first", until)

    assert (told, maintenance.inside) == (["first begins", "first ends"], 1)


async def test_it_is_over_when_what_was_to_be_done_fails() -> None:
    maintenance = Maintenance()
    maintenance.inside += 1

    with pytest.raises(ValueError, match="broken"):
        async with maintenance.alone():
            raise ValueError("broken")

    assert (maintenance.is_on, maintenance.inside) == (False, 1)


@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/other", 503)])
async def test_only_what_watches_the_server_is_answered_meanwhile(path: str, status: int) -> None:
    maintenance, until = Maintenance(("/health",), wait_seconds=0), asyncio.Event()
    work = asyncio.create_task(alone(maintenance, [], "first", until))
    await passed()

    got = await _status(maintenance, path)

    assert got == status
    until.set()
    await work


async def _status(maintenance: Maintenance, path: str) -> int:
    async def handler(_request: Request) -> Response:
        return Response(200)

    router = Router([Route("GET", place, handler, place) for place in ("/health", "/other")])
    exchange = MemoryExchange()
    await Mount(router, render_control, maintenance=maintenance)(Request("GET", path, [], exchange), exchange)
    return exchange.status
