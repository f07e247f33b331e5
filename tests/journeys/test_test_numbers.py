"""Test numbers: they write to the few users on their list, and so does a sandbox, whose list has one."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, open_world
from tests.journeys.faces import META

pytestmark = pytest.mark.anyio

TEXT = {"body": "Hello"}
NOT_LISTED = {"cloud": (400, 131030), "onprem": (400, 1013)}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def list_recipients(world: World, listed: list[str] | None) -> Any:
    return await world.operate("PATCH", f"/numbers/{world.client.number}", json={"test_recipients": listed})


async def test_a_test_number_writes_to_its_recipients_only(world: World) -> None:
    shown = await list_recipients(world, [PHONE, "5511987654321"])

    assert shown["test_recipients"] == [PHONE, "5511987654321"]
    assert await world.send("text", TEXT)
    assert await world.refusal("text", TEXT, to=STRANGER) == NOT_LISTED[world.client.dialect]


async def test_a_recipient_is_listed_however_its_number_is_written(world: World) -> None:
    await list_recipients(world, ["551187654321"])

    assert await world.send("text", TEXT, to="+55 11 98765-4321")


async def test_an_empty_list_lets_a_test_number_write_to_nobody(world: World) -> None:
    await list_recipients(world, [])

    assert await world.refusal("text", TEXT) == NOT_LISTED[world.client.dialect]


async def test_a_number_without_a_list_is_an_ordinary_one_again(world: World) -> None:
    await list_recipients(world, [])
    await list_recipients(world, None)

    assert await world.send("text", TEXT)


async def test_a_reset_makes_a_test_number_an_ordinary_one(world: World) -> None:
    await list_recipients(world, [])

    await world.operate("POST", "/reset")

    assert (await world.operate("GET", f"/numbers/{world.client.number}"))["test_recipients"] is None


async def test_the_list_outlives_a_restart(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await list_recipients(world, [STRANGER])

    async with open_world(face, tmp_path / "data") as world:
        assert await world.refusal("text", TEXT) == NOT_LISTED[world.client.dialect]


@META
async def test_the_mode_of_a_test_number_is_the_sandbox(world: World) -> None:
    path = f"/v24.0/{world.client.number}?fields=account_mode"
    before = (await world.client.call("GET", path)).json["account_mode"]

    await list_recipients(world, [PHONE])

    assert (before, (await world.client.call("GET", path)).json["account_mode"]) == ("LIVE", "SANDBOX")


@META
@pytest.mark.parametrize(
    "listed", [["1555000111" + str(n) for n in range(6)], ["abc"], [1], "15550001111"], ids=json.dumps
)
async def test_a_list_that_cannot_be_is_refused(world: World, listed: Any) -> None:
    answer = await world.control.call("PATCH", f"/numbers/{world.client.number}", json={"test_recipients": listed})

    assert answer.status == 400, answer
    assert await world.send("text", TEXT)
