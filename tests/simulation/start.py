"""What every history starts with: two numbers, three users, a template, a file, and requests that were read before."""

from functools import lru_cache

import msgspec
from tests.simulation.disk import Disk

from waypost.flows.first_start import SAMPLES
from waypost.model import Callbacks, Endpoint, MediaKey, Medium, Number, NumberId, Template, Webhook, WindowFacts
from waypost.wire import cloud
from waypost.wire.requests import SendRequest

START_MS = 1_800_000_000_000
NUMBERS = (NumberId(15550783881), NumberId(4930123456))
USERS = ("491701000001", "491701000002", "5511999990000")
KINDS = ("text", "template", "image")
HELLO = b'{"type":"text","text":{"body":"hello"}}'
"""What users write."""
_FILE = MediaKey(7)
_TEMPLATE = next(sample for sample in SAMPLES if sample.name == "hello_world")
_CONTENTS = {
    "text": {"body": "hello"},
    "template": {"name": "hello_world", "language": {"code": "en_US"}},
    "image": {"id": str(_FILE)},
}


FURTHER = "https://further.example/"
"""Where the events of the second number go too, if it has a further endpoint."""


def first_disk(disk: Disk, *, further: bool) -> Disk:
    """Furnish a disk: one user has written lately to either number, one nearly a day ago to one, one never."""
    for place, number_id in enumerate(NUMBERS):
        disk.numbers[number_id] = _number(number_id, place, further=further and place == 1)
        disk.windows[number_id, USERS[0]] = WindowFacts(START_MS - 3_600_000)
    disk.windows[NUMBERS[0], USERS[1]] = WindowFacts(START_MS - 86_400_000 + 60_000)
    disk.templates[3] = _template()
    disk.media[_FILE] = _medium()
    return disk


@lru_cache(maxsize=64)
def request(number_id: NumberId, wa_id: str, kind: str) -> tuple[SendRequest, bytes]:
    """Return a request as the face hands it on, and its bytes."""
    _ = number_id
    raw = msgspec.json.encode({"messaging_product": "whatsapp", "to": wa_id, "type": kind, kind: _CONTENTS[kind]})
    asked = cloud.parse_send(raw)
    assert isinstance(asked, SendRequest)
    return asked, raw


def webhook_url(place: int) -> str:
    """Return where a number's events go at first."""
    return f"https://hook{place}.example/"


@lru_cache(maxsize=4)
def _number(number_id: NumberId, place: int, *, further: bool) -> Number:
    return Number(
        number_id,
        3_000_000_000_000_001,
        "Sim",
        f"secret{place}",
        webhook=Webhook(webhook_url(place)),
        callbacks=Callbacks(further=(Endpoint("ep_1", Webhook(FURTHER)),) if further else ()),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    return Template(
        id=3,
        waba_id=3_000_000_000_000_001,
        name=_TEMPLATE.name,
        language=_TEMPLATE.language,
        category=_TEMPLATE.category,
        status="APPROVED",
        components=msgspec.json.encode(_TEMPLATE.components),
    )


@lru_cache(maxsize=1)
def _medium() -> Medium:
    life_ms = 400 * 86_400_000
    return Medium(_FILE, 1, NUMBERS[0], b"\1" * 32, "image/png", 70, START_MS, START_MS + life_ms, "upload")
