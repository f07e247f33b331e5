"""The interlude: who is let in while everything is replaced, and who waits for whom."""

import asyncio

import pytest
from tests.support.talk import Talk

from waypost.api.control.answers import render_control
from waypost.api.interlude import Interlude
from waypost.api.mounts import Mount
from waypost.api.routing import Request, Response, Route, Router
from waypost.errors import Refusal

pytestmark = pytest.mark.anyio


async def alone(interlude: Interlude, told: list[str], name: str, until: asyncio.Event) -> None:
    """Be a request that replaces everything."""
    interlude.inside += 1
    async with interlude.alone():
        told.append(f"{name} begins")
        await until.wait()
        told.append(f"{name} ends")
    interlude.leave()


async def passed() -> None:
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_it_begins_when_the_requests_at_work_are_done() -> None:
    interlude, told, until = Interlude(), list[str](), asyncio.Event()
    interlude.inside += 1
    work = asyncio.create_task(alone(interlude, told, "first", until))
    await passed()
    before = list(told)

    interlude.leave()
    await passed()

    assert (before, told) == ([], ["first begins"])
    until.set()
    await work


async def test_two_that_replace_everything_take_turns() -> None:
    interlude, told, until = Interlude(), list[str](), asyncio.Event()
    work = [asyncio.create_task(alone(interlude, told, name, until)) for name in ("first", "second")]
    await passed()

    until.set()
    await asyncio.gather(*work)

    assert told == ["first begins", "first ends", "second begins", "second ends"]
    assert (interlude.is_on, interlude.inside) == (False, 0)


async def test_a_request_that_comes_meanwhile_waits_for_the_end() -> None:
    interlude, told, until = Interlude(), list[str](), asyncio.Event()
    work = asyncio.create_task(alone(interlude, told, "first", until))
    await passed()
    waiting = asyncio.create_task(interlude.wait())
    await passed()
    is_waiting = not waiting.done()

    until.set()
    await work
    await waiting

    assert is_waiting


async def test_a_request_that_waits_too_long_is_told_to_come_again() -> None:
    interlude, told, until = Interlude(wait_seconds=0), list[str](), asyncio.Event()
    work = asyncio.create_task(alone(interlude, told, "first", until))
    await passed()

    with pytest.raises(Refusal) as refused:
        await interlude.wait()

    fault = refused.value.fault
    assert (fault.problem.name, fault.problem.http, fault.retry_after_seconds) == ("unavailable", 503, 1)
    until.set()
    await work


async def test_a_request_that_never_ends_is_not_waited_for_for_ever() -> None:
    interlude, told, until = Interlude(drain_seconds=0), list[str](), asyncio.Event()
    interlude.inside += 1

    until.set()
    await alone(interlude, told, "first", until)

    assert (told, interlude.inside) == (["first begins", "first ends"], 1)


async def test_it_is_over_when_what_was_to_be_done_fails() -> None:
    interlude = Interlude()
    interlude.inside += 1

    with pytest.raises(ValueError, match="broken"):
        async with interlude.alone():
            raise ValueError("broken")

    assert (interlude.is_on, interlude.inside) == (False, 1)


@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/other", 503)])
async def test_only_what_watches_the_server_is_answered_meanwhile(path: str, status: int) -> None:
    interlude, until = Interlude(("/health",), wait_seconds=0), asyncio.Event()
    work = asyncio.create_task(alone(interlude, [], "first", until))
    await passed()

    got = await _status(interlude, path)

    assert got == status
    until.set()
    await work


async def _status(interlude: Interlude, path: str) -> int:
    async def handler(_request: Request) -> Response:
        return Response(200)

    router = Router([Route("GET", place, handler, place) for place in ("/health", "/other")])
    talk = Talk()
    await Mount(router, render_control, interlude=interlude)(Request("GET", path, [], talk), talk)
    return talk.status
