"""What the pages of the console are shown with: every kind of thing that a team sees in a week."""

import base64

from tests.support import media
from tests.support.clients import Body
from tests.support.media import Sample
from tests.support.operator import PHONE, Operator
from tests.support.server import NUMBER

PARCEL = "parcel_here"


async def parcel_template(operator: Operator) -> None:
    """Have a template with a picture, a footer and buttons made and approved."""
    waba = operator.server.parts.resources.directory.numbers()[0].waba_id
    handle = await handle_of(operator, media.png())
    parts = [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}},
        {"type": "BODY", "text": "Parcel {{1}} is here.", "example": {"body_text": [["1"]]}},
        {"type": "FOOTER", "text": "Bike shop"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Thank you"},
                {"type": "URL", "text": "Track it", "url": "https://example.com/track"},
            ],
        },
    ]
    wish = {"name": PARCEL, "language": "en_US", "category": "UTILITY", "components": parts}
    made = await operator.client.call("POST", f"/v24.0/{waba}/message_templates", json=wish)
    assert made.status == 200, made
    await operator.settled("/templates", _approved)


def _approved(told: Body) -> bool:
    return any(each["name"] == PARCEL and each["status"] == "APPROVED" for each in told["templates"])


async def send_parcel(operator: Operator) -> str:
    """Send that template; return the message's id."""
    picture = operator.client.media_id(await operator.client.upload(media.png().data, "image/png"))
    header = {"type": "header", "parameters": [{"type": "image", "image": {"id": picture}}]}
    words = {"type": "body", "parameters": [{"type": "text", "text": "4711"}]}
    wish = {"name": PARCEL, "language": {"code": "en_US"}, "components": [header, words]}
    return await send(operator, "template", wish)


async def send(operator: Operator, kind: str, body: Body, to: str = PHONE) -> str:
    """Send a message that is taken; return its id."""
    sent = await operator.client.send(to, kind, body)
    assert sent.status == 200, sent
    return str(sent.json["messages"][0]["id"])


async def handle_of(operator: Operator, sample: Sample) -> str:
    """Upload an example as Meta's clients do, and return its handle."""
    query = {"file_name": "example", "file_length": str(len(sample.data)), "file_type": sample.mime}
    begun = await operator.client.call("POST", "/v24.0/400000000000001/uploads", params=query)
    assert begun.status == 200, begun
    headers = {"file_offset": "0", "Authorization": f"OAuth {operator.client.token}"}
    done = await operator.client.call("POST", f"/v24.0/{begun.json['id']}", data=sample.data, headers=headers)
    assert done.status == 200, done
    return str(done.json["h"])


# -- A whole week --------------------------------------------------------------------------------------------------

LIST: Body = {
    "type": "list",
    "header": {"type": "text", "text": "Opening hours"},
    "body": {"text": "When would you like to come?"},
    "footer": {"text": "Closed on Sundays"},
    "action": {
        "button": "Choose a day",
        "sections": [
            {"title": "This week", "rows": [{"id": "mon", "title": "Monday", "description": "9 to 5"}]},
            {"title": "Next week", "rows": [{"id": "tue", "title": "Tuesday"}]},
        ],
    },
}
STRANGER = "4915550002222"
UNREACHABLE = "http://127.0.0.1:9/bike.jpg"


async def week(operator: Operator) -> dict[str, list[str]]:
    """Let a week happen; return which places show it, for the paths that have variables or views."""
    await parcel_template(operator)
    picture = await _write_file(operator, "image", media.jpeg(), caption="Is it this one?")
    await _write_file(operator, "document", media.pdf(), filename="invoice 4711.pdf")
    await _write_file(operator, "audio", media.ogg_opus(), voice=True)
    await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": "location", "location": PLACE})
    await send(operator, "text", {"body": "Your bike is *ready*, see https://example.com/bikes"})
    await send(operator, "interactive", LIST)
    template = await send_parcel(operator)
    broken = await send(operator, "image", {"link": UNREACHABLE})
    await operator.hook.wait_for_status(broken, "failed")
    await operator.call("POST", "/rules", json={"phone": "4915550003333", "fail": {"code": 131026}})
    operator.hook.answer(500, body=b"no room", times=2)
    closed = await send(operator, "text", {"body": "Are you there?"}, to=STRANGER)
    await operator.settled(f"/messages/{closed}", lambda told: told["status"] == "failed")
    await operator.client.send(PHONE, "template", {"name": PARCEL, "language": {"code": "en_US"}})
    refusals = (await operator.call("GET", "/refusals"))["refusals"]
    deliveries = (await operator.call("GET", "/webhooks/deliveries"))["deliveries"]
    templates = (await operator.call("GET", "/templates"))["templates"]
    files = (await operator.call("GET", "/media"))["media"]
    own = next(str(each["id"]) for each in templates if each["name"] == PARCEL)
    return {
        "/messages/:id": [f"/messages/{each}" for each in (broken, closed, template, picture)],
        "/phones/:waId": [f"/phones/{PHONE}"],
        "/webhooks/:id": [f"/webhooks/{deliveries[0]['id']}", "/webhooks/endpoints", "/webhooks/signature"],
        "/media/:id": [f"/media/{each['id']}" for each in files],
        "/refusals/:id": [f"/refusals/{refusals[0]['id']}"],
        "/errors/:name": ["/errors/131047"],
        "/templates/:id": [f"/templates/{own}"],
        "/templates/:id/edit": [f"/templates/{own}/edit"],
        "/numbers": ["/numbers", "/numbers?view=tokens", "/numbers?view=accounts"],
        "/numbers/:id": [f"/numbers/{NUMBER}"],
    }


PLACE = {"latitude": 48.137, "longitude": 11.576, "name": "Marienplatz", "address": "Munich"}


async def _write_file(operator: Operator, kind: str, sample: Sample, **more: object) -> str:
    """Let the sample phone's user send a file; return the message's id."""
    content = {"data": base64.b64encode(sample.data).decode(), "mime_type": sample.mime, **more}
    told = await operator.call("POST", f"/phones/{PHONE}/messages", json={"type": kind, kind: content})
    return str(told["id"])
