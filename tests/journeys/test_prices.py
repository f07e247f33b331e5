"""What statuses say about the price: windows, free entry points, and the version of the callbacks."""

from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import STRANGER, World, open_world
from tests.journeys.faces import CLOUD, META
from tests.support.clients import Body

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Hello"}
HELLO: Body = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}
AD: Body = {"source_url": "https://fb.me/EXAMPLE1", "source_id": "1202", "source_type": "ad", "ctwa_clid": "ARExample"}
ENTRY = {"billable": False, "pricing_model": "PMP", "type": "free_entry_point", "category": "referral_conversion"}
SERVICE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
REGULAR = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def price_of(world: World, sent: str) -> Body:
    return dict((await world.statuses_of(sent, 1))[0]["pricing"])


async def frozen(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})


# -- Free entry points ----------------------------------------------------------------------------------------------


@CLOUD
async def test_an_answer_to_an_advertisement_is_free_for_72_hours(world: World) -> None:
    await frozen(world)
    await world.write("text", TEXT, phone=STRANGER, referral=AD)
    await world.advance(hours=23)
    answer = await world.send("text", TEXT, to=STRANGER)
    await world.statuses_of(answer, 1)
    await world.advance(seconds=72 * 3600 - 1)
    late = await world.send("template", HELLO, to=STRANGER)
    await world.statuses_of(late, 1)

    await world.advance(seconds=1)
    after = await world.send("template", HELLO, to=STRANGER)

    assert [await price_of(world, sent) for sent in (answer, late, after)] == [ENTRY, ENTRY, REGULAR]


@CLOUD
async def test_an_answer_after_24_hours_opens_no_free_entry_point(world: World) -> None:
    await frozen(world)
    await world.write("text", TEXT, phone=STRANGER, referral=AD)

    await world.advance(hours=24)

    assert await price_of(world, await world.send("template", HELLO, to=STRANGER)) == REGULAR


async def test_a_free_entry_point_does_not_keep_the_service_window_open(world: World) -> None:
    await world.write("text", TEXT, phone=STRANGER, referral=AD)
    await world.statuses_of(await world.send("text", TEXT, to=STRANGER), world.told)

    await world.advance(hours=25)

    sent = await world.send("text", TEXT, to=STRANGER)
    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131047, onprem=470))


@META
async def test_a_free_entry_point_is_one_conversation_that_ends_with_it(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")
    await world.write("text", TEXT, phone=STRANGER, referral=AD)

    first = await world.statuses_of(await world.send("text", TEXT, to=STRANGER), 3)
    second = await world.statuses_of(await world.send("text", TEXT, to=STRANGER), 3)

    until = str(1_801_396_800 + 72 * 3600)
    origin = {"type": "referral_conversion"}
    conversation = first[0]["conversation"]
    assert conversation == {"id": conversation["id"], "expiration_timestamp": until, "origin": origin}
    assert second[0]["conversation"] == conversation
    assert [status.get("conversation") for status in first[1:]] == [{"id": conversation["id"], "origin": origin}, None]


@META
async def test_a_restart_keeps_a_free_entry_point(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await world.write("text", TEXT, phone=STRANGER, referral=AD)
        await world.statuses_of(await world.send("text", TEXT, to=STRANGER), 3)
        await world.advance(hours=48)

    async with open_world(face, tmp_path / "data") as world:
        assert await price_of(world, await world.send("template", HELLO, to=STRANGER)) == ENTRY


@META
async def test_a_restart_keeps_an_advertisement_that_nobody_has_answered(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await world.write("text", TEXT, phone=STRANGER, referral=AD)

    async with open_world(face, tmp_path / "data") as world:
        assert await price_of(world, await world.send("text", TEXT, to=STRANGER)) == ENTRY


# -- Versions of the callbacks --------------------------------------------------------------------------------------


@CLOUD
@pytest.mark.parametrize("flags", [{"graph_version": "v23.0"}])
async def test_up_to_version_23_every_message_is_a_conversation_of_its_own(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")

    first = await world.statuses_of(await world.send("template", HELLO, to=STRANGER), 3)
    second = await world.statuses_of(await world.send("template", HELLO, to=STRANGER), 3)

    conversation = first[0]["conversation"]
    origin = {"type": "utility"}
    assert conversation == {"id": conversation["id"], "expiration_timestamp": "1801483200", "origin": origin}
    assert [status.get("conversation") for status in first[1:]] == [{"id": conversation["id"], "origin": origin}, None]
    assert [status.get("pricing") for status in first] == [REGULAR, REGULAR, None]
    assert second[0]["conversation"]["id"] != conversation["id"]


@CLOUD
async def test_from_version_24_on_no_status_has_a_conversation(world: World) -> None:
    told = await world.statuses_of(await world.send("text", TEXT), 3)

    assert [status.get("conversation") for status in told] == [None, None, None]
    assert [status.get("pricing") for status in told] == [SERVICE, SERVICE, None]


@META
async def test_a_number_can_change_its_version(world: World) -> None:
    change = {"platform": {"graph_version": "v22.0"}}
    shown = await world.operate("PUT", f"/numbers/{world.client.number}", json=change)

    told = await world.statuses_of(await world.send("text", TEXT), 1)

    assert shown["platform"]["graph_version"] == "v22.0"
    assert told[0]["conversation"]["origin"] == {"type": "service"}


def keys_of(value: Any) -> set[str]:
    """Return every member's name, at any depth."""
    if isinstance(value, list):
        return {name for each in value for name in keys_of(each)}
    if not isinstance(value, dict):
        return set()
    return set(value) | {name for each in value.values() for name in keys_of(each)}


NEW_IN_2026 = {"user_id", "recipient_user_id", "from_user_id", "url"}


@META
@pytest.mark.parametrize(
    ("flags", "shown", "with_contacts"),
    [({"webhook_shape": "2025"}, set(), 1), ({}, NEW_IN_2026, 4)],
)
async def test_the_shape_of_2025_has_nothing_of_usernames_and_no_url(
    world: World, shown: set[str], with_contacts: int
) -> None:
    from tests.support import media

    await world.write_file("image", media.jpeg())
    await world.inbound()
    await world.statuses_of(await world.send("text", TEXT), 3)

    values = [value for call in world.hook.received for value in call.values()]
    assert keys_of(values) & NEW_IN_2026 == shown
    assert sum("contacts" in value for value in values) == with_contacts
