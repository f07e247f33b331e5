"""First start: what is there before anybody has done anything.

One number, one phone whose user has just written, and a few approved templates: enough for the first curl line.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from waypost.flows.directory import Directory
from waypost.flows.receive import Receive
from waypost.lib.ids import KeyMaker, new_secret
from waypost.lib.samples import SAMPLE_PHONE, account_of
from waypost.model import Dialect, InboundMessage, MessageKey, Number, NumberId, Person, Phone, Template, Webhook
from waypost.ports import NetworkStore, Store
from waypost.rules.window import is_open

SAMPLE_NAME = "Sample Phone"

_Components = Sequence[dict[str, Any]]  # Any: components are as free as in the create request


class _Sample(Struct, frozen=True):
    name: str
    category: str
    components: _Components
    language: str = "en_US"
    named: bool = False


_URL_BUTTON = {
    "type": "URL", "text": "Open", "url": "https://example.com/t/{{1}}", "example": ["https://example.com/t/4711"],
}  # fmt: skip


def _body(text: str, *examples: str) -> dict[str, object]:
    """Return a body as the platform lists it: a text with placeholders comes with its examples."""
    return {"type": "BODY", "text": text, **({"example": {"body_text": [list(examples)]}} if examples else {})}


def _media_header(media_format: str) -> dict[str, object]:
    """Return a header that shows a file, with the handle of its example."""
    return {"type": "HEADER", "format": media_format, "example": {"header_handle": ["4::c2FtcGxl"]}}


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
            _media_header("IMAGE"),
            _body(
                "Hi {{1}}, ticket {{2}} is ready. The repair costs {{3}}, pick it up by {{4}}.",
                "Ada",
                "4711",
                "80 EUR",
                "Friday",
            ),
            {"type": "BUTTONS", "buttons": [_URL_BUTTON, {"type": "QUICK_REPLY", "text": "Stop updates"}]},
        ],
    ),
    _Sample(
        "repair_ready_named",
        "UTILITY",
        [
            {
                "type": "BODY",
                "text": "Hi {{first_name}}, ticket {{ticket}} is ready.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "first_name", "example": "Ada"},
                        {"param_name": "ticket", "example": "4711"},
                    ]
                },
            }
        ],
        named=True,
    ),
    _Sample(
        "parcel_update",
        "UTILITY",
        [_body("Hi {{1}}, pay {{2}} before {{3}}.", "Ada", "9 EUR", "Friday")],
    ),
    _Sample(
        "boarding_reminder",
        "UTILITY",
        [
            _media_header("DOCUMENT"),
            _body("Hola {{1}}, aquí está su tarjeta de embarque.", "Ada"),
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}, _URL_BUTTON]},
        ],
        language="es",
    ),
    _Sample("spring_offer", "MARKETING", [_body("Hi {{1}}, everything is {{2}} off this week.", "Ada", "20 %")]),
    _Sample(
        "login_code",
        "AUTHENTICATION",
        [
            _body("{{1}} is your verification code.", "123456"),
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}]},
        ],
    ),
)


class WorldStore(Store, NetworkStore, Protocol):
    """What is stored of messages, and of the embedded network."""


class Start(Struct, frozen=True):
    """What the settings say about the operator's number; None leaves it as it is, or has a value made up."""

    number_id: NumberId
    token: str | None
    app_secret: str | None
    callback_dialect: Dialect | None
    webhook_url: str | None
    graph_version: str | None = None
    webhook_shape: Literal["2026", "2025"] | None = None
    pseudo_numbers: bool = False
    is_alone: bool = True
    """Whether nobody else starts over the same store; if others do, one of them makes up the token."""


class PreparedNumber(Struct, frozen=True):
    """The operator's number, and a token for it."""

    number: Number
    token: str
    """Empty if it was given or made up earlier, and is not known here."""


async def prepare_number(
    start: Start, *, directory: Directory, store: WorldStore, receive: Receive, keys: KeyMaker
) -> PreparedNumber:
    """Bring the operator's number to what the settings say, and make what is missing."""
    prepared = await apply_settings(start, directory)
    await add_samples(prepared.number, directory=directory, store=store, receive=receive, keys=keys)
    return prepared


async def apply_settings(start: Start, directory: Directory) -> PreparedNumber:
    """Bring the operator's number to what the settings say, with a token that works, and make nothing else."""
    number = await directory.change_number(_first(start), partial(_with_settings, start))
    if start.token is None and not start.is_alone and directory.has_key(number.id):
        return PreparedNumber(number, "")
    token = start.token or new_secret()
    await directory.grant(token, number.id)
    return PreparedNumber(number, token)


async def add_samples(
    number: Number, *, directory: Directory, store: WorldStore, receive: Receive, keys: KeyMaker
) -> None:
    """Make what the first example in the documentation needs: templates, and a phone whose user has just written."""
    await _add_sample_templates(directory, number, keys)
    if all(phone.wa_id != SAMPLE_PHONE for phone in await store.load_phones()):
        await store.save_phone(Phone(SAMPLE_PHONE, SAMPLE_NAME))
    await _let_sample_phone_write(number, store, receive, keys)


def _first(start: Start) -> Number:
    """Return the number as it is at the very first start, before the settings are applied."""
    return Number(id=start.number_id, waba_id=account_of(start.number_id), name="Waypost", app_secret=new_secret())


def _with_settings(start: Start, number: Number) -> Number:
    """Return a number as the settings want it."""
    webhook = Webhook(start.webhook_url, trusted=True) if start.webhook_url else number.webhook
    return replace(
        number,
        callback_dialect=start.callback_dialect or number.callback_dialect,
        webhook=webhook,
        app_secret=start.app_secret or number.app_secret,
        graph_version=start.graph_version or number.graph_version,
        webhook_shape=start.webhook_shape or number.webhook_shape,
        pseudo_numbers=start.pseudo_numbers,
    )


async def _let_sample_phone_write(number: Number, store: Store, receive: Receive, keys: KeyMaker) -> None:
    """Open the window of the sample phone, so that the line that is printed at every start works.

    Nobody is told: a program under test would wonder where the message came from.
    """
    now_ms = receive.clock.now_ms()
    if is_open(await store.last_inbound_ms(number.id, SAMPLE_PHONE), now_ms):
        return
    message = InboundMessage(
        key=MessageKey(keys.next()),
        tag=keys.tag(),
        number_id=number.id,
        person=Person(SAMPLE_PHONE, SAMPLE_NAME, user_id=""),
        kind="text",
        body=b'{"type":"text","text":{"body":"Hello Waypost"}}',
        at_ms=now_ms,
    )
    await receive.message(message, quietly=True)


async def _add_sample_templates(directory: Directory, number: Number, keys: KeyMaker) -> None:
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
