"""Every sample of the Cloud dialect is accounted for: taken, or made from state in the shape that is printed."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World
from tests.journeys.faces import META
from tests.support.clients import Body
from tests.support.inbound import order, shape
from tests.support.receiver import Received
from tests.support.sample_plays import ANSWERS, NODE, WEBHOOKS, Play, Scene, changes_in, to_user_id

pytestmark = pytest.mark.anyio

TESTS = Path(__file__).parents[1]
GOLDEN = TESTS / "golden"
ALL = 100

COVERED: Mapping[str, str] = {
    "messages/cloud/*.request.json": "journeys/test_samples.py::test_a_sample_is_taken_and_reaches_the_phone",
    "templates/create.request.json": "journeys/test_templates.py::",
    "inbound/cloud/*.json": "journeys/test_inbound_types.py::test_what_a_user_sends_has_the_shape_of_the_sample",
    "inbound/cloud/request_welcome.json":
        "journeys/test_phone_actions.py::test_the_first_opening_of_a_chat_is_told_in_the_shape_of_the_sample",
    "inbound/cloud/status_played.json":
        "journeys/test_phone_actions.py::test_the_value_of_played_is_that_of_the_sample",
    "inbound/cloud/user_preferences_stop.json": "journeys/test_preferences.py::",
}  # fmt: skip
"""Samples that other tests take whole, by where they lie; the last pattern that fits says which test it is."""

ELSEWHERE: Mapping[str, str] = {
    "hook_in_button_reply": "inbound/cloud/button_reply.json",
    "hook_in_contacts": "inbound/cloud/contacts.json",
    "hook_in_document": "inbound/cloud/document.json",
    "hook_in_edit": "inbound/cloud/edit.json",
    "hook_in_image": "inbound/cloud/image.json",
    "hook_in_list_reply": "inbound/cloud/list_reply.json",
    "hook_in_location": "inbound/cloud/location.json",
    "hook_in_nfm_reply": "inbound/cloud/nfm_reply.json",
    "hook_in_order": "inbound/cloud/order.json",
    "hook_in_reaction": "inbound/cloud/reaction.json",
    "hook_in_reaction_removed": "inbound/cloud/reaction_removed.json",
    "hook_in_request_welcome": "inbound/cloud/request_welcome.json",
    "hook_in_revoke": "inbound/cloud/revoke.json",
    "hook_in_sticker": "inbound/cloud/sticker.json",
    "hook_in_system_number_changed": "inbound/cloud/system_number_changed.json",
    "hook_in_template_quick_reply": "inbound/cloud/template_quick_reply.json",
    "hook_in_text": "inbound/cloud/text.json",
    "hook_in_text_ctwa_referral": "inbound/cloud/text_ctwa_referral.json",
    "hook_in_text_forwarded": "inbound/cloud/text_forwarded.json",
    "hook_in_text_product_enquiry": "inbound/cloud/text_product_enquiry.json",
    "hook_in_text_reply": "inbound/cloud/text_reply.json",
    "hook_in_unsupported": "inbound/cloud/unsupported.json",
    "hook_in_video": "inbound/cloud/video.json",
    "hook_in_voice": "inbound/cloud/voice.json",
    "hook_status_played": "inbound/cloud/status_played.json",
    "hook_template_category": "events/template-category.cloud.json",
    "hook_template_quality": "events/template-quality.cloud.json",
    "hook_template_status_approved": "events/template-status-approved.cloud.json",
    "hook_template_status_paused": "events/template-status-paused.cloud.json",
    "hook_template_status_rejected": "events/template-status-rejected.cloud.json",
    "hook_user_preferences_stop": "inbound/cloud/user_preferences_stop.json",
    "mgmt_req_template_create": "templates/create.request.json",
    "req_audio_voice": "messages/cloud/audio-voice.request.json",
    "req_contacts": "messages/cloud/contacts.request.json",
    "req_document_id": "messages/cloud/document.request.json",
    "req_image_id": "messages/cloud/image-by-id.request.json",
    "req_image_link": "messages/cloud/image-by-link.request.json",
    "req_interactive_button": "messages/cloud/interactive-button.request.json",
    "req_interactive_carousel": "messages/cloud/interactive-carousel.request.json",
    "req_interactive_cta_url": "messages/cloud/interactive-cta-url.request.json",
    "req_interactive_flow": "messages/cloud/interactive-flow.request.json",
    "req_interactive_list": "messages/cloud/interactive-list.request.json",
    "req_interactive_location_request": "messages/cloud/interactive-location-request.request.json",
    "req_interactive_product": "messages/cloud/interactive-product.request.json",
    "req_interactive_product_list": "messages/cloud/interactive-product-list.request.json",
    "req_location": "messages/cloud/location-as-text.request.json",
    "req_reaction": "messages/cloud/reaction.request.json",
    "req_reaction_remove": "messages/cloud/reaction-removed.request.json",
    "req_sticker_id": "messages/cloud/sticker.request.json",
    "req_template_authentication": "messages/cloud/template-authentication.request.json",
    "req_template_named": "messages/cloud/template-named.request.json",
    "req_template_positional": "messages/cloud/template-media-header.request.json",
    "req_text": "messages/cloud/text.request.json",
    "req_text_reply_with_callback_data": "messages/cloud/text-reply.request.json",
    "req_video_link": "messages/cloud/video.request.json",
}
"""The samples that lie under names of their own."""

NEVER = {
    "hook_value_errors": "the platform's trouble with a whole webhook; nothing that happens here is about no message",
}
"""Samples that nothing here brings about, and why."""
REQUESTS: Mapping[str, tuple[str, str, str]] = {
    "req_mark_read": ("meta", "POST", f"{NODE}/messages"),
    "req_mark_read_typing": ("meta", "POST", f"{NODE}/messages"),
    "req_text_to_bsuid": ("meta", "POST", f"{NODE}/messages"),
    "mgmt_req_block_users": ("meta", "POST", f"{NODE}/block_users"),
    "mgmt_req_register": ("meta", "POST", f"{NODE}/register"),
    "d360_req_webhook_set": ("proxy", "POST", "/v1/configs/webhook"),
    "d360_req_waba_webhook_set": ("proxy", "POST", "/waba_webhook"),
}
PRINTED_ONLY = ("message", "error_subcode", "code", "type")


def printed(name: str) -> Any:
    return json.loads((GOLDEN / ELSEWHERE.get(name, f"cloud/{name}.json")).read_bytes())


# -- The table ----------------------------------------------------------------------------------------------------

HERE = sorted(path.stem for path in (GOLDEN / "cloud").glob("*.json"))
TRIED = {*ANSWERS, *WEBHOOKS, *REQUESTS, "hook_batched"}


def test_every_sample_is_kept() -> None:
    assert len({*HERE, *ELSEWHERE}) == ALL


@pytest.mark.parametrize("name", HERE)
def test_a_sample_is_tried_here_or_there_is_a_reason(name: str) -> None:
    assert name in TRIED or NEVER[name]


@pytest.mark.parametrize("name", [name for name in ELSEWHERE if name not in TRIED])
def test_a_sample_that_lies_elsewhere_is_taken_by_a_test_that_exists(name: str) -> None:
    place = ELSEWHERE[name]
    file, _, test = [by for pattern, by in COVERED.items() if Path(place).match(pattern)][-1].partition("::")

    assert (GOLDEN / place).exists()
    assert re.search(rf"^(async )?def {test or 'test_'}", (TESTS / file).read_text("utf-8"), re.MULTILINE)


# -- Requests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("face", "name"), [(face, name) for name, (face, _, _) in REQUESTS.items()])
async def test_a_sample_request_is_taken(world: World, name: str) -> None:
    _, method, path = REQUESTS[name]
    body = printed(name)
    written = await world.write("text", {"body": "Is it open?"})
    if "message_id" in body:
        body["message_id"] = written
    if "recipient" in body:
        body["recipient"] = (await to_user_id(world))["recipient"]
    for user in body.get("block_users", []):
        user["user"] = f"+{PHONE}"

    answer = await world.client.call(method, path, json=body)

    assert answer.status == 200, answer


# -- Answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("face", "flags", "name", "play"), [(play.face, play.flags, name, play) for name, play in ANSWERS.items()],
    ids=list(ANSWERS),
)  # fmt: skip
async def test_an_answer_is_as_it_is_printed(world: World, name: str, play: Play) -> None:
    answer = await play.act(world)

    assert answer.status == play.status, answer
    assert shape(without(answer.json, play.more)) == shape(printed(name))
    assert order(answer.json, printed(name)) == order(printed(name), printed(name))
    assert said(answer.json) == said(printed(name))


def without(value: Any, members: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [without(each, members) for each in value]
    if isinstance(value, dict):
        return {name: without(inner, members) for name, inner in value.items() if name not in members}
    return value


def said(body: Body) -> Body:
    """Return what an error says, but for the ids in it; nothing for what is no error."""
    error = body.get("error", {})
    return {member: re.sub(r"\d{6,}", "#", str(error[member])) for member in PRINTED_ONLY if member in error}


# -- Webhooks -----------------------------------------------------------------------------------------------------


def told(received: list[Received]) -> list[Body]:
    return [change for call in received if call.method == "POST" for change in changes_in(call.json)]


@pytest.mark.parametrize(
    ("face", "flags", "name", "scene"), [("meta", scene.flags, name, scene) for name, scene in WEBHOOKS.items()],
    ids=list(WEBHOOKS),
)  # fmt: skip
async def test_a_webhook_is_as_it_is_printed(world: World, name: str, scene: Scene) -> None:
    await scene.act(world)

    await world.hook.wait_until(lambda: any(scene.wanted(change) for change in told(world.hook.received)))
    found = next(change for change in told(world.hook.received) if scene.wanted(change))
    [expected, *_] = changes_in(printed(name))
    assert shape(found) == shape(expected)
    assert order(found, expected) == order(expected, expected)


@META
@pytest.mark.parametrize("flags", [{"webhook_shape": "2025"}])
async def test_a_batch_is_as_it_is_printed(world: World) -> None:
    await world.operate("POST", "/rules", json={"webhook": {"batch": {"size": 4, "seconds": 3600}}})

    await world.send("text", {"body": "Hello"})
    await world.write("text", {"body": "Hello"})

    [call] = await world.hook.wait_for_count(1)
    found, expected = changes_in(call.json), changes_in(printed("hook_batched"))
    for status in found[0]["value"]["statuses"]:
        status.pop("pricing", None)  # which the sample leaves out
    assert [shape(change) for change in found] == [shape(change) for change in expected]
