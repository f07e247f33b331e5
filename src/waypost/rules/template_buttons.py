"""The buttons of a template's definition: which, how many, in which order, and what each must say.

# spec: cloud-api.md#13.1
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from waypost.errors import Fault
from waypost.errors.templates import TEMPLATE_BUTTONS, TEMPLATE_TOO_LONG
from waypost.wire.definitions import Button, fixed_parts, variables

MAX_BUTTONS = 10
MAX_TEXT_CHARACTERS = 25
MAX_URL_CHARACTERS = 2000
MAX_PHONE_CHARACTERS = 20
MAX_CODE_CHARACTERS = 15

# How many of a kind one template may have; those of the last lines are alone in their kind (unconfirmed).
_MOST: Mapping[str, int] = {
    "QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1,
    "FLOW": 1, "CATALOG": 1, "MPM": 1, "SPM": 1, "VOICE_CALL": 1, "REQUEST_CONTACT_INFO": 1,
}  # fmt: skip
_NAMED_BY_SENDER = frozenset({"QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW"})
_OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")


def faults(buttons: Sequence[Button], *, authentication: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with the buttons of a template or of a card."""
    if not buttons:
        yield _wrong("the component has no buttons; leave it out or add some")
    if len(buttons) > MAX_BUTTONS:
        yield _wrong(f"there are {len(buttons)}; at most {MAX_BUTTONS} are allowed")
    for kind, count in Counter(button.type for button in buttons).items():
        if kind not in _MOST:
            yield _wrong(f"'{kind[:40]}' is no kind of button; use one of {', '.join(_MOST)}")
        elif count > _MOST[kind]:
            yield _wrong(f"there are {count} of type {kind}; at most {_MOST[kind]} are allowed")
    yield from _grouping(buttons)
    yield from _category(buttons, authentication=authentication)
    for index, button in enumerate(buttons):
        yield from _one(f"at index {index}, {button.type}", button)


def _grouping(buttons: Sequence[Button]) -> Iterator[Fault]:
    is_reply = [button.type == "QUICK_REPLY" for button in buttons]
    changes = sum(1 for before, after in itertools.pairwise(is_reply) if before != after)
    if changes > 1:
        yield _wrong("quick replies must stand together, before or after the other buttons")


def _category(buttons: Sequence[Button], *, authentication: bool) -> Iterator[Fault]:
    for button in buttons:
        if authentication and button.type != "OTP":
            yield _wrong(f"an authentication template has one OTP button; {button.type[:40]} is not possible")
        if button.type == "OTP" and not authentication:
            yield _wrong("OTP belongs to authentication templates")


def _one(where: str, button: Button) -> Iterator[Fault]:
    if button.type in _NAMED_BY_SENDER and not (button.text or "").strip():
        yield _wrong(f"{where}: 'text' is missing")
    yield from _length(where, "text", button.text, MAX_TEXT_CHARACTERS)
    if variables(button.text):
        yield _wrong(f"{where}: 'text' has a variable; the words on a button are the same for everybody")
    if special := _SPECIAL.get(button.type):
        yield from special(where, button)


def _url(where: str, button: Button) -> Iterator[Fault]:
    url = button.url or ""
    yield from _length(where, "url", url, MAX_URL_CHARACTERS)
    if not url.startswith(("https://", "http://")):
        yield _wrong(f"{where}: 'url' must begin with https:// or http://")
    found = variables(url)
    if found and (found != ["1"] or len(fixed_parts(url)) > 2 or fixed_parts(url)[-1]):
        yield _wrong(f"{where}: 'url' may have one variable, {{{{1}}}}, at its very end")
    if found and not button.example:
        yield _wrong(f"{where}: 'url' has a variable; give 'example' one whole URL")


def _phone_number(where: str, button: Button) -> Iterator[Fault]:
    number = button.phone_number or ""
    if not number.removeprefix("+").replace("-", "").replace(" ", "").isdigit():
        yield _wrong(f"{where}: 'phone_number' is missing or no phone number")
    yield from _length(where, "phone_number", number, MAX_PHONE_CHARACTERS)


def _copy_code(where: str, button: Button) -> Iterator[Fault]:
    example = button.example if isinstance(button.example, str) else "".join(button.example or ())
    if not example:
        yield _wrong(f"{where}: 'example' is missing: a coupon code")
    yield from _length(where, "example", example, MAX_CODE_CHARACTERS)


def _otp(where: str, button: Button) -> Iterator[Fault]:
    if button.otp_type not in _OTP_TYPES:
        yield _wrong(f"{where}: 'otp_type' must be one of {', '.join(_OTP_TYPES)}")
    knows_app = button.supported_apps or (button.package_name and button.signature_hash)
    if button.otp_type in ("ONE_TAP", "ZERO_TAP") and not knows_app:
        yield _wrong(f"{where}: 'supported_apps' is missing: package_name and signature_hash of the app")
    for app in button.supported_apps or ():
        if not (app.package_name and app.signature_hash):
            yield _wrong(f"{where}: 'supported_apps' has an app without a package_name or signature_hash")
    if button.otp_type == "ZERO_TAP" and button.zero_tap_terms_accepted is not True:
        yield _wrong(f"{where}: 'zero_tap_terms_accepted' must be true")
    yield from _length(where, "autofill_text", button.autofill_text, MAX_TEXT_CHARACTERS)


def _flow(where: str, button: Button) -> Iterator[Fault]:
    given = [source for source in (button.flow_id, button.flow_name, button.flow_json) if source is not None]
    if len(given) != 1:
        yield _wrong(f"{where}: give one of 'flow_id', 'flow_name' and 'flow_json'; {len(given)} were given")


_SPECIAL: Mapping[str, Callable[[str, Button], Iterator[Fault]]] = {
    "URL": _url,
    "PHONE_NUMBER": _phone_number,
    "COPY_CODE": _copy_code,
    "OTP": _otp,
    "FLOW": _flow,
}


def _length(where: str, name: str, text: str | None, most: int) -> Iterator[Fault]:
    if text is not None and len(text) > most:
        yield Fault(
            TEMPLATE_TOO_LONG, f"buttons {where}: '{name}' has {len(text)} characters; at most {most} are allowed."
        )


def _wrong(what: str) -> Fault:
    return Fault(TEMPLATE_BUTTONS, f"buttons: {what}." if not what.startswith("at index") else f"buttons {what}.")
