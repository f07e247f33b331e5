"""The control API's lists: filters, search and pages."""

from typing import Any

import pytest
from tests.support.clients import Body
from tests.support.media import jpeg, pdf, sticker
from tests.support.operator import PHONE, Operator
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

OTHER_PHONE = "4915550002222"
CLOSED = "4915550003333"


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def listed(operator: Operator, query: str) -> list[str]:
    return [each["id"] for each in (await operator.call("GET", f"/messages?{query}"))["messages"]]


async def pages(operator: Operator, path: str, name: str) -> list[list[Any]]:
    """Follow `next` to the end; return the pages."""
    found: list[list[Any]] = []
    before = ""
    for _ in range(20):
        page = await operator.call("GET", f"{path}{before}")
        found.append(page[name])
        if page["next"] is None:
            return found
        before = f"&before={page['next']}"
    raise AssertionError("the pages have no end")


async def test_messages_are_narrowed_down_by_what_they_are(operator: Operator) -> None:
    written = (await operator.control.write(OTHER_PHONE, "Where is my order?"))["id"]
    sent = await operator.send_text("On its way", to=OTHER_PHONE)
    failed = await operator.send_text("Hello?", to=CLOSED)
    await operator.statuses(failed, "failed")
    await operator.statuses(sent, "read")

    assert await listed(operator, f"number={NUMBER}&phone={OTHER_PHONE}") == [sent, written]
    assert await listed(operator, f"direction=inbound&phone={OTHER_PHONE}") == [written]
    assert await listed(operator, "direction=outbound&type=text") == [failed, sent]
    assert await listed(operator, "status=failed") == [failed]
    assert await listed(operator, "status=read") == [sent]
    assert await listed(operator, "error=131047") == [failed]
    assert await listed(operator, "error=470") == [failed]
    assert await listed(operator, "error=131026") == []
    assert await listed(operator, "text=ORDER%3F") == [written]
    assert await listed(operator, "text=its&direction=inbound") == []
    assert sorted(await listed(operator, f"ids={sent},{written}")) == sorted([sent, written])
    assert await listed(operator, f"ids={sent},{written}&direction=inbound") == [written]


async def test_a_template_is_found_by_the_text_that_its_user_sees(operator: Operator) -> None:
    template: Body = {"name": "hello_world", "language": {"code": "en_US"}}
    answer = await operator.client.send(PHONE, "template", template)
    assert answer.status == 200, answer

    assert await listed(operator, "text=hello%20world") == [answer.json["messages"][0]["id"]]


async def test_pages_lead_through_everything_once(operator: Operator) -> None:
    sent = [await operator.send_text(str(n)) for n in range(7)]

    found = await pages(operator, "/messages?direction=outbound&limit=3", "messages")

    assert [[each["id"] for each in page] for page in found] == [sent[6:3:-1], sent[3:0:-1], sent[:1]]


async def test_pages_of_a_text_search_lead_through_every_hit(operator: Operator) -> None:
    sent = [await operator.send_text(f"{'odd' if n % 2 else 'even'} {n}") for n in range(7)]

    found = await pages(operator, "/messages?text=odd&limit=2", "messages")

    assert [[each["id"] for each in page] for page in found] == [[sent[5], sent[3]], [sent[1]]]


async def test_deliveries_are_narrowed_down_and_paged(operator: Operator) -> None:
    sent = await operator.send_text()
    await operator.control.write(OTHER_PHONE, "Hi")
    await operator.hook.wait_for_status(sent, "read")
    await operator.settled("/webhooks/deliveries?state=done&message=" + sent, lambda d: len(d["deliveries"]) == 3)

    statuses = await pages(operator, f"/webhooks/deliveries?kind=status&number={NUMBER}&limit=2", "deliveries")
    of_message = await pages(operator, f"/webhooks/deliveries?message={sent}&limit=2", "deliveries")

    assert [[each["status"] for each in page] for page in statuses] == [["read", "delivered"], ["sent"]]
    assert [[each["status"] for each in page] for page in of_message] == [["read", "delivered"], ["sent"]]
    assert (await operator.call("GET", "/webhooks/deliveries?state=dead"))["deliveries"] == []
    assert (await operator.call("GET", "/webhooks/deliveries?number=4915559999999"))["deliveries"] == []


async def test_the_gallery_shows_every_file_with_where_it_came_from(operator: Operator) -> None:
    picture = (await operator.client.upload(jpeg().data, "image/jpeg")).json["id"]
    paper = (await operator.client.upload(pdf().data, "application/pdf")).json["id"]
    face = (await operator.client.upload(sticker().data, "image/webp")).json["id"]

    found = await pages(operator, f"/media?number={NUMBER}&limit=2", "media")
    papers = (await operator.call("GET", "/media?type=document"))["media"]

    assert [[(each["id"], each["type"]) for each in page] for page in found] == [
        [(face, "sticker"), (paper, "document")],
        [(picture, "image")],
    ]
    assert [(each["id"], each["source"], each["phone_number_id"]) for each in papers] == [(paper, "upload", NUMBER)]
    assert papers[0]["at"] < papers[0]["expires"]


async def test_a_file_says_which_messages_carry_it(operator: Operator) -> None:
    medium = (await operator.client.upload(jpeg().data, "image/jpeg")).json["id"]
    answers = [await operator.client.send(PHONE, "image", {"id": medium}) for _ in range(2)]
    await operator.send_text()

    found = await operator.call("GET", f"/media/{medium}/messages")

    sent = [each.json["messages"][0]["id"] for each in answers]
    assert ([each["id"] for each in found["messages"]], found["next"]) == (sent, None)
    assert found["messages"][0]["media"]["id"] == medium
    assert (await operator.refused("GET", f"/media/{medium}/messages?after=x"))[0] == 400
    assert (await operator.refused("GET", "/media/1/messages"))[0] == 404


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("/messages?direction=up", "direction"),
        ("/messages?type=nothing", "type"),
        ("/messages?status=lost", "status"),
        ("/messages?error=None", "error"),
        ("/messages?error=7777777", "error"),
        ("/messages?ids=wamid.x", "ids"),
        ("/messages?before=abc", "before"),
        ("/messages?before=ZAAAAAAAAAAB", "before"),
        ("/messages?before=bYAAAAAAAAAA", "before"),  # 2^63, more than a store's integers hold
        ("/messages?before=%F0%9F%98%80", "before"),
        ("/messages?text=" + "x" * 501, "text"),
        ("/messages?limit=0", "limit"),
        ("/messages?number=abc", "number"),
        ("/webhooks/deliveries?state=lost", "state"),
        ("/webhooks/deliveries?kind=a%20b", "kind"),
        ("/webhooks/deliveries?before=bQAAAAAAAAAB", "before"),
        ("/media?type=picture", "type"),
        ("/media?before=%00", "before"),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_name(operator: Operator, query: str, named: str) -> None:
    status, code, message = await operator.refused("GET", query)

    assert (status, code) == (400, "invalid_value")
    assert message.startswith(f"{named}: ")


async def test_more_ids_than_200_are_refused(operator: Operator) -> None:
    short = (await operator.call("GET", f"/messages/{await operator.send_text()}"))["onprem_id"]

    status, _, message = await operator.refused("GET", "/messages?ids=" + ",".join([short] * 201))

    assert (status, message.partition(" are")[0]) == (400, "ids: 201")
