"""The webhooks about templates, byte for byte as a subscriber gets them."""

import msgspec
import pytest
from tests.conftest import Golden

from waypost.model import Event, EventKey, MessageKey, Number, NumberId, Template
from waypost.wire import cloud
from waypost.wire.definitions import Component
from waypost.wire.events import templates

NUMBER = Number(NumberId(200000000000017), 300000000000042, "Tidewater Bikes", "secret")
READY = Template(1410000000000021, 300000000000042, "repair_ready", "en_US", "UTILITY", "APPROVED", b"[]")
PROMO = Template(1410000000000022, 300000000000042, "winter_promo", "en_US", "MARKETING", "REJECTED", b"[]")
REJECTION = {"reason": "Two parameters touch each other.", "recommendation": "Put words between the parameters."}
PAUSE = {"title": "FIRST_PAUSE", "description": "The template is paused because of low quality."}
PARTS = [
    {"type": "HEADER", "format": "TEXT", "text": "Ticket"},
    {"type": "BODY", "text": "Hi {{1}}, come."},
    {"type": "FOOTER", "text": "Tidewater"},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open", "url": "https://tidewater.example/"}]},
]

NOTICES = {
    "template-status-approved": (templates.STATUS, 0, templates.status_update(READY, "APPROVED", "NONE", {})),
    "template-status-rejected": (
        templates.STATUS,
        1,
        templates.status_update(PROMO, "REJECTED", "INVALID_FORMAT", {"rejection_info": REJECTION}),
    ),
    "template-status-paused": (
        templates.STATUS,
        2,
        templates.status_update(READY, "PAUSED", "NONE", {"other_info": PAUSE}),
    ),
    "template-quality": (templates.QUALITY, 3, templates.quality_update(READY, "GREEN", "YELLOW")),
    "template-category": (templates.CATEGORY, 4, templates.category_update(READY, "UTILITY", "MARKETING")),
    "template-components": (
        templates.COMPONENTS,
        5,
        templates.components_update(READY, msgspec.convert(PARTS, list[Component])),
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_a_subscriber_is_told_of_a_template_like_this(name: str, golden: Golden) -> None:
    field, second, value = NOTICES[name]
    event = Event(EventKey(1), NUMBER.id, MessageKey(1), field, 1000 * (1790000300 + second), value)

    golden(f"events/{name}.cloud.json", cloud.render_event(event, NUMBER))
