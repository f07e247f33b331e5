"""The control API: whoever plays the platform tells a webhook what nothing else brings about."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.operator import Operator, operating
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

ERROR = {
    "code": 130429, "title": "Rate limit hit", "message": "Rate limit hit",
    "error_data": {"details": "The phone number is above its messages-per-second throughput."},
    "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
}  # fmt: skip
PLACE = f"/numbers/{NUMBER}/notices"


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def told(operator: Operator, field: str, value: dict[str, Any]) -> dict[str, Any]:
    await operator.call("POST", PLACE, json={"field": field, "value": value})
    call = await operator.hook.wait_for(lambda got: got.method == "POST")
    entry: dict[str, Any] = call.json["entry"][0]
    return entry


async def test_an_account_level_field_comes_with_its_time_and_its_value_as_given(operator: Operator) -> None:
    value = {"event": "PARTNER_ADDED", "waba_info": {"waba_id": "1"}}

    entry = await told(operator, "account_update", value)

    assert entry["changes"] == [{"value": value, "field": "account_update"}]
    assert isinstance(entry["time"], int)


async def test_errors_of_no_message_come_as_the_sample_shows_them(operator: Operator) -> None:
    entry = await told(operator, "messages", {"errors": [ERROR]})

    assert entry.keys() == {"id", "changes"}
    assert entry["changes"][0]["value"] == {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": NUMBER, "phone_number_id": NUMBER},
        "errors": [ERROR],
    }


async def test_errors_of_no_message_reach_an_on_premises_subscriber(tmp_path: Path) -> None:
    async with operating(tmp_path / "data", callback_dialect="onprem") as operator:
        await operator.call("POST", PLACE, json={"field": "messages", "value": {"errors": [ERROR]}})
        call = await operator.hook.wait_for(lambda got: got.method == "POST")

    assert [error["code"] for error in call.json["errors"]] == [429]


BAD_NOTICES: list[dict[str, Any]] = [
    {}, {"field": "messages", "value": {"messages": []}}, {"field": "messages", "value": {"errors": [{"code": 1}]}},
    {"field": "messages", "value": {"errors": []}}, {"field": "no_such_field", "value": {}},
    {"field": "security", "value": []},
]  # fmt: skip


@pytest.mark.parametrize("wish", BAD_NOTICES)
async def test_a_notice_that_the_platform_would_not_send_is_refused(operator: Operator, wish: dict[str, Any]) -> None:
    assert (await operator.refused("POST", PLACE, json=wish))[0] == 400


async def test_an_account_is_spoken_of_to_a_number_that_has_further_endpoints_only(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator:
        await operator.call("POST", f"/numbers/{NUMBER}/webhooks", json={"url": operator.hook.url})
        await operator.call("DELETE", f"/numbers/{NUMBER}/webhook")
        account = (await operator.call("GET", "/accounts"))["accounts"][0]["waba_id"]

        await operator.call("PATCH", f"/accounts/{account}", json={"review": "REJECTED"})

        call = await operator.hook.next()
        assert call.json["entry"][0]["changes"][0]["field"] == "account_review_update"
