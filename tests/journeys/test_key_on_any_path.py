"""Whoever comes with a 360dialog key reads 360dialog's words, whatever path they ask for."""

import pytest
from tests.support.operator import Operator
from tests.support.server import NUMBER, TOKEN

pytestmark = pytest.mark.anyio

BODY = {"messaging_product": "whatsapp", "to": "15550001111", "type": "text", "text": {"body": "x"}}
META_PATHS = [
    ("POST", f"/v24.0/{NUMBER}/messages"),
    ("POST", f"/v24.0/{NUMBER}/media"),
    ("GET", f"/v24.0/{NUMBER}"),
    ("GET", "/v24.0/no/such/path"),
    ("PUT", f"/v24.0/{NUMBER}/messages"),
]
OWN_PATHS = [("GET", "/no/such/path"), ("PUT", "/messages"), ("POST", "/v1/configs/nothing")]


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def asked(op: Operator, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, object]]:
    url = f"{op.client.base}{path}"
    async with op.client.session.request(method, url, json=BODY, headers=headers) as got:
        return got.status, await got.json()


@pytest.mark.parametrize(("method", "path"), META_PATHS + OWN_PATHS)
async def test_a_wrong_key_is_told_so_in_the_proxys_words(operator: Operator, method: str, path: str) -> None:
    status, body = await asked(operator, method, path, {"D360-API-KEY": "wrong"})

    body["meta"].pop("360dialog_trace_id")  # type: ignore[attr-defined]  # an object
    assert (status, body) == (
        401,
        {"meta": {"success": False, "http_code": 401, "developer_message": "Invalid api_key"}},
    )


@pytest.mark.parametrize(("method", "path"), META_PATHS)
async def test_a_right_key_opens_none_of_metas_paths(operator: Operator, method: str, path: str) -> None:
    status, body = await asked(operator, method, path, {"D360-API-KEY": TOKEN})

    assert (status, set(body)) == (405 if method == "PUT" else 404, {"meta"})
    stored = (await operator.call("GET", "/messages"))["messages"]
    assert [message["direction"] for message in stored] == ["inbound"]


@pytest.mark.parametrize(("method", "path"), OWN_PATHS)
async def test_a_path_that_the_proxy_has_not_is_refused_in_its_words(
    operator: Operator, method: str, path: str
) -> None:
    status, body = await asked(operator, method, path, {"D360-API-KEY": TOKEN})

    assert (status, set(body)) == (405 if method == "PUT" else 404, {"meta"})


@pytest.mark.parametrize("more", [{}, {"D360-API-KEY": TOKEN}])
async def test_a_bearer_on_metas_paths_is_answered_by_meta(operator: Operator, more: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", **more}

    status, body = await asked(operator, "GET", f"/v24.0/{NUMBER}", headers)
    unknown, refused = await asked(operator, "GET", "/v24.0/1", headers)

    assert (status, body["id"]) == (200, NUMBER)
    assert (unknown, set(refused)) == (400, {"error"})


async def test_no_credential_on_metas_paths_is_answered_by_meta(operator: Operator) -> None:
    status, body = await asked(operator, "GET", f"/v24.0/{NUMBER}", {})

    assert (status, set(body)) == (401, {"error"})


async def test_what_the_guard_refuses_is_said_in_the_words_of_the_key(operator: Operator) -> None:
    headers = {"D360-API-KEY": TOKEN, "Content-Encoding": "gzip"}

    status, body = await asked(operator, "POST", f"/v24.0/{NUMBER}/messages", headers)

    assert (status, set(body)) == (415, {"error"})  # the proxy has no words of its own for it
