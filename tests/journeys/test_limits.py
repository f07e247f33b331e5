"""How much may be sent, how long it is worth delivering, and what users do not take."""

from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, code_of, open_world
from tests.journeys.faces import CLOUD, META, ONPREM
from tests.support.clients import Body
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


TEXT: Body = {"body": "Hello"}
HELLO: Body = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}


def template(name: str, *texts: str) -> Body:
    parameters = [{"type": "text", "text": text} for text in texts]
    return {**HELLO, "name": name, "components": [{"type": "body", "parameters": parameters}]}


OFFER = template("spring_offer", "Jo", "20 %")


def login_code() -> Body:
    code = [{"type": "text", "text": "123456"}]
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": code}
    return {**HELLO, "name": "login_code", "components": [{"type": "body", "parameters": code}, button]}


async def regard(world: World, **platform: Any) -> None:
    await world.operate("PATCH", f"/numbers/{world.client.number}", json=platform)


async def tell_of_sent(world: World) -> None:
    """Let On-Premises tell of `sent` too, so that one story fits every face."""
    if world.client.dialect == "onprem":
        settings = {"webhooks": {"message": {"sent": True}}}
        assert (await world.client.call("PATCH", "/v1/settings/application", json=settings)).status == 200


# -- Rates --------------------------------------------------------------------------------------------------------


async def test_a_number_of_20_messages_a_second_sends_no_more(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await regard(world, throughput=20)

    answers = [await world.client.send(f"49155500{number:05}", "text", TEXT) for number in range(21)]

    assert [answer.status for answer in answers[:20]] == [world.client.sent_status] * 20
    assert code_of(world.client, answers[20]) == world.either(cloud=(400, 130429), onprem=(429, 1015))


async def test_a_reset_gives_back_what_was_used_up(world: World) -> None:
    few_calls = {"registered": False}  # its account has 200 an hour then
    await regard(world, **few_calls)
    node = "/whatsapp_business_profile" if world.client.face == "proxy" else f"/v24.0/{NUMBER}"
    path = world.either(cloud=node, onprem="/v1/health")
    used_up = [await world.client.call("GET", path) for _ in range(201)]

    await world.operate("POST", "/reset")
    await regard(world, **few_calls)

    again = [await world.client.call("GET", path) for _ in range(30)]
    assert any(answer.status != 200 for answer in used_up)
    assert {answer.status for answer in again} == {200}


async def test_what_users_write_counts_against_the_throughput_too(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await regard(world, throughput=20)
    for _ in range(15):
        await world.write("text", TEXT)

    answers = [await world.client.send(f"49155500{number:05}", "text", TEXT) for number in range(6)]

    assert [answer.status for answer in answers[:5]] == [world.client.sent_status] * 5
    assert code_of(world.client, answers[5]) == world.either(cloud=(400, 130429), onprem=(429, 1015))


async def test_a_number_that_is_moved_to_a_higher_throughput_sends_nothing_for_a_minute(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await regard(world, throughput=1000)

    at_once = await world.client.send(PHONE, "text", TEXT)
    await world.advance(seconds=59)
    a_second_before = await world.client.send(PHONE, "text", TEXT)
    await world.advance(seconds=1)

    busy = world.either(cloud=(500, 131057), onprem=(503, 1011))
    assert [code_of(world.client, answer) for answer in (at_once, a_second_before)] == [busy] * 2
    assert [int(answer.headers["Retry-After"]) for answer in (at_once, a_second_before)] == [61, 2]
    assert await world.send("text", TEXT)


async def test_a_lower_throughput_is_there_at_once(world: World) -> None:
    await regard(world, throughput=20)

    assert await world.send("text", TEXT)


async def test_a_number_that_is_being_upgraded_says_so_before_it_looks_at_the_body(world: World) -> None:
    await regard(world, throughput=1000)

    answer = await world.client.send("abc", "text", {})

    assert code_of(world.client, answer) == world.either(cloud=(500, 131057), onprem=(503, 1011))


@pytest.mark.parametrize("flags", [{"rules": "relaxed"}])
async def test_relaxed_rules_upgrade_a_number_in_no_time(world: World) -> None:
    await regard(world, throughput=1000)

    assert await world.send("text", TEXT)


@META
async def test_an_upgrade_goes_on_after_a_restart_and_shows_in_the_health(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await world.operate("PUT", "/clock", json={"frozen": True})
        await regard(world, throughput=1000)

    async with open_world(face, tmp_path / "data") as world:
        health = await world.client.call("GET", f"/v24.0/{world.client.number}?fields=health_status")
        assert await world.refusal("text", TEXT) == (500, 131057)
        assert health.json["health_status"]["entities"][0]["errors"][0]["error_code"] == 131057


async def reach(world: World, users: range) -> list[str]:
    """Send each user a template, and return the first word told of each; the sample window is closed to them all."""
    sent = [await world.send("template", HELLO, to=f"49155500{number:05}") for number in users]
    return [(await world.words_of(message_id, 1))[0] for message_id in sent]


async def test_the_51st_user_outside_the_window_within_24_hours_is_one_too_many(world: World) -> None:
    await tell_of_sent(world)
    await regard(world, tier="TIER_50")
    assert await reach(world, range(50)) == ["sent"] * 50

    one_more = await world.send("template", HELLO, to=STRANGER)

    assert await world.failure_of(one_more) == (["failed"], world.either(cloud=131048, onprem=471))
    assert await reach(world, range(1)) == ["sent"]  # a user who was reached already
    assert (await world.words_of(await world.send("template", HELLO), 1))[0] == "sent"  # a user whose window is open
    await world.advance(hours=24)
    assert await reach(world, range(50, 51)) == ["sent"]


@META
async def test_a_restart_does_not_begin_the_count_of_users_anew(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await regard(world, tier="TIER_50")
        await reach(world, range(50))

    async with open_world(face, tmp_path / "data") as world:
        assert await world.failure_of(await world.send("template", HELLO, to=STRANGER)) == (["failed"], 131048)


@pytest.mark.parametrize(("code", "onprem"), [(131048, 471), (131049, 471), (131050, 471), (131043, 410)])
async def test_a_fault_rule_orders_what_no_state_brings_about(world: World, code: int, onprem: int) -> None:
    await world.operate("POST", "/rules", json={"fail": {"code": code}})

    sent = await world.send("template", OFFER)

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=code, onprem=onprem))


async def spare(world: World, marketing_per_user: int | None) -> None:
    await world.operate("PATCH", "/network", json={"marketing_per_user": marketing_per_user})


async def offer(world: World, to: str = STRANGER) -> str:
    """Send a marketing template, and return the first word told of it."""
    return (await world.words_of(await world.send("template", OFFER, to=to), 1))[0]


async def test_a_user_gets_so_much_marketing_within_24_hours_and_no_more(world: World) -> None:
    await tell_of_sent(world)
    await spare(world, 2)
    assert [await offer(world), await offer(world)] == ["sent", "sent"]

    one_more = await world.send("template", OFFER, to=STRANGER)

    assert await world.failure_of(one_more) == (["failed"], world.either(cloud=131049, onprem=471))
    assert await offer(world, "4915550003333") == "sent"  # another user
    assert (await world.words_of(await world.send("template", HELLO, to=STRANGER), 1))[0] == "sent"  # no marketing
    await world.advance(hours=24)
    assert await offer(world) == "sent"


async def test_marketing_within_the_window_is_not_limited(world: World) -> None:
    await tell_of_sent(world)
    await spare(world, 0)

    assert await offer(world, PHONE) == "sent"


async def test_what_did_not_reach_the_user_does_not_count(world: World) -> None:
    await tell_of_sent(world)
    await spare(world, 1)
    await world.phone(STRANGER, blocked=True)
    assert await offer(world) == "failed"
    await world.phone(STRANGER, blocked=False)

    assert [await offer(world), await offer(world)] == ["sent", "failed"]


@CLOUD
async def test_the_marketing_of_all_businesses_counts_together(world: World) -> None:
    added = await world.operate("POST", "/numbers", json={"number": "15550123458"})
    await world.operate("PUT", "/numbers/15550123458", json={"webhook": {"url": world.hook.url}})
    await spare(world, 1)
    assert await offer(world) == "sent"

    path = world.client.messages_path.replace(world.client.number, "15550123458")
    credential = {
        name: value.replace(world.client.token, added["token"]) for name, value in world.client.headers.items()
    }
    body = world.client.message(STRANGER, "template", OFFER)
    answer = await world.client.call("POST", path, json=body, headers=credential)

    assert await world.failure_of(answer.json["messages"][0]["id"]) == (["failed"], 131049)


async def test_a_limit_that_is_lifted_or_reset_limits_no_more(world: World) -> None:
    await tell_of_sent(world)
    await spare(world, 0)
    await spare(world, None)
    lifted = await offer(world)
    await spare(world, 0)

    await world.operate("POST", "/reset")

    assert (lifted, await world.operate("GET", "/network")) == ("sent", {"marketing_per_user": None})
    assert await offer(world) == "sent"


@META
async def test_a_restart_does_not_begin_the_count_of_marketing_anew(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await spare(world, 1)
        await offer(world)

    async with open_world(face, tmp_path / "data") as world:
        assert await world.failure_of(await world.send("template", OFFER, to=STRANGER)) == (["failed"], 131049)


@pytest.mark.parametrize("flags", [{"rules": "relaxed"}])
async def test_relaxed_rules_spare_nobody(world: World) -> None:
    await tell_of_sent(world)
    await spare(world, 0)

    assert await offer(world) == "sent"


@META
@pytest.mark.parametrize("limit", [-1, 1_001, "1", [], 1.5])
async def test_a_limit_that_cannot_be_is_refused(world: World, limit: Any) -> None:
    answer = await world.control.call("PATCH", "/network", json={"marketing_per_user": limit})

    assert answer.status == 400, answer


async def test_who_has_stopped_marketing_gets_other_templates_only(world: World) -> None:
    await world.phone(marketing=False)

    offer, hello = await world.send("template", OFFER), await world.send("template", HELLO)

    assert await world.failure_of(offer) == (["failed"], world.either(cloud=131050, onprem=471))
    assert await world.words_of(hello, world.told) == world.told_words


# -- Lifetimes ----------------------------------------------------------------------------------------------------


@CLOUD
@pytest.mark.parametrize(
    ("kind", "body", "life_seconds"), [("text", TEXT, 30 * 86_400), ("template", login_code(), 600)]
)
async def test_what_does_not_reach_its_phone_within_its_life_is_dropped_in_silence(
    world: World, kind: str, body: Body, life_seconds: int
) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await world.phone(online=False)
    sent = await world.send(kind, body)
    assert await world.words_of(sent, 1) == ["sent"]

    await world.advance(seconds=life_seconds)
    await world.phone(online=True)

    await world.write("text", TEXT)
    later = await world.send("text", TEXT)
    assert await world.words_of(later, 3) == ["sent", "delivered", "read"]
    assert await world.words_of(sent, 1) == ["sent"]
    assert [shown["id"] for shown in await world.shown_on()] == [later]


@CLOUD
async def test_a_second_before_the_end_of_its_life_a_message_is_delivered(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await world.phone(online=False)
    sent = await world.send("text", TEXT)
    assert await world.words_of(sent, 1) == ["sent"]

    await world.advance(seconds=30 * 86_400 - 1)
    await world.phone(online=True)

    assert await world.words_of(sent, 3) == ["sent", "delivered", "read"]


@ONPREM
@pytest.mark.parametrize("ttl", ["P1D", "86400", 86_400, "PT24H"])
async def test_on_premises_tells_that_a_template_has_expired(world: World, ttl: object) -> None:
    await tell_of_sent(world)
    await world.phone(online=False)
    sent = await world.send("template", HELLO, ttl=ttl)
    assert await world.words_of(sent, 1) == ["sent"]

    await world.advance(hours=25)

    told = await world.statuses_of(sent, 2)
    assert [status["status"] for status in told] == ["sent", "failed"]
    assert told[1]["errors"][0]["code"] == 410
    await world.phone(online=True)
    assert await world.shown_on() == []


@ONPREM
async def test_a_life_that_ends_while_the_server_is_stopped_has_ended(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await tell_of_sent(world)
        await world.phone(online=False)
        sent = await world.send("template", HELLO, ttl=60)
        assert await world.words_of(sent, 1) == ["sent"]
        await world.operate("PUT", "/clock", json={"frozen": True})

    async with open_world(face, tmp_path / "data") as world:
        await world.advance(seconds=60)
        assert (await world.failure_of(sent))[1] == 410
        assert await world.shown_on(PHONE) == []
