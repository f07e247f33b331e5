"""The control API: whose credentials media links are fetched with."""

from typing import Any

import pytest
from tests.support.operator import Operator
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

BASIC = {"name": "bucket", "config": {"basic": {"username": "ada", "password": "secret"}}}
BEARER = {"name": "bucket", "phone_number_id": NUMBER, "type": "www", "config": {"bearer": "abc"}}


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def test_a_provider_is_shown_without_its_password(operator: Operator) -> None:
    added = await operator.call("POST", "/providers", json=BASIC)

    assert added == {
        "phone_number_id": NUMBER, "name": "bucket", "type": "www", "credentials": "basic", "username": "ada",
    }  # fmt: skip
    assert await operator.call("GET", f"/providers?number={NUMBER}") == {"providers": [added]}


async def test_a_provider_of_the_same_name_is_replaced_and_can_be_removed(operator: Operator) -> None:
    await operator.call("POST", "/providers", json=BASIC)
    await operator.call("POST", "/providers", json=BEARER)

    [shown] = (await operator.call("GET", "/providers"))["providers"]
    await operator.call("DELETE", "/providers/bucket")

    assert (shown["credentials"], shown["username"]) == ("bearer", None)
    assert await operator.call("GET", "/providers") == {"providers": []}
    assert (await operator.refused("DELETE", "/providers/bucket"))[0] == 404


BAD_PROVIDERS: list[dict[str, Any]] = [
    {}, {"name": "a b", "config": {"bearer": "x"}}, {"name": "a", "config": {}}, {"name": "a", "type": "s3"},
    {"name": "a", "config": {"bearer": "x", "basic": {"username": "u", "password": "p"}}},
    {"name": "a", "config": {"bearer": "x"}, "phone_number_id": "15559999999"},
]  # fmt: skip


@pytest.mark.parametrize("wish", BAD_PROVIDERS)
async def test_a_provider_that_cannot_be_used_is_refused(operator: Operator, wish: dict[str, Any]) -> None:
    assert (await operator.refused("POST", "/providers", json=wish))[0] == 400
    assert await operator.call("GET", "/providers") == {"providers": []}
