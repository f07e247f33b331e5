"""The explainer of signatures: what was really sent fits, and secrets are told apart by whose they are."""

import base64

import pytest
from tests.support.operator import Operator
from tests.support.server import NUMBER, SECRET

from waypost.lib.signing import hub_signature

pytestmark = pytest.mark.anyio

PATH = "/webhooks/signature"


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


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


async def test_secrets_are_told_apart(own_operator: Operator) -> None:
    other = await own_operator.call("POST", "/numbers", json={"number": "15550777888"})
    hook = {"url": own_operator.hook.url, "secret": "endpoint-secret"}
    endpoint = await own_operator.call("POST", f"/numbers/{NUMBER}/webhooks", json=hook)
    await own_operator.call("PATCH", f"/numbers/{NUMBER}", json={"rotate_app_secret": True})

    async def finding(secret: str) -> str:
        check = {"number": NUMBER, "body": "{}", "header": hub_signature(secret, b"{}")}
        [told] = (await own_operator.call("POST", PATH, json=check))["findings"]
        return str(told)

    assert await finding(other["app_secret"]) == "It was made with the secret of the number 15550777888."
    assert await finding("endpoint-secret") == f"It was made with the secret of the endpoint {endpoint['id']}."
    assert await finding(SECRET) == f"It was made with the secret of the number {NUMBER} before it was changed."


async def test_a_check_of_nothing_here_is_refused(operator: Operator) -> None:
    check = {"number": "15550999888", "body": "{}", "header": ""}

    assert (await operator.refused("POST", PATH, json=check))[:2] == (404, "unknown_object")
    unreadable = {"number": NUMBER, "body": "é", "header": "", "encoding": "base64"}
    assert (await operator.refused("POST", PATH, json=unreadable))[0] == 400
