"""The platform's rules, computed from state: the window, templates, rates, and phones that cannot be reached."""

import asyncio
from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, PHONE, STRANGER, World, code_of
from tests.journeys.faces import CLOUD
from tests.support import media
from tests.support.clients import Body
from tests.support.receiver import Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


HELLO: Body = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}
TEXT: Body = {"body": "Hello"}


def parcel(*texts: str, language: str = "en_US", name: str = "parcel_update") -> Body:
    parameters = [{"type": "text", "text": text} for text in texts]
    components = [{"type": "body", "parameters": parameters}] if texts else []
    return {"name": name, "language": {"policy": "deterministic", "code": language}, "components": components}


# -- The window ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text", TEXT),
        ("location", {"latitude": 1, "longitude": 2}),
        ("contacts", [{"name": {"formatted_name": "Rosa", "first_name": "Rosa"}}]),
        ("image", {"link": "https://127.0.0.1/never-fetched.jpg"}),
    ],
)
async def test_outside_the_window_a_message_is_accepted_and_fails_without_being_sent(
    world: World, kind: str, body: Any
) -> None:
    sent = await world.send(kind, body, to=STRANGER)

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131047, onprem=470))
    assert await world.shown_on(STRANGER) == []


async def test_a_user_who_writes_opens_the_window(world: World) -> None:
    await world.write("text", TEXT, phone=STRANGER)

    sent = await world.send("text", TEXT, to=STRANGER)

    assert await world.words_of(sent, world.told) == world.told_words


async def test_the_window_closes_after_24_hours_and_opens_again(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await world.write("text", TEXT)
    await world.advance(seconds=86_399)
    last = await world.send("text", TEXT)
    assert await world.words_of(last, world.told) == world.told_words

    await world.advance(seconds=1)

    assert (await world.failure_of(await world.send("text", TEXT)))[1] == world.either(cloud=131047, onprem=470)
    await world.write("text", TEXT)
    assert await world.words_of(await world.send("text", TEXT), world.told) == world.told_words


async def test_a_jump_of_25_hours_closes_the_window_but_not_for_templates(world: World) -> None:
    await world.advance(hours=25)

    text, template = await world.send("text", TEXT), await world.send("template", HELLO)

    assert await world.failure_of(text) == (["failed"], world.either(cloud=131047, onprem=470))
    assert await world.words_of(template, world.told) == world.told_words


async def test_a_template_does_not_open_the_window(world: World) -> None:
    template = await world.send("template", HELLO, to=STRANGER)
    assert await world.words_of(template, world.told) == world.told_words

    text = await world.send("text", TEXT, to=STRANGER)

    assert (await world.failure_of(text))[1] == world.either(cloud=131047, onprem=470)


@CLOUD
@pytest.mark.parametrize(
    ("phone", "body", "pricing"),
    [
        (PHONE, parcel("a", "b", "c"), ("free_customer_service", "utility", False)),
        (STRANGER, parcel("a", "b", "c"), ("regular", "utility", True)),
        (PHONE, parcel("a", "20 %", name="spring_offer"), ("regular", "marketing", True)),
    ],
)
async def test_the_price_of_a_template_depends_on_the_window(
    world: World, phone: str, body: Body, pricing: tuple[str, str, bool]
) -> None:
    sent = await world.send("template", body, to=phone)

    told = (await world.statuses_of(sent, 1))[0]["pricing"]
    assert (told["type"], told["category"], told["billable"]) == pricing


# -- Templates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "cloud", "onprem"),
    [
        (parcel("a", "b"), (400, 132000), (400, 2000)),
        (parcel(), (400, 132000), (400, 2000)),
        (parcel("a", "b", "c", name="no_such"), (404, 132001), (400, 2001)),
        (parcel("a", "b", "c", language="en"), (404, 132001), (400, 2001)),
        (parcel("a", "b", name="repair_ready_named"), (400, 132012), (400, 2012)),
        (
            {**HELLO, "name": "boarding_reminder", "language": {"policy": "deterministic", "code": "es"},
             "components": [{"type": "header", "parameters": [{"type": "text", "text": "x"}]}]},
            (400, 132012),
            (400, 2012),
        ),
        (parcel("x" * 32_768, "b", name="spring_offer"), (400, 132005), (400, 2005)),
    ],
)  # fmt: skip
async def test_a_template_that_does_not_fit_is_refused_at_once(
    world: World, body: Body, cloud: tuple[int, int], onprem: tuple[int, int]
) -> None:
    assert await world.refusal("template", body) == world.either(cloud=cloud, onprem=onprem)
    assert await world.shown_on() == []


@pytest.mark.alone("a worker learns of a review a moment later")
@pytest.mark.parametrize("flags", [{"fetch_allow": LOOPBACK}])
@pytest.mark.parametrize(
    ("event", "cloud", "onprem"), [("PAUSED", 132015, 2061), ("DISABLED", 132016, 2062), ("DELETED", 132001, 2001)]
)
async def test_a_template_that_is_withdrawn_while_its_message_waits_fails_it(
    world: World, files: Receiver, event: str, cloud: int, onprem: int
) -> None:
    released = asyncio.Event()
    jpeg = media.jpeg()
    files.answer(200, body=jpeg.data, headers={"Content-Type": jpeg.mime}, hold=released)
    first = await world.send("image", {"link": files.url_at("/slow.jpg")})
    second = await world.send("template", HELLO)
    await files.wait_until(lambda: bool(files.received))

    templates = (await world.operate("GET", "/templates"))["templates"]
    hello = next(each["id"] for each in templates if (each["name"], each["language"]) == ("hello_world", "en_US"))
    await world.operate("POST", f"/templates/{hello}/review", json={"event": event})
    released.set()

    assert await world.failure_of(second) == (["failed"], world.either(cloud=cloud, onprem=onprem))
    assert [shown["id" if world.client.dialect == "cloud" else "onprem_id"] for shown in await world.shown_on()] == [
        first
    ]


# -- Rates --------------------------------------------------------------------------------------------------------

PAIR_REFUSED = {"cloud": (400, 131056), "onprem": (429, 1015)}
NUMBER_REFUSED = {"cloud": (400, 130429), "onprem": (429, 1015)}


async def test_the_46th_message_of_a_burst_to_one_user_is_refused(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})

    burst = [await world.client.send(PHONE, "text", TEXT) for _ in range(46)]

    assert [answer.status for answer in burst[:45]] == [world.client.sent_status] * 45
    assert code_of(world.client, burst[45]) == PAIR_REFUSED[world.client.dialect]
    assert int(burst[45].headers["Retry-After"]) in range(5, 8)
    await world.advance(seconds=6)
    after = [await world.client.send(PHONE, "text", TEXT) for _ in range(2)]
    assert [answer.status == world.client.sent_status for answer in after] == [True, False]


async def test_a_burst_to_one_user_does_not_hold_back_another(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    for _ in range(45):
        await world.send("text", TEXT)

    assert await world.send("template", HELLO, to=STRANGER)
    assert await world.refusal("text", TEXT) == PAIR_REFUSED[world.client.dialect]


async def test_a_number_sends_80_messages_a_second_and_no_more(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})

    answers = await asyncio.gather(
        *(world.client.send(f"49155500{number:05}", "text", TEXT) for number in range(81))
    )  # fmt: skip

    taken = [answer for answer in answers if answer.status == world.client.sent_status]
    refused = [code_of(world.client, answer) for answer in answers if answer not in taken]
    assert (len(taken), refused) == (80, [NUMBER_REFUSED[world.client.dialect]])
    await world.advance(seconds=1)
    assert await world.send("text", TEXT, to=STRANGER)


@pytest.mark.parametrize("flags", [{"rules": "relaxed"}])
async def test_relaxed_rules_lift_window_and_rates_and_nothing_else(world: World) -> None:
    burst = [await world.client.send(STRANGER, "text", TEXT) for _ in range(50)]

    assert {answer.status for answer in burst} == {world.client.sent_status}
    last = burst[-1].json["messages"][0]["id"]
    assert await world.words_of(last, world.told) == world.told_words
    assert (await world.refusal("text", {"body": "x" * 4097}))[0] == 400
    assert (await world.refusal("template", parcel("a")))[1] == world.either(cloud=132000, onprem=2000)
    pdf = await world.upload(media.pdf())
    assert (await world.failure_of(await world.send("image", {"id": pdf})))[0] == ["failed"]


# -- Phones -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"blocked": True}, {"on_whatsapp": False}])
@pytest.mark.parametrize(
    ("kind", "body", "cloud", "onprem"), [("text", TEXT, 131026, 470), ("template", HELLO, 131026, 1013)]
)
async def test_a_phone_that_cannot_be_reached_fails_the_message(
    world: World, change: Body, kind: str, body: Body, cloud: int, onprem: int
) -> None:
    await world.phone(**change)

    sent = await world.send(kind, body)

    assert await world.failure_of(sent) == (["failed"], world.either(cloud=cloud, onprem=onprem))
    assert await world.shown_on() == []


async def tell_of_sent(world: World) -> None:
    """Let On-Premises tell of `sent` too, so that one story fits every face."""
    if world.client.dialect == "onprem":
        settings = {"webhooks": {"message": {"sent": True}}}
        assert (await world.client.call("PATCH", "/v1/settings/application", json=settings)).status == 200


async def test_a_phone_that_is_offline_gets_its_messages_when_it_is_back(world: World) -> None:
    await tell_of_sent(world)
    await world.phone(online=False)
    sent = await world.send("text", TEXT)
    assert await world.words_of(sent, 1) == ["sent"]
    await world.advance(hours=30)
    assert await world.shown_on() == []

    await world.phone(online=True)

    assert await world.words_of(sent, 3) == ["sent", "delivered", "read"]
    assert [shown["status"] for shown in await world.shown_on()] == ["read"]


async def test_a_user_without_automatic_reading_reads_when_told_to(world: World) -> None:
    await tell_of_sent(world)
    await world.phone(reads=False)
    first, second = await world.send("text", TEXT), await world.send("text", TEXT)
    assert await world.words_of(first, 2) == ["sent", "delivered"]
    assert await world.words_of(second, 2) == ["sent", "delivered"]

    await world.operate("POST", f"/phones/{PHONE}/read", json={"message_id": first})

    assert await world.words_of(first, 3) == ["sent", "delivered", "read"]
    assert [shown["status"] for shown in await world.shown_on()] == ["read", "delivered"]
    assert await world.operate("POST", f"/phones/{PHONE}/read") == {"read": 1}
    assert await world.words_of(second, 3) == ["sent", "delivered", "read"]


async def test_a_sender_cannot_be_its_own_recipient(world: World) -> None:
    assert await world.refusal("text", TEXT, to=world.client.number) == (400, world.either(cloud=131021, onprem=1021))
