"""Bodies made from the schemas, sent to a running server: every operation of every face, right and wrong ones.

Whatever comes, the answer is below 500, in JSON, and a refusal in the face's own words; what is refused leaves no
message behind. The bodies are the same ones every time, unless it is asked for more with `--full`.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import strategies as st
from tests.hostile.conftest import Calls
from tests.support import operations, request_schemas
from tests.support.clients import Answer, Client, Control, client_for
from tests.support.operations import BODIES, WITHOUT_JSON, Body
from tests.support.schemas import Strategy, bodies, examples, mutations
from tests.support.server import ADMIN, NUMBER, TOKEN, running
from tools.gen_routes import faces

from waypost.api.routing import Route
from waypost.wire.messages import TYPES

pytestmark = pytest.mark.anyio

SCHEMAS = request_schemas.found()
PHONE = "15550001111"
EXAMPLES, MESSAGES = 14, 120
MANY_EXAMPLES, MANY_MESSAGES = 250, 2_000
"""With `--full`."""
ROUTES: Mapping[str, tuple[str, Route]] = {
    route.name: (face.prefix, route) for face in faces() for route in face.routes if route.method != "GET"
}
MAY_DENY = ("POST /v1/users/login", "POST /_waypost/v1/session", "POST /v24.0/oauth/", "POST /v1/account/verify")
FACES = {"meta": ("meta.",), "proxy": ("proxy.",), "onprem": ("onprem.",), "control": ("control.", "open.")}


# -- Nothing is forgotten -----------------------------------------------------------------------------------------


def test_every_operation_that_changes_something_is_tried_or_said_to_read_no_json() -> None:
    refused = {name for name, (_, route) in ROUTES.items() if route.handler.__qualname__.startswith("Denied")}
    changing = {name for name, (_, route) in ROUTES.items() if route.method != "DELETE" or name in BODIES} - refused

    assert changing == set(BODIES) | WITHOUT_JSON


def test_every_schema_belongs_to_an_operation() -> None:
    used = {body.schema for each in BODIES.values() for body in each}

    assert used - {operations.MESSAGE, operations.CONTACTS, operations.MARK_READ} == set(SCHEMAS) - operations.WITHIN


# -- Bodies -------------------------------------------------------------------------------------------------------


def messages(dialect: str) -> Strategy:
    product = {"messaging_product": "whatsapp"} if dialect == "cloud" else {}

    def of(kind: str) -> Strategy:
        around = {**product, "to": f"+{PHONE}", "type": kind}
        return bodies(request_schemas.CONTENTS[kind]).map(lambda content: {**around, kind: content})

    return st.one_of([of(kind) for kind in TYPES])


def valid(body: Body, dialect: str) -> Strategy:
    match body.schema:
        case operations.MESSAGE:
            return messages(dialect)
        case operations.CONTACTS:
            return st.fixed_dictionaries({"contacts": st.lists(st.text(max_size=20), max_size=3)})
        case operations.MARK_READ:
            return st.just({"status": "read"})
        case _:
            return bodies(SCHEMAS[body.schema])


def tried(body: Body, dialect: str, calls: Calls) -> list[Any]:
    """Return bodies for an operation, with no address in them but one that is never dialled."""
    right = valid(body, dialect)
    is_message = body.schema == operations.MESSAGE
    quick, full = (MESSAGES, MANY_MESSAGES) if is_message else (EXAMPLES, MANY_EXAMPLES)
    return [_at_home(each) for each in examples(right | mutations(right), calls.many(quick=quick, full=full))]


def _at_home(value: Any) -> Any:
    if isinstance(value, str):
        return "https://127.0.0.1:9/" if "://" in value else value
    if isinstance(value, list):
        return [_at_home(each) for each in value]
    return {name: _at_home(each) for name, each in value.items()} if isinstance(value, dict) else value


# -- The servers --------------------------------------------------------------------------------------------------


@dataclass
class Place:
    """A server, a program of one face, and what its paths can name."""

    client: Client
    control: Control
    params: Mapping[str, str]

    def path(self, prefix: str, route: Route, body: Body) -> str:
        named = {**self.params, **{name: self.params[value[1:]] for name, value in body.params.items()}}
        return re.sub(r"\{(\w+)\}", lambda match: named[match[1]], prefix + route.path)

    async def let_send(self) -> None:
        """Let the number send again: what was taken before may have kept it from that."""
        change = {"registered": True, "test_recipients": None}
        assert (await self.control.call("PATCH", f"/numbers/{NUMBER}", json=change)).status == 200

    async def kept_messages(self) -> AsyncIterator[Any]:
        page = await self.control.get("/messages?limit=1000")
        for each in page["messages"]:
            yield each
        while page["next"] is not None:
            page = await self.control.get(f"/messages?limit=1000&before={page['next']}")
            for each in page["messages"]:
                yield each

    async def call(self, route: Route, path: str, body: Any) -> Answer:
        if route.name.startswith(("control.", "open.")):
            headers = {"Authorization": f"Bearer {ADMIN}"}
            return await self.client.call(route.method, path, json=body, headers=headers)
        return await self.client.call(route.method, path, json=body)


@asynccontextmanager
async def place(face: str, data: Path) -> AsyncIterator[Place]:
    async with (
        running(data, rules="relaxed") as server,
        client_for(face if face != "control" else "meta", server.base_url, NUMBER, TOKEN) as client,
        aiohttp.ClientSession() as session,
    ):
        control = Control(session, server.base_url, ADMIN)
        if face == "onprem":
            await client.call("POST", "/v1/users", json={"username": "somebody", "password": "Some-b0dy-Secret"})
        yield Place(client, control, await names(control))


async def names(control: Control) -> dict[str, str]:
    """Make what paths can name, and return its ids."""
    written = await control.write(PHONE, "Hello")
    hook = await control.call("POST", f"/numbers/{NUMBER}/webhooks", json={"url": "https://192.0.2.1/"})
    templates = (await control.get("/templates"))["templates"]
    number = (await control.get("/numbers"))["numbers"][0]
    return {
        "version": "v24.0", "phone_number_id": NUMBER, "id": NUMBER, "waba_id": number["waba_id"],
        "app_id": "400000000000001", "template": templates[0]["id"], "template_id": templates[0]["id"],
        "wa_id": PHONE, "phone_number": PHONE, "message_id": written["onprem_id"], "webhook_id": hook.json["id"],
        "username": "somebody", "pack_id": "1", "index": "0", "provider": "one",
    }  # fmt: skip


# -- What every answer is -----------------------------------------------------------------------------------------


def is_refusal(face: str, told: Any) -> bool:
    """Return whether an answer is a refusal in the face's own words."""
    match face:
        case "control":
            return isinstance(told["error"]["code"], str) and bool(told["error"]["message"])
        case "onprem":
            return all(isinstance(each["code"], int) and each["title"] and each["details"] for each in told["errors"])
        case _:
            return _is_refusal_of_meta(told) or (face == "proxy" and told["meta"]["success"] is False)


def _is_refusal_of_meta(told: Any) -> bool:
    error = told.get("error", {})
    return isinstance(error.get("code"), int) and bool(error.get("message")) and bool(error.get("fbtrace_id"))


def complaints(face: str, sent: str, answer: Answer) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    told = f"{sent} -> {answer.status} {answer.body[:300]!r}"
    if answer.status >= 500:
        yield told
    elif not answer.headers.get("Content-Type", "").startswith("application/json"):
        yield f"no JSON: {told}"
    elif answer.status >= 400 and not is_refusal(face, answer.json):
        yield f"not in the face's words: {told}"
    elif answer.status in {401, 403, 405} and not sent.startswith(MAY_DENY):
        yield f"not reached: {told}"


def sent_ids(answer: Answer) -> list[str]:
    if answer.status not in {200, 201}:
        return []
    if b'"messages"' not in answer.body:
        return [str(answer.json["id"])] if b'"held"' in answer.body else []  # as the control API answers
    return [str(each["id"]) for each in answer.json["messages"]]


@pytest.mark.parametrize("face", FACES)
async def test_every_body_is_answered_in_the_faces_own_words(face: str, tmp_path: Path, calls: Calls) -> None:
    found: list[str] = []
    taken: list[str] = []
    async with place(face, tmp_path / "data") as here:
        for name, wanted in BODIES.items():
            if not name.startswith(FACES[face]):
                continue
            prefix, route = ROUTES[name]
            await here.let_send()
            for body in wanted:
                path = here.path(prefix, route, body)
                for given in tried(body, here.client.dialect, calls):
                    sent = f"{route.method} {path} {json.dumps(given)}"
                    with calls.call(sent):
                        answer = await here.call(route, path, given)
                    found += complaints(face, sent, answer)
                    taken += sent_ids(answer) if body.schema == operations.MESSAGE else []
        kept = [each async for each in here.kept_messages()]

    assert found == []
    ids = [each["onprem_id" if face == "onprem" else "id"] for each in kept if each["direction"] == "outbound"]
    assert sorted(ids) == sorted(taken)
