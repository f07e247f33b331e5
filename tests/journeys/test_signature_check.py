"""The explainer of signatures: what was really sent fits, and secrets are told apart by whose they are."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.operator import Operator, operating
from tests.support.server import NUMBER, SECRET

from waypost.lib.signing import hub_signature

pytestmark = pytest.mark.anyio

PATH = "/webhooks/signature"


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path / "data") as op:
        yield op


async def test_what_a_webhook_got_fits_as_it_is(operator: Operator) -> None:
    sent = await operator.send_text("Grüße 👋")
    got = await operator.hook.wait_for_status(sent, "read")
    header = got.headers["x-hub-signature-256"]

    for body in (
        {"body": got.body.decode()},
        {"body": base64.b64encode(got.body).decode(), "encoding": "base64"},
    ):
        told = await operator.call("POST", PATH, json={"number": NUMBER, "header": header, **body})
        assert told == {"matches": True, "expected": header, "given": header, "findings": []}


async def test_secrets_are_told_apart(operator: Operator) -> None:
    other = await operator.call("POST", "/numbers", json={"number": "15550777888"})
    hook = {"url": operator.hook.url, "secret": "endpoint-secret"}
    endpoint = await operator.call("POST", f"/numbers/{NUMBER}/webhooks", json=hook)
    await operator.call("PATCH", f"/numbers/{NUMBER}", json={"rotate_app_secret": True})

    async def finding(secret: str) -> str:
        check = {"number": NUMBER, "body": "{}", "header": hub_signature(secret, b"{}")}
        [told] = (await operator.call("POST", PATH, json=check))["findings"]
        return str(told)

    assert await finding(other["app_secret"]) == "It was made with the secret of the number 15550777888."
    assert await finding("endpoint-secret") == f"It was made with the secret of the endpoint {endpoint['id']}."
    assert await finding(SECRET) == f"It was made with the secret of the number {NUMBER} before it was changed."


async def test_a_check_of_nothing_here_is_refused(operator: Operator) -> None:
    check = {"number": "15550999888", "body": "{}", "header": ""}

    assert (await operator.refused("POST", PATH, json=check))[:2] == (404, "unknown_object")
    unreadable = {"number": NUMBER, "body": "é", "header": "", "encoding": "base64"}
    assert (await operator.refused("POST", PATH, json=unreadable))[0] == 400
