"""What the control API calls a business number: `number`, as in queries, or `phone_number_id`, as in answers."""

from typing import Any

import pytest
from tests.support.operator import Operator
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

OTHER = "15550100998"
PROVIDER = {"name": "bucket", "config": {"bearer": "abc"}}
WORDS = ("number", "phone_number_id")


@pytest.fixture
def operator(own_operator: Operator) -> Operator:
    return own_operator


@pytest.mark.parametrize("word", WORDS)
async def test_either_word_for_a_number_will_do(operator: Operator, word: str) -> None:
    added = await operator.call("POST", "/numbers", json={word: OTHER})
    token = await operator.call("POST", "/tokens", json={word: OTHER})
    provider = await operator.call("POST", "/providers", json=PROVIDER | {word: OTHER})

    assert [each["phone_number_id"] for each in (added, token, provider)] == [OTHER] * 3


async def test_the_only_number_need_not_be_named(operator: Operator) -> None:
    token = await operator.call("POST", "/tokens", json={})
    provider = await operator.call("POST", "/providers", json=PROVIDER)

    assert [each["phone_number_id"] for each in (token, provider)] == [NUMBER] * 2


@pytest.mark.parametrize(("path", "wish"), [("/tokens", {}), ("/providers", PROVIDER)])
async def test_of_several_numbers_one_must_be_named(operator: Operator, path: str, wish: dict[str, Any]) -> None:
    await operator.call("POST", "/numbers", json={"number": OTHER})

    refused = await operator.refused("POST", path, json=wish)

    told = f"number: name the phone_number_id to write to; there are {NUMBER}, {OTHER}."
    assert refused == (400, "missing_parameter", told)


async def test_a_new_number_must_be_named(operator: Operator) -> None:
    refused = await operator.refused("POST", "/numbers", json={"name": "Second"})

    assert refused == (400, "missing_parameter", "Parameter 'number' is mandatory")


async def test_two_names_for_two_numbers_are_refused(operator: Operator) -> None:
    refused = await operator.refused("POST", "/tokens", json={"number": NUMBER, "phone_number_id": OTHER})

    assert refused[:2] == (400, "invalid_value")
