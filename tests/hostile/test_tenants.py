"""What another business has is answered exactly as what nobody has: hardening R3, every route of every face.

Business B names things of business A, and things of the same form that there are not. Status, body and headers are the
same but for the id that was asked about and what is new with every answer; what becomes of a message that was taken is
the same; and no row of A's has changed. That a request would have got through is seen by B's own things.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import apsw
import pytest
from tests.hostile.tenant_tries import Try, filled, is_alike, is_spent, names_nothing, tries
from tests.hostile.tenants import PNG, Tenant, Things, forget_requests, nobodys, opened
from tests.support.clients import Answer
from tests.support.operator import Operator, operating
from tools.gen_routes import faces

pytestmark = pytest.mark.anyio

A = ("4915550003333", "300000000000041", "4915550001001")
B = ("4915550004444", "300000000000042", "4915550001002")
ROUTES = {face.routes[0].name.partition(".")[0]: (face.prefix, face.routes) for face in faces()}
TRIES = {name: tries(routes, prefix) for name, (prefix, routes) in ROUTES.items()}
PROGRAMS = {
    "meta": "meta", "meta, token of the account": "meta", "proxy": "proxy",
    "onprem": "onprem", "onprem, key": "onprem", "control": "control",
}  # fmt: skip
"""Who asks, and on which face."""

_NEW = re.compile(
    rb'("(?:fbtrace_id|360dialog_trace_id)\\?":\\?")[\w-]+'
    rb'|("messages":\[\{"id":")[^"]+|("(?:call_count|date)":)\d+|("(?:external_)?id":")(?:\d{16}|upload:[^"]+)|("hash":")[^"]+'
)
"""What is new with every answer, or a user's and not a business's; ids of things of a business stay."""

_ENDS = ("delivered", "read", "failed")


# -- Nothing is forgotten -----------------------------------------------------------------------------------------


def test_every_route_is_tried_or_said_to_name_nothing() -> None:
    names = {route.name for _, routes in ROUTES.values() for route in routes if not names_nothing(route)}
    tried = {one.route.name for of_face in TRIES.values() for one in of_face}

    assert sorted(names ^ tried) == []


# -- Who asks, and what comes back --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What a program is told of a thing, and what becomes of what it sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    end: Any = None


@dataclass(frozen=True)
class Place:
    """A server with both businesses; B asks with one of its credentials."""

    op: Operator
    a: Tenant
    b: Tenant
    headers: Mapping[str, str]
    database: Path

    async def ask(self, one: Try, it: str) -> Asked:
        """Make the request of a try about a thing."""
        forget_requests(self.op)
        needs, own = one.needs, self.b.things
        query = "&".join(
            f"{name}={value}".removeprefix("=") for name, value in filled(dict(needs.query), it, own).items()
        )
        path = filled(one.path, it, own) + (f"?{query}" if query else "")
        headers = {**self.headers, **filled(dict(needs.headers), it, own)}
        if needs.token is not None:
            headers["Authorization"] = f"Bearer {filled(needs.token, it, own)}"
        given: dict[str, Any] = {"json": filled(needs.json, it, own)} if needs.json is not None else {}
        if needs.data is not None:
            given["data"] = _form() if one.route.name.endswith(".upload") else needs.data
        url = f"{self.op.server.base_url}{path}"
        async with self.b.meta.session.request(
            one.route.method, url, headers=headers, allow_redirects=False, **given
        ) as got:
            answer = Answer(got.status, await got.read(), got.headers)
        return Asked(answer.status, _kept(answer.headers), _without(answer.body, it), await self._end(answer, it))

    async def _end(self, answer: Answer, it: str) -> Any:
        """Return what becomes of a message; None if the answer is about something else."""
        if answer.status >= 300 or b'"messages":[{"id"' not in answer.body:
            return None
        look = f"/messages/{answer.json['messages'][0]['id']}"
        shown = await self.op.settled(look, lambda shown: shown["status"] in _ENDS or shown["type"] == "reaction")
        return _without(json.dumps(shown["fault"]).encode(), it)

    def rows(self) -> set[tuple[str, str]]:
        """Return every row that is A's: it has the number, the account, or the key of a message, file or event of A's.

        What B wrote to A's number as to any user's is B's.
        """
        with apsw.Connection(str(self.database), flags=apsw.SQLITE_OPEN_READONLY) as connection:
            tables = [str(name) for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
            rows = [(table, row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
        of_a, of_b = _marks(rows, self.a), _marks(rows, self.b)
        return {(table, repr(row)) for table, row in rows if _has(row, of_a) and of_b.isdisjoint(row)}


def _marks(rows: list[tuple[str, tuple[Any, ...]]], tenant: Tenant) -> set[Any]:
    """Return what says that a row is a business's."""
    number = int(tenant.number)
    keys = {row[0] for table, row in rows if table in ("messages", "media", "events") and number in row}
    return {number, int(tenant.account), tenant.number, tenant.account, *keys}


def _has(row: tuple[Any, ...], marks: set[Any]) -> bool:
    named = [mark for mark in marks if isinstance(mark, str)]
    return not marks.isdisjoint(row) or any(mark in repr(row) for mark in named)


def _form() -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("file", PNG.data, filename="x.png", content_type=PNG.mime)
    return form


def _kept(headers: Mapping[str, str]) -> Mapping[str, str]:
    kept = {name.lower(): _like_new(value.encode()).decode() for name, value in headers.items()}
    return {name: value for name, value in kept.items() if name != "date"}


def _without(body: bytes, it: str) -> bytes:
    """Return a body without the id that was asked about, which may be cut, and what is new with every answer."""
    for named in (it, it.removeprefix("upload:"), it[:60]):
        body = body.replace(named.encode(), b"<it>")
    return _like_new(body)


def _like_new(body: bytes) -> bytes:
    return _NEW.sub(lambda match: next(filter(None, match.groups())), body)


async def credentials(program: str, op: Operator, b: Tenant) -> dict[str, str]:
    """Return the headers with which B asks."""
    match program:
        case "proxy" | "onprem, key":
            return {"D360-API-KEY": b.token}
        case "onprem":
            return {"Authorization": f"Bearer {b.onprem.token}"}
        case "meta, token of the account":
            made = await op.call("POST", "/tokens", json={"phone_number_id": b.number, "reach": "account"})
            return {"Authorization": f"Bearer {made['token']}"}
        case _:
            return {"Authorization": f"Bearer {b.token}"}


@asynccontextmanager
async def place(program: str, data: Path) -> AsyncIterator[Place]:
    async with operating(data) as op, aiohttp.ClientSession() as session:
        a, b = await opened(op, session, *A), await opened(op, session, *B)
        await a.make(op)
        await b.make(op)
        yield Place(op, a, b, await credentials(program, op, b), data / "waypost.db")


async def differences(here: Place, tried: list[Try], unknown: Things) -> AsyncIterator[str]:
    """Yield what tells A's things from those that there are not, and what has become of A's."""
    rows = here.rows()
    for one in tried:
        theirs = await here.ask(one, here.a.things[one.kind])
        nobodys = await here.ask(one, unknown[one.kind])
        if theirs != nobodys:
            yield f"{one.name}: {theirs} and not {nobodys}"
        before, rows = rows, here.rows()
        for row in before ^ rows:
            yield f"{one.name} changed {row}"


async def own(here: Place, one: Try, unknown: Things) -> list[str]:
    """Return that B's own thing is answered as one that there is not, which says that the try tries nothing."""
    if is_spent(one):
        await here.b.make(here.op)
    mine = await here.ask(one, here.b.things[one.kind])
    nobodys = await here.ask(one, unknown[one.kind])
    differs = (mine.status, mine.body, mine.end) != (nobodys.status, nobodys.body, nobodys.end)
    return [] if differs or is_alike(one) else [f"{one.name}: {mine}"]


@pytest.mark.parametrize("program", PROGRAMS)
async def test_what_another_business_has_is_answered_as_what_nobody_has(program: str, tmp_path: Path) -> None:
    async with place(program, tmp_path / "data") as here:
        unknown = nobodys(here.a.things)

        found = [each async for each in differences(here, TRIES[PROGRAMS[program]], unknown)]

    assert found == []


@pytest.mark.parametrize("program", ["meta", "proxy", "onprem"])
async def test_what_a_business_has_itself_is_answered_otherwise(program: str, tmp_path: Path) -> None:
    async with place(program, tmp_path / "data") as here:
        unknown = nobodys(here.b.things)

        found = [each for one in TRIES[PROGRAMS[program]] for each in await own(here, one, unknown)]

    assert found == []
