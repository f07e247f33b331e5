"""How each printed answer and webhook of the Cloud comes about here: by what a program or a user does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.conftest import LOOPBACK, PHONE, STRANGER, World
from tests.support import media
from tests.support.clients import Answer, Body
from tests.support.receiver import Receiver
from tests.support.server import NUMBER
from tests.support.templates import Desk, definition, handle_of

TEXT: Body = {"body": "Hello"}
HELLO: Body = {"name": "hello_world", "language": {"code": "en_US"}}
OLD: Body = {"webhook_shape": "2025"}
"""Most samples are older than the ids of users."""
OLDER: Body = {**OLD, "graph_version": "v23.0"}
NODE = f"/v24.0/{NUMBER}"
PROFILE: Body = {
    "messaging_product": "whatsapp",
    "about": "Repairs and rentals",
    "address": "12 Harbor Lane, Norfolk, VA",
    "description": "A small bike workshop by the water.",
    "email": "hello@tidewater.example",
    "websites": ["https://tidewater.example/"],
    "vertical": "RETAIL",
}
NUMBER_FIELDS = (
    "display_phone_number,verified_name,quality_rating,code_verification_status,name_status,throughput,"
    "whatsapp_business_manager_messaging_limit"
)


@dataclass(frozen=True)
class Play:
    """What makes an answer; `status` is its HTTP status, `flags` those of the server, `face` whose program asks."""

    act: Callable[[World], Awaitable[Answer]]
    status: int = 200
    flags: Body = field(default_factory=dict)
    face: str = "meta"
    more: frozenset[str] = frozenset()
    """Members that the sample leaves out and the documents have."""


@dataclass(frozen=True)
class Scene:
    """What makes a webhook: `act` brings it about, and `wanted` picks it out of the changes that are told."""

    act: Callable[[World], Awaitable[object]]
    wanted: Callable[[Body], bool]
    flags: Body = field(default_factory=lambda: OLD)


# -- Answers ------------------------------------------------------------------------------------------------------


async def send_text(world: World) -> Answer:
    return await world.client.send(f"+{PHONE}", "text", TEXT)


async def send_template(world: World) -> Answer:
    return await world.client.send(f"+{PHONE}", "template", HELLO)


async def send_to_user_id(world: World) -> Answer:
    return await world.client.call("POST", world.client.messages_path, json=await to_user_id(world))


async def to_user_id(world: World) -> Body:
    """Return a request to a user by the id that the business has learnt from them."""
    await world.write("text", TEXT)
    told = await world.inbound()
    wrote = {"messaging_product": "whatsapp", "recipient_type": "individual", "type": "text", "text": TEXT}
    return {**wrote, "recipient": told["from_user_id"]}


async def upload(world: World) -> Answer:
    jpeg = media.jpeg()
    return await world.client.upload(jpeg.data, jpeg.mime)


async def look_up_media(world: World) -> Answer:
    return await world.client.call("GET", f"/v24.0/{(await upload(world)).json['id']}")


async def mark_read(world: World) -> Answer:
    return await world.client.mark_read(await world.write("text", TEXT))


async def image_without_source(world: World) -> Answer:
    return await world.client.send(PHONE, "image", {})


async def too_many_buttons(world: World) -> Answer:
    buttons = [{"type": "reply", "reply": {"id": f"{number}", "title": f"No {number}"}} for number in range(4)]
    body = {"type": "button", "body": {"text": "When?"}, "action": {"buttons": buttons}}
    return await world.client.send(PHONE, "interactive", body)


async def unknown_template(world: World) -> Answer:
    return await world.client.send(PHONE, "template", {**HELLO, "language": {"code": "de"}})


async def too_few_parameters(world: World) -> Answer:
    body = {"type": "body", "parameters": [{"type": "text", "text": "Jo"}]}
    return await world.client.send(PHONE, "template", {**HELLO, "name": "parcel_update", "components": [body]})


async def wrong_token(world: World) -> Answer:
    return await world.client.call("GET", NODE, headers={"Authorization": "Bearer wrong"})


async def wrong_key(world: World) -> Answer:
    return await world.client.call("GET", "/health_status", headers={"D360-API-KEY": "wrong"})


async def unknown_object(world: World) -> Answer:
    return await world.client.call("GET", "/v24.0/880000000009999")


async def burst_to_one_user(world: World) -> Answer:
    await world.operate("PUT", "/clock", json={"frozen": True})
    for _ in range(45):
        await send_text(world)
    return await send_text(world)


async def burst_to_many_users(world: World) -> Answer:
    await world.operate("PUT", "/clock", json={"frozen": True})
    for number in range(80):
        await world.client.send(f"49155500{number:05}", "template", HELLO)
    return await send_text(world)


async def burst_of_uploads(world: World) -> Answer:
    await world.operate("PUT", "/clock", json={"frozen": True})
    for _ in range(25):
        await upload(world)
    return await upload(world)


async def create_template(world: World) -> Answer:
    return await world.client.call("POST", Desk(world).edge, json=definition())


async def list_templates(world: World) -> Answer:
    await Desk(world).approved()
    return await world.client.call("GET", f"{Desk(world).edge}?name=bike_ready")


async def list_templates_of_proxy(world: World) -> Answer:
    await world.client.call("POST", "/v1/configs/templates", json=definition())
    return await world.client.call("GET", "/v1/configs/templates?sort=-id&limit=1")


async def upload_handle(world: World) -> Answer:
    jpeg = media.jpeg()
    query = {"file_name": "a.jpg", "file_length": str(len(jpeg.data)), "file_type": jpeg.mime}
    begun = await world.client.call("POST", "/v24.0/400000000000001/uploads", params=query)
    headers = {"file_offset": "0", "Authorization": f"OAuth {world.client.token}"}
    return await world.client.call("POST", f"/v24.0/{begun.json['id']}", data=jpeg.data, headers=headers)


async def number_fields(world: World) -> Answer:
    return await world.client.call("GET", f"{NODE}?fields={NUMBER_FIELDS}")


async def profile(world: World) -> Answer:
    path, handle = f"{NODE}/whatsapp_business_profile", await handle_of(world, media.jpeg())
    await world.client.call("POST", path, json={**PROFILE, "profile_picture_handle": handle})
    return await world.client.call("GET", path)


async def block_one_of_two(world: World) -> Answer:
    await world.write("text", TEXT)
    users = [{"user": f"+{PHONE}"}, {"user": f"+{STRANGER}"}]
    return await world.client.call(
        "POST", f"{NODE}/block_users", json={"messaging_product": "whatsapp", "block_users": users}
    )


async def links(world: World) -> Answer:
    await world.client.call("POST", f"{NODE}/message_qrdls", json={"prefilled_message": "I want a tune-up"})
    return await world.client.call("GET", f"{NODE}/message_qrdls")


async def health(world: World) -> Answer:
    await world.operate("PATCH", f"/numbers/{NUMBER}", json={"name_status": "PENDING_REVIEW"})
    return await world.client.call("GET", f"{NODE}?fields=health_status")


TEMPLATE_MORE = frozenset({"external_id", "id", "namespace", "rejected_reason", "partner_id", "quality_score"})
ANSWERS: Mapping[str, Play] = {
    "resp_send_ok": Play(send_text),
    "resp_send_template_accepted": Play(send_template),
    "resp_send_bsuid_ok": Play(send_to_user_id),
    "resp_media_upload": Play(upload),
    "resp_media_get": Play(look_up_media),
    "resp_success_true": Play(mark_read),
    "resp_err_invalid_param": Play(image_without_source, 400),
    "resp_err_param_value": Play(too_many_buttons, 400),
    "resp_err_template_missing": Play(unknown_template, 404),
    "resp_err_template_params": Play(too_few_parameters, 400),
    "resp_err_token": Play(wrong_token, 401),
    "resp_err_unknown_object": Play(unknown_object, 400),
    "resp_err_pair_rate_limit": Play(burst_to_one_user, 400),
    "resp_err_rate_limit": Play(burst_to_many_users, 400),
    "mgmt_resp_template_create": Play(create_template),
    "mgmt_resp_template_list": Play(list_templates),
    "mgmt_resp_upload_handle": Play(upload_handle),
    "mgmt_resp_phone_number": Play(number_fields),
    "mgmt_resp_business_profile": Play(profile),
    "mgmt_resp_block_users_mixed": Play(block_one_of_two, 400),
    "mgmt_resp_qr_list": Play(links, more=frozenset({"paging"})),
    "mgmt_resp_health_status": Play(health),
    "d360_resp_templates": Play(list_templates_of_proxy, face="proxy", more=TEMPLATE_MORE),
    "d360_err_invalid_key": Play(wrong_key, 401, face="proxy"),
    "d360_err_rate_limit": Play(burst_of_uploads, 400, face="proxy"),
}


# -- Webhooks -----------------------------------------------------------------------------------------------------


def a_status(word: str) -> Callable[[Body], bool]:
    return lambda change: any(status["status"] == word for status in change["value"].get("statuses", []))


def of_field(name: str) -> Callable[[Body], bool]:
    return lambda change: change["field"] == name


async def utility_template(world: World) -> object:
    parameters = [{"type": "text", "text": text} for text in ("Jo", "8841", "Friday")]
    body = {"type": "body", "parameters": parameters}
    return await world.send("template", {**HELLO, "name": "parcel_update", "components": [body]}, to=STRANGER)


async def outside_the_window(world: World) -> object:
    return await world.send("text", TEXT, to=STRANGER, biz_opaque_callback_data="ticket=5512;agent=kim")


async def to_nobody(world: World) -> object:
    await world.phone(on_whatsapp=False)
    return await send_text(world)


async def dead_link(world: World) -> object:
    async with Receiver() as files:
        files.answer(404)
        sent = await world.send("image", {"link": files.url_at("/gone.jpg")})
        return await world.failure_of(sent)


async def hidden_user_writes(world: World) -> object:
    await world.phone(STRANGER, username="jopark", name="Jo Park")
    return await world.write("text", TEXT, phone=STRANGER)


async def throughput_upgrade(world: World) -> object:
    return await world.operate("PATCH", f"/numbers/{NUMBER}", json={"throughput": 1000})


async def restriction(world: World) -> object:
    account = (await world.operate("GET", "/accounts"))["accounts"][0]["waba_id"]
    change = {"restriction": "RESTRICTED_BIZ_INITIATED_MESSAGING"}
    return await world.operate("PATCH", f"/accounts/{account}", json=change)


async def approval(world: World) -> object:
    return await Desk(world).approved()


async def rejection(world: World) -> object:
    words = {"reason": "INVALID_FORMAT", "explanation": "Two meet.", "recommendation": "Put words between."}
    return await Desk(world).order(await Desk(world).approved(), "REJECTED", **words)


async def pause(world: World) -> object:
    return await Desk(world).order(await Desk(world).approved(), "PAUSED")


async def change_of(world: World, **change: str) -> object:
    return await world.operate("PATCH", f"/templates/{await Desk(world).approved()}", json=change)


async def worse_quality(world: World) -> object:
    await change_of(world, quality="GREEN")
    templates = (await world.operate("GET", "/templates"))["templates"]
    return await world.operate("PATCH", f"/templates/{templates[-1]['id']}", json={"quality": "YELLOW"})


async def other_category(world: World) -> object:
    return await change_of(world, category="MARKETING")


def an_event(name: str) -> Callable[[Body], bool]:
    return lambda change: change["value"].get("event") == name


WEBHOOKS: Mapping[str, Scene] = {
    "hook_status_sent_v24": Scene(send_text, a_status("sent")),
    "hook_status_sent_v23_conversation": Scene(utility_template, a_status("sent"), OLDER),
    "hook_status_delivered": Scene(send_text, a_status("delivered")),
    "hook_status_read": Scene(send_text, a_status("read")),
    "hook_status_with_contacts_2026": Scene(send_text, a_status("delivered"), {}),
    "hook_status_failed_window_closed": Scene(outside_the_window, a_status("failed")),
    "hook_status_failed_undeliverable": Scene(to_nobody, a_status("failed")),
    "hook_status_failed_media": Scene(dead_link, a_status("failed"), {**OLD, "fetch_allow": LOOPBACK}),
    "hook_in_text_bsuid": Scene(hidden_user_writes, of_field("messages"), {}),
    "hook_phone_quality_throughput": Scene(throughput_upgrade, of_field("phone_number_quality_update")),
    "hook_account_update_restriction": Scene(restriction, of_field("account_update")),
    "hook_template_status_approved": Scene(approval, an_event("APPROVED")),
    "hook_template_status_rejected": Scene(rejection, an_event("REJECTED")),
    "hook_template_status_paused": Scene(pause, an_event("PAUSED")),
    "hook_template_quality": Scene(worse_quality, of_field("message_template_quality_update")),
    "hook_template_category": Scene(other_category, of_field("template_category_update")),
}
"""Webhooks of one change. What users send has its plays in `support.inbound`."""


def changes_in(call: Any) -> list[Body]:
    """Return the changes that a call of the webhook tells."""
    return [change for entry in call["entry"] for change in entry["changes"]]
