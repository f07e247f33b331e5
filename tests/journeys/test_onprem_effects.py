"""Every setting of `/v1/settings/application`: what it does, or why it is only kept."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from tests.journeys.conftest import PHONE, World, open_world
from tests.support import media
from tests.support.clients import Body
from tests.support.receiver import Answer

from waypost.wire import onprem_settings

pytestmark = pytest.mark.anyio

TESTS = Path(__file__).parents[1]
APPLICATION = "/v1/settings/application"
TEXT = {"body": "Hello"}
HERE = "journeys/test_onprem_effects.py"
KEPT = "about the client's own nodes"

EFFECTS: Mapping[str, str] = {
    "axolotl_context_striping_disabled": KEPT,
    "callback_backoff_delay_ms":
        "journeys/test_migration_list.py::test_09_a_204_is_a_failure_and_the_pauses_grow_evenly_to_their_cap",
    "callback_persist": f"{HERE}::test_callbacks_that_are_not_persisted_are_lost_with_a_restart",
    "db_garbagecollector_enable": f"{HERE}::test_old_messages_go_by_themselves_where_that_is_switched_on",
    "garbagecollector_enable.media": f"{HERE}::test_files_stay_where_their_clean_up_is_switched_off",
    "garbagecollector_enable.messages": f"{HERE}::test_old_messages_go_by_themselves_where_that_is_switched_on",
    "heartbeat_interval": KEPT,
    "log_level": KEPT,
    "max_callback_backoff_delay_ms":
        "journeys/test_migration_list.py::test_09_a_204_is_a_failure_and_the_pauses_grow_evenly_to_their_cap",
    "media.auto_download":
        "journeys/test_onprem_samples.py::test_a_file_is_told_with_an_id_if_its_type_is_downloaded",
    "notify_user_change_number": f"{HERE}::test_a_changed_number_is_told_unless_that_is_switched_off",
    "on_call_pager": KEPT,
    "pass_through": "unit/api/onprem/test_onprem_settings.py::test_pass_through_cannot_be_switched_on",
    "sent_status": f"{HERE}::test_statuses_are_told_as_they_are_switched_on",
    "show_security_notifications": "journeys/test_onprem_samples.py::test_a_changed_identity_is_told_like_the_sample",
    "tcp_listen_address": KEPT,
    "unhealthy_interval": KEPT,
    "verbose_logging": KEPT,
    "wa_id": "unit/api/onprem/test_onprem_settings.py::test_a_client_may_send_back_what_it_was_shown",
    "webhooks.max_concurrent_requests": f"{HERE}::test_no_more_callbacks_are_under_way_than_are_allowed",
    "webhooks.message.delivered": f"{HERE}::test_statuses_are_told_as_they_are_switched_on",
    "webhooks.message.read": f"{HERE}::test_statuses_are_told_as_they_are_switched_on",
    "webhooks.message.sent": f"{HERE}::test_statuses_are_told_as_they_are_switched_on",
    "webhooks.url": "unit/api/onprem/test_onprem_settings.py::test_what_a_client_sets_takes_effect_and_is_shown",
}  # fmt: skip
"""By setting the test that sees its effect, or why it has none here.

# spec: on-premises-api.md#7.1
"""


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"keep_days": "0"}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def change(world: World, **settings: Any) -> None:
    answer = await world.client.call("PATCH", APPLICATION, json=settings)
    assert answer.status == 200, answer


def names(schema: type[msgspec.Struct], before: str = "") -> Iterator[str]:
    """Yield the path of every setting that can be given."""
    for name, hint in get_type_hints(schema).items():
        inner = [each for each in get_args(hint) if isinstance(each, type) and issubclass(each, msgspec.Struct)]
        if inner:
            yield from names(inner[0], f"{before}{name}.")
        else:
            yield before + name


# -- The table ----------------------------------------------------------------------------------------------------


def test_every_setting_is_in_the_table() -> None:
    assert sorted(names(onprem_settings._Application)) == sorted(EFFECTS)


@pytest.mark.parametrize("place", sorted(set(EFFECTS.values()) - {KEPT}))
def test_the_effect_of_a_setting_has_a_test_that_exists(place: str) -> None:
    file, _, test = place.partition("::")

    assert f"def {test}(" in (TESTS / file).read_text("utf-8")


KEPT_VALUES: list[tuple[str, Any]] = [
    ("axolotl_context_striping_disabled", True),
    ("heartbeat_interval", 7),
    ("log_level", "debug"),
    ("on_call_pager", "ops"),
    ("tcp_listen_address", "0.0.0.0"),
    ("unhealthy_interval", 45),
    ("verbose_logging", True),
]


@pytest.mark.parametrize(("name", "value"), KEPT_VALUES)
async def test_what_has_no_effect_is_kept(world: World, name: str, value: Any) -> None:
    await change(world, **{name: value})

    shown = (await world.client.call("GET", APPLICATION)).json["settings"]["application"]
    assert shown[name] == value


# -- Callbacks ----------------------------------------------------------------------------------------------------


async def deliveries(world: World) -> list[Body]:
    return list((await world.operate("GET", "/webhooks/deliveries"))["deliveries"])


async def test_no_more_callbacks_are_under_way_than_are_allowed(world: World) -> None:
    held = asyncio.Event()
    world.hook.answer(hold=held, times=12)
    await change(world, webhooks={"max_concurrent_requests": 12})

    for number in range(15):
        await world.write("text", {"body": f"{number}"})

    await world.hook.wait_for_count(12)
    under_way = len(world.hook.received)
    held.set()
    await world.hook.wait_for_count(15)
    assert under_way == 12


@pytest.mark.parametrize(("persist", "told"), [(True, 2), (False, 1)])
async def test_callbacks_that_are_not_persisted_are_lost_with_a_restart(
    tmp_path: Path, *, persist: bool, told: int
) -> None:
    async with open_world("onprem", tmp_path / "data") as world:
        await change(world, callback_persist=persist, callback_backoff_delay_ms=1000)
        world.hook.always = Answer(500)
        await world.write("text", {"body": "Before"})
        await world.hook.wait_for_count(1)

    async with open_world("onprem", tmp_path / "data") as world:
        await world.operate("POST", f"/phones/{PHONE}/messages", json={"type": "text", "text": {"body": "After"}})
        await world.advance(seconds=60)

        await world.hook.wait_for_count(told)
        states = {delivery["state"] for delivery in await deliveries(world)}
    assert ("dropped" in states) is not persist
    assert sorted(message["text"]["body"] for message in world.hook.messages()) == ["After", "Before"][:told]


# -- What is told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, ["delivered", "read"]),
        ({"sent_status": True}, ["sent", "delivered", "read"]),
        ({"webhooks": {"message": {"sent": True}}}, ["sent", "delivered", "read"]),
        ({"webhooks": {"message": {"delivered": False}}}, ["read"]),
        ({"webhooks": {"message": {"read": False}}}, ["delivered"]),
    ],
)
async def test_statuses_are_told_as_they_are_switched_on(world: World, settings: Body, words: list[str]) -> None:
    await change(world, **settings)

    first = await world.send("text", TEXT)
    last = await world.send("text", TEXT)

    assert await world.words_of(last, len(words)) == words
    assert await world.words_of(first, len(words)) == words


@pytest.mark.parametrize(("is_told", "types"), [(True, ["system", "text"]), (False, ["text"])])
async def test_a_changed_number_is_told_unless_that_is_switched_off(
    world: World, *, is_told: bool, types: list[str]
) -> None:
    await change(world, notify_user_change_number=is_told)

    await world.operate("POST", f"/phones/{PHONE}/move", json={"wa_id": "15550002222"})
    await world.write("text", TEXT, phone="15550002222")

    await world.hook.wait_until(lambda: any(message["type"] == "text" for message in world.hook.messages()))
    assert sorted(message["type"] for message in world.hook.messages()) == types


# -- What is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "is_kept"),
    [
        ({}, True),
        ({"garbagecollector_enable": {"messages": False}}, True),
        ({"garbagecollector_enable": {"messages": True}}, False),
        ({"db_garbagecollector_enable": True}, False),
    ],
)
async def test_old_messages_go_by_themselves_where_that_is_switched_on(
    world: World, settings: Body, *, is_kept: bool
) -> None:
    await change(world, **settings)
    await world.words_of(await world.send("text", {"body": "Old"}), 2)

    await world.advance(days=31)
    await world.server.parts.upkeep()

    left = [message["preview"] for message in (await world.operate("GET", "/messages"))["messages"]]
    assert ("Old" in left) is is_kept


@pytest.mark.parametrize(("collected", "status"), [(None, 404), (True, 404), (False, 200)])
async def test_files_stay_where_their_clean_up_is_switched_off(
    world: World, collected: bool | None, status: int
) -> None:
    await change(world, garbagecollector_enable={"media": collected})
    media_id = await world.upload(media.jpeg())

    for _ in range(2):
        await world.advance(days=40)
        await world.server.parts.upkeep()

    assert (await world.client.call("GET", f"/v1/media/{media_id}")).status == status
