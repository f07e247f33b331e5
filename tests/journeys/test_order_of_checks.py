"""Which fault is told of a request with two: the order that clients expect.

# spec: cloud-api.md#4
"""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, code_of
from tests.journeys.faces import CLOUD
from tests.support.clients import Body

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


HELLO: Body = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}
BURST = 45


def no_type(message: Body) -> None:
    del message[message["type"]]


def bad_number(message: Body) -> None:
    message["to"] = "abc"


def itself(message: Body) -> None:
    message["to"] = "15550123456"


def unlisted(message: Body) -> None:
    message["to"] = STRANGER


def too_long(message: Body) -> None:
    message.update(type="text", text={"body": "x" * 4_097})
    message.pop("template")


def unknown_template(message: Body) -> None:
    message["template"] = {**HELLO, "name": "no_such"}


async def unregistered(world: World) -> None:
    await world.operate("PATCH", f"/numbers/{world.client.number}", json={"registered": False})


async def upgraded(world: World) -> None:
    await world.operate("PATCH", f"/numbers/{world.client.number}", json={"throughput": 1_000})


async def used_up(world: World) -> None:
    for _ in range(BURST):
        await world.send("template", HELLO)


STATES: dict[str, Any] = {"unregistered": unregistered, "upgraded": upgraded, "used_up": used_up}
"""What is wrong with the world rather than with the request."""
CHANGES: dict[str, Callable[[Body], None]] = {
    "no_type": no_type,
    "bad_number": bad_number,
    "itself": itself,
    "unlisted": unlisted,
    "too_long": too_long,
    "unknown_template": unknown_template,
}
ORDER: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "unregistered": ((400, 133010), (503, 1011)),
    "upgraded": ((500, 131057), (503, 1011)),
    "no_type": ((400, 131008), (400, 1008)),
    "bad_number": ((400, 131009), (400, 1009)),
    "itself": ((400, 131021), (400, 1021)),
    "unlisted": ((400, 131030), (400, 1013)),
    "too_long": ((400, 100), (400, 1001)),
    "unknown_template": ((404, 132001), (400, 2001)),
    "used_up": ((400, 131056), (429, 1015)),
}
"""Each fault with its status and code on the Cloud and On-Premises, the first to be told first."""
IMPOSSIBLE = {
    *combinations(("bad_number", "itself", "unlisted"), 2),  # a message has one recipient
    *((first, "used_up") for first in ("unregistered", "upgraded")),  # nothing can be used up then
    *((first, second) for first in ("no_type",) for second in ("too_long", "unknown_template")),
    ("too_long", "unknown_template"),  # a message has one type
}
PAIRS = [pair for pair in combinations(ORDER, 2) if pair not in IMPOSSIBLE]


async def refusal_of(world: World, *faults: str) -> tuple[int, int]:
    """Send a request with faults from a test number with one recipient, and return how it is refused."""
    await world.operate("PUT", "/clock", json={"frozen": True})
    await world.operate("PATCH", f"/numbers/{world.client.number}", json={"test_recipients": [PHONE]})
    message = world.client.message(PHONE, "template", dict(HELLO))
    for fault in sorted(faults, key=lambda name: name == "no_type"):
        if fault in STATES:
            await STATES[fault](world)
        else:
            CHANGES[fault](message)
    return code_of(world.client, await world.client.call("POST", world.client.messages_path, json=message))


@pytest.mark.parametrize("fault", ORDER)
async def test_each_fault_alone_has_its_code(world: World, fault: str) -> None:
    cloud, onprem = ORDER[fault]

    assert await refusal_of(world, fault) == world.either(cloud=cloud, onprem=onprem)


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=["+".join(pair) for pair in PAIRS])
async def test_of_two_faults_the_first_is_told(world: World, first: str, second: str) -> None:
    cloud, onprem = ORDER[first]

    assert await refusal_of(world, first, second) == world.either(cloud=cloud, onprem=onprem)


# -- Recipients by an id ------------------------------------------------------------------------------------------


async def user_id_of(world: World, phone: str) -> str:
    await world.write("text", {"body": "Hello"}, phone=phone)
    return str((await world.inbound())["from_user_id"])


@CLOUD
async def test_a_user_id_is_looked_up_before_the_test_list_and_the_limits(world: World) -> None:
    await world.operate("PATCH", f"/numbers/{world.client.number}", json={"test_recipients": [PHONE]})
    too_long_for_a_stranger = world.client.message("", "text", {"body": "x" * 4_097})
    too_long_for_a_stranger["recipient"] = await user_id_of(world, STRANGER)
    del too_long_for_a_stranger["to"]

    answer = await world.client.call("POST", world.client.messages_path, json=too_long_for_a_stranger)

    assert code_of(world.client, answer) == (400, 131030)


@CLOUD
async def test_an_authentication_template_for_a_user_id_is_refused_before_its_parameters_are_looked_at(
    world: World,
) -> None:
    message = world.client.message("", "template", {"name": "login_code", "language": {"code": "en_US"}})
    message["recipient"] = await user_id_of(world, STRANGER)
    del message["to"]

    answer = await world.client.call("POST", world.client.messages_path, json=message)

    assert code_of(world.client, answer) == (400, 131062)


# -- Marking as read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["unregistered", "upgraded"])
async def test_a_number_that_cannot_send_cannot_mark_as_read_either(world: World, fault: str) -> None:
    cloud, onprem = ORDER[fault]
    written = await world.write("text", {"body": "Hello"})
    await STATES[fault](world)

    known, unknown = [await world.client.mark_read(message_id) for message_id in (written, "wamid.none")]

    expected = world.either(cloud=cloud, onprem=onprem)
    assert (code_of(world.client, known), code_of(world.client, unknown)) == (expected, expected)
