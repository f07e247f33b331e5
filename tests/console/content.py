"""What the pages of the console are shown with: every kind of thing that a team sees in a week."""

from tests.support import media
from tests.support.clients import Body
from tests.support.media import Sample
from tests.support.operator import PHONE, Operator

PARCEL = "parcel_here"


async def parcel_template(operator: Operator) -> None:
    """Have a template with a picture, a footer and buttons made and approved."""
    waba = operator.server.parts.ground.directory.numbers()[0].waba_id
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
