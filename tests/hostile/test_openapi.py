"""Schemathesis reads the OpenAPI document and tries every operation of a running server, right requests and wrong ones.

The document must be valid, and the server must answer as it says: no server errors, the declared statuses, the declared
content types, bodies of the declared schemas. The requests are the same ones every time, unless it is asked for more
with `--full`.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile.conftest import Calls
from tests.support.clients import client_for
from tests.support.server import ADMIN, NUMBER, TOKEN, Running, running
from tools.gen_routes import faces

from waypost.api.openapi import document

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed; `make setup` does it")

# Any: schemathesis has types of its own, which are not there when it is not.
DOCUMENT: dict[str, Any] = json.loads(json.dumps(document(faces())))
SCHEMA: Any = schemathesis.openapi.from_dict(DOCUMENT)
CHECKS: list[Any] = schemathesis.checks.CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
OPERATIONS: dict[str, Any] = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}
WRONG: Any = schemathesis.GenerationMode.NEGATIVE
EXAMPLES = 8
OWN_EXAMPLES = 15
MANY_EXAMPLES = 150
"""With `--full`."""
PHONE = "15550001111"
MAY_LOCK_OUT = {"POST /v1/users/logout"}
"""Operations after which no other could be tried."""
GOES_ON = {"GET /_waypost/v1/feed"}
"""Operations whose answer ends with the listener."""


TRIED = [
    (operation.definition.raw["tags"][0], name)
    for name, operation in OPERATIONS.items()
    if name not in MAY_LOCK_OUT | GOES_ON
]


@dataclass(frozen=True)
class Live:
    """Where the server is, what opens the face, and what its paths can name."""

    url: str
    headers: dict[str, str]
    named: dict[str, str]
    """Parts of paths that name something that is there."""


def names(server: Running) -> dict[str, str]:
    """Return parts of paths that name what every server has."""
    directory = server.parts.resources.directory
    number, template = directory.numbers()[0], directory.all_templates()[0]
    return {
        "version": "v24.0",
        "phone_number_id": NUMBER,
        "waba_id": str(number.waba_id),
        "app_id": str(number.app_id),
        "template_id": str(template.id),
        "id": str(template.id),
        "wa_id": PHONE,
        "phone_number": PHONE,
    }


async def headers_for(face: str, server: Running) -> dict[str, str]:
    """Return what opens a face; On-Premises it is the login of an administrator."""
    match face:
        case "Control API":
            return {"Authorization": f"Bearer {ADMIN}"}
        case "On-Premises API":
            async with client_for("onprem", server.base_url, NUMBER, TOKEN) as client:
                return client.headers
        case "Cloud API, 360dialog":
            return {"D360-API-KEY": TOKEN}
        case "Cloud API, Meta":
            return {"Authorization": f"Bearer {TOKEN}"}
        case _:
            return {}


@pytest.fixture(scope="module")
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server for the face, in a thread of its own, since schemathesis waits for its answers."""
    ready: Future[Live] = Future()
    ended = threading.Event()

    async def serve() -> None:
        async with running(tmp_path_factory.mktemp("live") / "data", rules="relaxed") as server:
            ready.set_result(Live(server.base_url, await headers_for(request.param, server), names(server)))
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    yield ready.result(30)
    ended.set()
    thread.join(30)


def test_the_document_is_valid() -> None:
    SCHEMA.validate()


@pytest.mark.parametrize(("live", "name"), TRIED, indirect=["live"], ids=[name for _, name in TRIED])
def test_an_operation_answers_as_the_document_says(live: Live, name: str, calls: Calls) -> None:
    operation = OPERATIONS[name]

    @calls.many(quick=OWN_EXAMPLES if "/_waypost" in name else EXAMPLES, full=MANY_EXAMPLES)
    @given(operation.as_strategy() | operation.as_strategy(WRONG), st.booleans())
    def check(case: Any, at_home: bool) -> None:
        if at_home:
            case.path_parameters = {each: live.named.get(each, value) for each, value in case.path_parameters.items()}
        with calls.call(f"{case.method} {case.formatted_path} {case.query} {case.body}"):
            answer = case.call(base_url=live.url, headers=live.headers, allow_redirects=False)
        case.validate_response(answer, checks=CHECKS)

    check()
