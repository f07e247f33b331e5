"""Whether the button components of a message fit the buttons of its template.

# spec: cloud-api.md#3.7
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from waypost.errors import Fault
from waypost.errors.templates import TEMPLATE_COMPONENT, TEMPLATE_PARAM_FORMAT
from waypost.rules.template_buttons import MAX_CODE_CHARACTERS, MAX_URL_CHARACTERS
from waypost.rules.template_faults import characters, count_fault, too_long
from waypost.wire.definitions import Button, fixed_parts, variables
from waypost.wire.messages.template import Component, Parameter

_ANY = "*"


class _Want(Struct, frozen=True):
    """What a kind of button takes; no parameter at all where `parameter` is None, whatever comes where it is `_ANY`."""

    sub_type: str
    parameter: str | None = None
    needed: bool = False


_WANTS: Mapping[str, _Want] = {
    "QUICK_REPLY": _Want("quick_reply", "payload"),
    "URL": _Want("url", "text", needed=True),
    "OTP": _Want("url", "text", needed=True),
    "COPY_CODE": _Want("copy_code", "coupon_code", needed=True),
    "FLOW": _Want("flow", "action"),
    "CATALOG": _Want("catalog", "action"),
    "MPM": _Want("mpm", "action", needed=True),
    # What a call button takes is (unconfirmed): nothing, or a life under some name.
    "VOICE_CALL": _Want("voice_call", _ANY),
    "PHONE_NUMBER": _Want("phone_number"),
    "SPM": _Want("spm"),
    "REQUEST_CONTACT_INFO": _Want("request_contact_info"),
}


def misfits(at: str, buttons: Sequence[Button], given: Sequence[Component]) -> Iterator[Fault]:
    """Yield what is wrong with the parameters of buttons; those of quick replies may be left out."""
    sent = {component.index: component for component in given if component.type == "button"}
    for index, button in enumerate(buttons):
        where = f"{at}button at index {index} of type {button.type.capitalize()}"
        yield from _one(where, button, sent.pop(str(index), None))
    for beyond in sent:
        yield Fault(
            TEMPLATE_COMPONENT,
            f"{at}button at index {beyond}: the template has {len(buttons)} buttons, from index 0 on",
        )


def _one(where: str, button: Button, component: Component | None) -> Iterator[Fault]:
    want = _wanted(button)
    given = (component.parameters or ()) if component else ()
    if component is not None and component.sub_type != want.sub_type:
        yield Fault(
            TEMPLATE_COMPONENT, f"{where}: sub_type is '{(component.sub_type or '')[:40]}', expected '{want.sub_type}'"
        )
    if want.parameter == _ANY:
        return
    least, most = int(want.needed), int(want.parameter is not None)
    if not least <= len(given) <= most:
        yield count_fault(where, len(given), most)
        return
    for parameter in given:
        if parameter.type != want.parameter:
            yield Fault(
                TEMPLATE_PARAM_FORMAT, f"{where}: the parameter is of type {parameter.type}, expected {want.parameter}"
            )
        else:
            yield from _content(where, button, parameter)


def _wanted(button: Button) -> _Want:
    if button.type == "URL" and not variables(button.url):
        return _Want("url")
    return _WANTS.get(button.type, _Want(button.type.lower()))


def _content(where: str, button: Button, parameter: Parameter) -> Iterator[Fault]:
    match button.type:
        case "URL" | "OTP":
            yield from _suffix(where, button, parameter.text or "")
        case "COPY_CODE":
            yield from too_long(f"{where}: the coupon code", len(parameter.coupon_code or ""), MAX_CODE_CHARACTERS)
        case "MPM":
            if not (parameter.action and parameter.action.sections):
                yield Fault(TEMPLATE_COMPONENT, f"{where}: 'action.sections' is missing: the products to show")


def _suffix(where: str, button: Button, text: str) -> Iterator[Fault]:
    yield from characters(f"{where}: the parameter", text)
    length = len(text) + sum(len(piece) for piece in fixed_parts(button.url or ""))
    yield from too_long(f"{where}: the URL with its parameter", length, MAX_URL_CHARACTERS)
