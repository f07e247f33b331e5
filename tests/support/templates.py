"""How a program of either Cloud face manages its templates."""

import json
from dataclasses import dataclass
from typing import Any

from tests.journeys.conftest import World
from tests.support.clients import Answer, Body
from tests.support.media import Sample

BODY: Body = {
    "type": "BODY",
    "text": "Hi {{1}}, ticket {{2}} is ready for pickup.",
    "example": {"body_text": [["Jo", "8841"]]},
}


def definition(name: str = "bike_ready", **more: Any) -> Body:
    return {"name": name, "language": "en_US", "category": "UTILITY", "components": [BODY], **more}


def filled(name: str = "bike_ready", *texts: str) -> Body:
    parameters = [{"type": "text", "text": text} for text in texts or ("Jo", "8841")]
    return {
        "name": name,
        "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": parameters}],
    }


@dataclass(frozen=True)
class Desk:
    """The template edges of a face."""

    world: World

    @property
    def waba_id(self) -> int:
        return self.world.server.parts.resources.directory.numbers()[0].waba_id

    @property
    def edge(self) -> str:
        return "/message_templates" if self.world.client.face == "proxy" else f"/v24.0/{self.waba_id}/message_templates"

    def at(self, template_id: str) -> str:
        return f"/{template_id}" if self.world.client.face == "proxy" else f"/v24.0/{template_id}"

    async def call(self, method: str, path: str, **given: Any) -> Answer:
        return await self.world.client.call(method, path, **given)

    async def create(self, **wish: Any) -> str:
        """Create a template that is taken, and return its id."""
        answer = await self.call("POST", self.edge, json=definition(**wish))
        assert answer.status == 200, answer
        return str(answer.json["id"])

    async def approved(self, **wish: Any) -> str:
        """Create a template, and wait until the webhook says that it is approved."""
        template_id = await self.create(**wish)
        told = await self.told("message_template_status_update", template_id)
        assert told[0]["event"] == "APPROVED", told
        return template_id

    async def told(self, field: str, template_id: str, count: int = 1) -> list[Body]:
        """Wait until the webhook has `count` values of a field about a template."""

        def values() -> list[Body]:
            calls = [call.json for call in self.world.hook.received if call.method == "POST"]
            changes = [change for call in calls for entry in call["entry"] for change in entry["changes"]]
            found = [change["value"] for change in changes if change["field"] == field]
            return [value for value in found if value["message_template_id"] == int(template_id)]

        await self.world.hook.wait_until(lambda: len(values()) >= count)
        return values()

    async def get(self, template_id: str, **query: str) -> Body:
        answer = await self.call("GET", self.at(template_id), params=query)
        assert answer.status == 200, answer
        return dict(answer.json)

    async def names(self, **query: str) -> list[str]:
        """Return the names on a page of the list."""
        answer = await self.call("GET", self.edge, params=query)
        assert answer.status == 200, answer
        return [template["name"] for template in answer.json["data"]]

    async def refusal(self, method: str, path: str, **given: Any) -> tuple[int, int, int | None]:
        """Make a call that is refused; return HTTP status, code and subcode."""
        answer = await self.call(method, path, **given)
        error = json.loads(answer.body)["error"]
        return answer.status, error["code"], error.get("error_subcode")

    async def order(self, template_id: str, event: str, **more: str) -> Body:
        return await self.world.operate("POST", f"/templates/{template_id}/review", json={"event": event, **more})


async def handle_of(world: World, sample: Sample) -> str:
    """Upload an example as Meta's clients do, and return its handle."""
    query = {"file_name": "example", "file_length": str(len(sample.data)), "file_type": sample.mime}
    begun = await world.client.call("POST", "/v24.0/400000000000001/uploads", params=query)
    assert begun.status == 200, begun
    headers = {"file_offset": "0", "Authorization": f"OAuth {world.client.token}"}
    done = await world.client.call("POST", f"/v24.0/{begun.json['id']}", data=sample.data, headers=headers)
    assert done.status == 200, done
    return str(done.json["h"])
