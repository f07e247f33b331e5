"""The control API: moving time, breaking things on purpose, going back to the start."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.support.operator import PHONE, Operator, operating
from tests.support.receiver import Answer
from tests.support.server import NUMBER
from tests.support.templates import definition

from waypost.model import Template

pytestmark = pytest.mark.anyio


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def test_a_jump_of_25_hours_closes_the_window(operator: Operator) -> None:
    await operator.call("PUT", "/clock", json={"advance_seconds": 90_000})

    sent = await operator.send_text()

    assert await operator.statuses(sent, "failed") == ["failed"]
    shown = await operator.call("GET", f"/messages/{sent}")
    assert (shown["fault"]["name"], shown["fault"]["code"]) == ("window_closed", 131047)


async def test_a_frozen_clock_stands_exactly_where_it_was_set(operator: Operator) -> None:
    shown = await operator.call("PUT", "/clock", json={"now": "2027-01-31T12:00:00Z", "frozen": True})

    assert (shown["now"], shown["frozen"]) == ("2027-01-31T12:00:00Z", True)
    assert (await operator.call("GET", "/clock"))["now"] == "2027-01-31T12:00:00Z"


async def test_a_moved_clock_outlives_a_restart(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as first:
        await first.call("PUT", "/clock", json={"now": "2027-01-31T12:00:00Z", "frozen": True})

    async with operating(tmp_path / "data") as second:
        assert (await second.call("GET", "/clock"))["now"] == "2027-01-31T12:00:00Z"


BAD_CLOCKS: list[dict[str, Any]] = [
    {}, {"now": "yesterday"}, {"now": "2027-01-31T12:00:00"}, {"now": "9999-12-31T23:59:59Z"}, {"advance": 5},
    {"advance_seconds": 1e12}, {"advance_seconds": "5"}, {"frozen": "yes"},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD_CLOCKS)
async def test_a_clock_that_cannot_be_is_refused(operator: Operator, change: dict[str, Any]) -> None:
    before = await operator.call("GET", "/clock")

    got = await operator.refused("PUT", "/clock", json=change)

    assert got[0] == 400
    assert (await operator.call("GET", "/clock"))["offset_seconds"] == before["offset_seconds"]


@pytest.mark.parametrize("code", [131056, 429, "131056", "pair_rate"])
async def test_a_rule_fails_the_next_message_with_the_code_of_either_dialect(
    operator: Operator, code: int | str
) -> None:
    await operator.call("POST", "/rules", json={"fail": {"code": code}, "phone": PHONE, "next": 1})

    failed, sent = await operator.send_text(), await operator.send_text()

    assert await operator.statuses(failed, "failed") == ["failed"]
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]
    fault = (await operator.call("GET", f"/messages/{failed}"))["fault"]
    assert fault["code"] in (131056, 130429)
    assert fault["onprem_code"] == 429


async def test_a_rule_delays_messages_in_platform_time(operator: Operator) -> None:
    await operator.call("POST", "/rules", json={"delay_seconds": 3600})
    sent = await operator.send_text()
    await operator.settled(f"/messages/{sent}", lambda m: m["status"] == "accepted")

    await operator.call("PUT", "/clock", json={"advance_seconds": 3601})

    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_rules_are_listed_and_taken_back(operator: Operator) -> None:
    rule = await operator.call("POST", "/rules", json={"fail": {"code": 131047}, "number": NUMBER, "every": 2})
    await operator.call("POST", "/rules", json={"delay_seconds": 5})

    await operator.call("DELETE", f"/rules/{rule['id']}")

    rules = (await operator.call("GET", "/rules"))["rules"]
    assert [r["delay_seconds"] for r in rules] == [5.0]
    await operator.call("DELETE", "/rules")
    assert await operator.call("GET", "/rules") == {"rules": []}
    assert (await operator.refused("DELETE", f"/rules/{rule['id']}"))[0] == 404


BAD_RULES: list[dict[str, Any]] = [
    {}, {"fail": {"code": 99}}, {"fail": {"code": "no_such"}}, {"fail": {}}, {"delay_seconds": -1},
    {"delay_seconds": 5, "next": 0}, {"delay_seconds": 5, "every": 0}, {"delay_seconds": 5, "phone": "abc"},
    {"delay_seconds": 5, "drop": True},
]  # fmt: skip


@pytest.mark.parametrize("rule", BAD_RULES)
async def test_a_rule_that_cannot_be_is_refused(operator: Operator, rule: dict[str, Any]) -> None:
    got = await operator.refused("POST", "/rules", json=rule)

    assert got[0] == 400
    assert await operator.call("GET", "/rules") == {"rules": []}


async def test_reset_goes_back_to_the_start(operator: Operator) -> None:
    await operator.call("PATCH", f"/phones/{PHONE}", json={"online": False})
    await operator.call("PUT", "/clock", json={"advance_seconds": 90_000})
    await operator.call("POST", "/rules", json={"fail": {"code": 131047}})
    await operator.send_text()

    await operator.call("POST", "/reset")

    assert await operator.call("GET", "/rules") == {"rules": []}
    assert (await operator.call("GET", "/clock"))["offset_seconds"] == 0
    assert len((await operator.call("GET", "/messages"))["messages"]) == 1  # what the sample phone wrote
    [sample] = (await operator.call("GET", "/phones"))["phones"]
    assert (sample["wa_id"], sample["name"], sample["online"]) == ("15550001111", "Sample Phone", True)
    sent = await operator.send_text()
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]


async def test_reset_drops_what_is_under_way_to_a_webhook_that_does_not_take_it(operator: Operator) -> None:
    answered = asyncio.Event()
    operator.hook.always = Answer(503, hold=answered)
    await operator.send_text()
    await operator.hook.wait_for_count(1)

    await operator.call("POST", "/reset")
    operator.hook.always = Answer(200)
    answered.set()
    first = await operator.send_text()
    await operator.hook.wait_for_count(4)
    await operator.call("PUT", "/clock", json={"advance_seconds": 3600})
    second = await operator.send_text()

    told = [request.body.decode() for request in await operator.hook.wait_for_count(7)]
    assert [sum(message in body for body in told[1:]) for message in (first, second)] == [3, 3]


async def test_reset_drops_what_waits_for_a_webhook_that_does_not_answer(operator: Operator) -> None:
    operator.hook.always = Answer(503)
    await operator.send_text()
    await operator.hook.wait_for_count(1)

    await operator.call("POST", "/reset")
    operator.hook.always = Answer(200)
    await operator.call("PUT", "/clock", json={"advance_seconds": 3600})

    sent = await operator.send_text()
    assert await operator.statuses(sent, "read") == ["sent", "delivered", "read"]
    found = (await operator.call("GET", "/webhooks/deliveries"))["deliveries"]
    assert {delivery["message_id"] for delivery in found} == {sent}


async def test_a_review_under_way_brings_no_template_back_after_a_reset(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, review = operator.server.parts.resources.store, operator.server.parts.flows.templates.review
    save, saving, may_save = store.replace_template, asyncio.Event(), asyncio.Event()

    async def save_late(before: Template, after: Template) -> bool:
        if (after.name, after.status) == ("bike_ready", "APPROVED"):
            saving.set()
            await may_save.wait()
        return await save(before, after)

    monkeypatch.setattr(store, "replace_template", save_late)
    await operator.call("POST", "/templates", json=definition())
    await asyncio.wait_for(saving.wait(), 10)

    reset = asyncio.create_task(operator.call("POST", "/reset"))
    await asyncio.wait({reset}, timeout=0.2)  # as far as it comes
    may_save.set()
    await reset

    async with review.alone:
        shown = (await operator.call("GET", "/templates"))["templates"]
    assert "bike_ready" not in [template["name"] for template in shown]
