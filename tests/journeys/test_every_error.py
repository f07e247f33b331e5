"""Every error of the list can be had on every face: by a fault rule, and by its magic number."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import World, open_world
from tests.support.clients import FACES, Answer, Body

from waypost.errors import Problem, all_problems, find_problem
from waypost.rules.magic import magic_errors

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Hello"}
PROBLEMS = all_problems()
CODES = sorted(
    {p.code for p in PROBLEMS.values()}
    | {code for p in PROBLEMS.values() for code in (p.onprem_code, p.callback[0], p.subcode) if code}
)
MAGIC = magic_errors()
REFUSED = [wa_id for wa_id, problem in MAGIC.items() if problem.when != "webhook"]
FAILED = [wa_id for wa_id, problem in MAGIC.items() if problem.when == "webhook"]
CLOUD_HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
ONPREM_HREF = "https://developers.facebook.com/docs/whatsapp/api/errors/"


@pytest.fixture(scope="module", params=sorted(FACES))
async def shared(request: pytest.FixtureRequest, shared_data: Path) -> AsyncIterator[World]:
    """One server for every error; rates would end the test early."""
    async with open_world(request.param, shared_data / request.param, rules="relaxed") as opened:
        yield opened


def phone_for(number: int) -> str:
    """Return a phone that no other case uses."""
    return f"4915551{number:06}"


def told(world: World, problem: Problem, details: str) -> Body:
    """Return the error object of a webhook in the face's dialect."""
    cloud = {"code": problem.code, "title": problem.title, "message": problem.title,
             "error_data": {"details": details}, "href": CLOUD_HREF}  # fmt: skip
    code, title = problem.callback
    if problem.cloud_only:
        details = f"cloud {problem.code}: {details}"
    return world.either(cloud=cloud, onprem={"code": code, "title": title, "details": details, "href": ONPREM_HREF})


def refusal_with(world: World, problem: Problem) -> tuple[int, int | str]:
    """Return HTTP status and code of a refusal; where 360dialog's proxy refuses by itself, its words."""
    if problem.proxy_message is not None and world.client.face == "proxy":
        return problem.proxy_http or problem.http, problem.proxy_message
    return world.either(cloud=(problem.http, problem.code), onprem=(problem.onprem_http, problem.onprem_code))


def says_details(world: World, problem: Problem) -> bool:
    """Return whether an answer has room for details: some errors of the graph and the proxy's have none."""
    if problem.proxy_message is not None and world.client.face == "proxy":
        return False
    names_it = problem.worded or problem.kind == "GraphMethodException" or problem.user_title is not None
    return world.either(cloud=problem.prefixed or names_it, onprem=True)


def refusal_in(answer: Answer) -> int | str:
    """Return the code in an answer of any face, or the proxy's words."""
    body = answer.json
    if "error" in body:
        return int(body["error"]["code"])
    return int(body["errors"][0]["code"]) if "errors" in body else str(body["meta"]["developer_message"])


async def errors_of(world: World, message_id: str) -> Any:
    statuses = await world.statuses_of(message_id, 1)
    assert [status["status"] for status in statuses] == ["failed"]
    return statuses[0]["errors"]


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_fault_rule_raises_every_error_of_the_list(shared: World, name: str) -> None:
    problem, phone = PROBLEMS[name], phone_for(list(PROBLEMS).index(name))
    await shared.operate("POST", "/rules", json={"fail": {"code": name}, "phone": phone, "next": 1})

    sent = await shared.send("text", TEXT, to=phone)

    details = f"Raised on purpose by a fault rule: {problem.rule}"
    assert await errors_of(shared, sent) == [told(shared, problem, details)]


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_fault_rule_refuses_a_request_with_every_error_of_the_list(shared: World, name: str) -> None:
    problem, path = PROBLEMS[name], shared.client.messages_path
    await shared.operate("POST", "/rules", json={"fail": {"code": name}, "path": path, "next": 1})

    answer = await shared.client.send(phone_for(0), "text", TEXT)

    assert (answer.status, refusal_in(answer)) == refusal_with(shared, problem)
    assert (problem.rule in answer.body.decode()) is says_details(shared, problem)


@pytest.mark.parametrize("code", CODES)
async def test_a_fault_rule_takes_every_code_of_either_dialect(shared: World, code: int) -> None:
    rule = await shared.operate("POST", "/rules", json={"fail": {"code": code}, "phone": phone_for(code % 10**6)})
    await shared.operate("DELETE", f"/rules/{rule['id']}")

    problem = PROBLEMS[rule["fail"]["name"]]
    assert code in (problem.code, problem.subcode, problem.onprem_code, problem.callback[0])


@pytest.mark.parametrize("wa_id", FAILED)
async def test_a_message_to_a_magic_number_fails_after_acceptance(shared: World, wa_id: str) -> None:
    sent = await shared.send("text", TEXT, to=wa_id)

    details = f"Raised on purpose by the magic number: {MAGIC[wa_id].rule}"
    assert await errors_of(shared, sent) == [told(shared, MAGIC[wa_id], details)]


@pytest.mark.parametrize("wa_id", REFUSED)
async def test_a_message_to_a_magic_number_is_refused(shared: World, wa_id: str) -> None:
    answer = await shared.client.send(wa_id, "text", TEXT)

    assert (answer.status, refusal_in(answer)) == refusal_with(shared, MAGIC[wa_id])


# -- Without relaxed rules ----------------------------------------------------------------------------------------


async def test_a_magic_number_needs_no_window(world: World) -> None:
    sent = await world.send("text", TEXT, to="15550130472")

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=130472, onprem=472))


async def test_the_phone_that_is_offline_never_gets_the_message(world: World) -> None:
    sent = await world.send("text", TEXT, to="15550990001")
    assert await world.status(sent, "sent")

    await world.advance(hours=20)
    later = await world.send("text", TEXT, to="15550990002")
    await world.words_of(later, world.told - 1)

    assert (await world.operate("GET", f"/messages/{sent}"))["status"] == "sent"


async def test_the_phone_that_never_reads_gets_the_message(world: World) -> None:
    sent = await world.send("text", TEXT, to="15550990002")

    assert await world.words_of(sent, world.told - 1) == world.told_words[:-1]
    await world.advance(hours=20)
    assert await world.words_of(sent, world.told - 1) == world.told_words[:-1]


async def test_the_slow_reader_reads_ten_seconds_after_delivery(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    sent = await world.send("text", TEXT, to="15550990003")
    assert await world.words_of(sent, world.told - 1) == world.told_words[:-1]
    await world.advance(seconds=9)
    assert await world.words_of(sent, world.told - 1) == world.told_words[:-1]

    await world.advance(seconds=1)

    assert await world.words_of(sent, world.told) == world.told_words


@pytest.mark.parametrize("flags", [{"magic_numbers": "off", "rules": "relaxed"}])
@pytest.mark.parametrize("wa_id", ["15550131026", "15550131031", "15550990001"])
async def test_magic_numbers_are_ordinary_when_they_are_switched_off(world: World, wa_id: str) -> None:
    sent = await world.send("text", TEXT, to=wa_id)

    assert await world.words_of(sent, world.told) == world.told_words


def test_every_magic_number_stands_for_the_problem_that_its_code_finds() -> None:
    assert [find_problem(int(wa_id[5:])) for wa_id in MAGIC] == list(MAGIC.values())
