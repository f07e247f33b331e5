"""Odd requests to every management edge: each is answered in the caller's dialect, and none breaks anything."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.journeys.conftest import World, open_world
from tests.support.clients import MetaClient
from tests.support.server import NUMBER
from tools.gen_routes import faces

pytestmark = pytest.mark.anyio

ODD_BODIES: list[bytes] = [
    b"", b"null", b"[]", b"{}", b"5", b'"x"', b"{", b"\xff\xfe{}", b'{"a":"\\ud800"}', b'{"pin":"\\u0000"}',
    b'{"code":' + b"[" * 2000 + b"]" * 2000 + b"}", b'{"block_users":[{"user":"\xc3\x28"}]}',
    b'{"messaging_product":"whatsapp","block_users":[{"user":null}],"pin":1e999,"prompts":[{}],"commands":[5]}',
    b'{"prefilled_message":"\xf0\x9f\x9a\xb2","code":"../../x","generate_qr_image":"SVG"}',
    b'{"calling":{"a":123456789012345678901234567890}}', b'{"websites":[null],"email":{},"about":9}',
]  # fmt: skip
ODD_QUERIES = [
    "", "?fields=%00", "?fields={{{", "?fields=,,,", "?fields=id,id,id", "?limit=9e9&after=%FF%FE",
    "?after=AAAA&before=AAAA", "?code=%00", "?code=" + "A" * 5000,
    "?input_token=%ED%A0%80", "?is_cart_enabled=%00", "?fields=" + "a.b(c)," * 300,
]  # fmt: skip
EDGES = sorted(
    {
        (face.title, route.method, route.path)
        for face in faces()
        for route in face.routes
        if face.title.startswith("Cloud API") and "media" not in route.path and route.path != "/oauth/access_token"
    }
)
TYPES = ["application/json", "application/x-www-form-urlencoded"]


@pytest.fixture(scope="module")
async def world(shared_data: Path) -> AsyncIterator[World]:
    async with open_world("meta", shared_data, rules="relaxed", log_level="error") as opened:
        yield opened


RIGHT = {"{waba_id}": str(3_000_000_000_000_000 + int(NUMBER)), "{business_id}": "500000000000009"}


def address(title: str, path: str, *, variable: str | None = None) -> tuple[str, dict[str, str]]:
    """Return the path with a value for each variable (None: the right ones), and the credential of its face."""
    filled = "/".join(variable or RIGHT.get(part, NUMBER) if part.startswith("{") else part for part in path.split("/"))
    if "Meta" in title:
        return f"/v24.0{filled}", {}
    return filled, {"D360-API-KEY": "test-token"}


@pytest.mark.parametrize(("title", "method", "path"), EDGES)
async def test_an_odd_body_breaks_no_edge(world: World, title: str, method: str, path: str) -> None:
    where, headers = address(title, path)
    asked = [(body, kind) for body in ODD_BODIES for kind in TYPES]

    statuses = [
        (
            await world.client.call(method, where, data=io.BytesIO(body), headers={**headers, "Content-Type": kind})
        ).status
        for body, kind in asked
    ]

    assert [(status, odd) for status, odd in zip(statuses, asked, strict=True) if status >= 500] == []


@pytest.mark.parametrize("variable", [None, RIGHT["{waba_id}"], "1", "0" * 30, "9" * 19, "%C3%A9", "a:b", "-1"])
@pytest.mark.parametrize(("title", "method", "path"), EDGES)
async def test_an_odd_query_breaks_no_edge(
    world: World, title: str, method: str, path: str, variable: str | None
) -> None:
    where, headers = address(title, path, variable=variable)

    statuses = [(await world.client.call(method, where + query, headers=headers)).status for query in ODD_QUERIES]

    assert [(status, odd) for status, odd in zip(statuses, ODD_QUERIES, strict=True) if status >= 500] == []


@pytest.mark.parametrize(("title", "method", "path"), EDGES)
async def test_no_edge_answers_without_a_credential(world: World, title: str, method: str, path: str) -> None:
    where, _headers = address(title, path)
    client = MetaClient(world.client.session, world.client.base, NUMBER, "wrong")

    answer = await client.call(method, where, headers={"D360-API-KEY": "wrong"} if "Meta" not in title else {})

    assert answer.status == 401 or "/qr/" in path, answer
