"""First start: what is there before anybody has done anything.

One number, one phone whose user has just written, and a few approved templates: enough for the first curl line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from waypost.flows.directory import Directory
from waypost.lib.ids import KeyMaker
from waypost.model import Number, Template

SAMPLE_PHONE = "15550001111"
SAMPLE_PHONE_NAME = "Sample Phone"

_Components = Sequence[dict[str, Any]]  # Any: components are as free as in the create request


@dataclass(frozen=True, slots=True)
class _Sample:
    name: str
    category: str
    components: _Components
    language: str = "en_US"
    named: bool = False


_URL_BUTTON = {"type": "URL", "text": "Open", "url": "https://example.com/t/{{1}}"}

SAMPLES = (
    _Sample(
        "hello_world",
        "UTILITY",
        [
            {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
            {"type": "BODY", "text": "Welcome and congratulations! This message shows that templates arrive."},
            {"type": "FOOTER", "text": "Waypost sample"},
        ],
    ),
    _Sample(
        "repair_ready",
        "UTILITY",
        [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Hi {{1}}, ticket {{2}} is ready. The repair costs {{3}}, pick it up by {{4}}."},
            {"type": "BUTTONS", "buttons": [_URL_BUTTON, {"type": "QUICK_REPLY", "text": "Stop updates"}]},
        ],
    ),
    _Sample(
        "repair_ready_named",
        "UTILITY",
        [{"type": "BODY", "text": "Hi {{first_name}}, ticket {{ticket}} is ready."}],
        named=True,
    ),
    _Sample(
        "parcel_update",
        "UTILITY",
        [{"type": "BODY", "text": "Hi {{1}}, pay {{2}} before {{3}}."}],
    ),
    _Sample(
        "boarding_reminder",
        "UTILITY",
        [
            {"type": "HEADER", "format": "DOCUMENT"},
            {"type": "BODY", "text": "Hola {{1}}, aquí está su tarjeta de embarque."},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}, _URL_BUTTON]},
        ],
        language="es",
    ),
    _Sample("spring_offer", "MARKETING", [{"type": "BODY", "text": "Hi {{1}}, everything is {{2}} off this week."}]),
    _Sample(
        "login_code",
        "AUTHENTICATION",
        [
            {"type": "BODY", "text": "{{1}} is your verification code."},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}]},
        ],
    ),
)


async def add_sample_templates(directory: Directory, number: Number, keys: KeyMaker) -> None:
    """Add the sample templates that the number's account does not have yet."""
    for sample in SAMPLES:
        if directory.template(number.waba_id, sample.name, sample.language) is None:
            await directory.save_template(
                Template(
                    id=keys.next(),
                    waba_id=number.waba_id,
                    name=sample.name,
                    language=sample.language,
                    category=sample.category,
                    status="APPROVED",
                    components=msgspec.json.encode(sample.components),
                    named=sample.named,
                )
            )
