"""Whether a template exists, may be sent, and gets the parameters that its definition asks for.

# spec: cloud-api.md#3.7, on-premises-api.md#3.8
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from waypost.errors import Fault
from waypost.errors.templates import (
    TEMPLATE_DISABLED,
    TEMPLATE_MISSING,
    TEMPLATE_PARAM_COUNT,
    TEMPLATE_PARAM_FORMAT,
    TEMPLATE_PAUSED,
    TEMPLATE_TEXT_TOO_LONG,
)
from waypost.model import Template
from waypost.wire.messages.template import Component, Parameter
from waypost.wire.messages.template import Template as Sent

MAX_BODY_CHARACTERS = 1024
MAX_BODY_ALONE_CHARACTERS = 32_768
"""For a template that is nothing but a body."""

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_SPOKEN = ("text", "currency", "date_time")
_MEDIA_FORMATS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "LOCATION": "location"}


class _Button(msgspec.Struct):
    type: str
    text: str = ""
    url: str = ""


class _Part(msgspec.Struct):
    """A component of the definition."""

    type: str
    format: str = "TEXT"
    text: str = ""
    buttons: list[_Button] = []


@dataclass(frozen=True, slots=True)
class _Slots:
    """The placeholders of one text, by name or by number."""

    where: str
    names: Sequence[str]
    named: bool


def check(template: Template | None, sent: Sent) -> Template | Fault:
    """Return the template that a message names (None if there is none), or the first thing that does not fit."""
    if template is None:
        return _missing(sent)
    if fault := _sendable(template, sent):
        return fault
    parts = msgspec.json.decode(template.components, type=list[_Part])
    return next(_misfits(template, parts, sent.components or ()), template)


def filled_in(template: Template, sent: Sent) -> str:
    """Return the text that the user sees: header, body and footer, one below the other, the placeholders filled in."""
    parts = msgspec.json.decode(template.components, type=list[_Part])
    texts = [_filled_text(part, _parameters(sent.components or (), part.type.lower())) for part in parts if part.text]
    return "\n".join(texts)


def _filled_text(part: _Part, given: Sequence[Parameter]) -> str:
    names = _placeholders(part.text)
    words = dict(zip(names, (_words(parameter) for parameter in given), strict=False))
    words |= {parameter.parameter_name: _words(parameter) for parameter in given if parameter.parameter_name}
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), part.text)


def _missing(sent: Sent) -> Fault:
    return Fault(TEMPLATE_MISSING, f"template name ({sent.name}) does not exist in {sent.language.code}")


def _sendable(template: Template, sent: Sent) -> Fault | None:
    match template.status.upper():
        case "APPROVED":
            return None
        case "PAUSED":
            return Fault(TEMPLATE_PAUSED, f"template {template.name} is paused because of low quality")
        case "DISABLED":
            return Fault(TEMPLATE_DISABLED, f"template {template.name} is disabled because of low quality")
        case _:
            return _missing(sent)


def _misfits(template: Template, parts: Sequence[_Part], given: Sequence[Component]) -> Iterator[Fault]:
    for part in parts:
        match part.type.upper():
            case "HEADER":
                yield from _header(part, _parameters(given, "header"), named=template.named)
            case "BODY":
                yield from _body(part, _parameters(given, "body"), named=template.named, alone=len(parts) == 1)
            case "BUTTONS":
                yield from _buttons(part.buttons, given)
            case _:
                continue
    yield from _unasked(parts, given)


def _parameters(given: Sequence[Component], kind: str) -> Sequence[Parameter]:
    return next((component.parameters or () for component in given if component.type == kind), ())


def _header(part: _Part, given: Sequence[Parameter], *, named: bool) -> Iterator[Fault]:
    wanted = _MEDIA_FORMATS.get(part.format.upper())
    if wanted is None:
        slots = _Slots("header", _placeholders(part.text), named)
        yield from _filled(slots, given)
        return
    if len(given) != 1:
        yield _count("header", len(given), 1)
    elif given[0].type != wanted:
        yield Fault(
            TEMPLATE_PARAM_FORMAT,
            f"header: Format mismatch, expected {part.format.upper()}, received {given[0].type.upper()}",
        )


def _body(part: _Part, given: Sequence[Parameter], *, named: bool, alone: bool) -> Iterator[Fault]:
    slots = _Slots("body", _placeholders(part.text), named)
    yield from _filled(slots, given)
    limit = MAX_BODY_ALONE_CHARACTERS if alone else MAX_BODY_CHARACTERS
    length = len(_PLACEHOLDER.sub("", part.text)) + sum(len(_words(parameter)) for parameter in given)
    if length > limit:
        yield Fault(
            TEMPLATE_TEXT_TOO_LONG,
            f"body: the text with its parameters has {length} characters, at most {limit} are allowed",
        )


def _filled(slots: _Slots, given: Sequence[Parameter]) -> Iterator[Fault]:
    """Yield what is wrong with the parameters of a text: their count, their kind, their names."""
    if len(given) != len(slots.names):
        yield _count(slots.where, len(given), len(slots.names))
        return
    for position, parameter in enumerate(given, 1):
        if parameter.type not in _SPOKEN:
            yield Fault(
                TEMPLATE_PARAM_FORMAT, f"{slots.where}: parameter {position} is of type {parameter.type}, expected text"
            )
    if slots.named:
        yield from _names(slots, given)


def _names(slots: _Slots, given: Sequence[Parameter]) -> Iterator[Fault]:
    names = [parameter.parameter_name for parameter in given]
    for name in slots.names:
        if name not in names:
            yield Fault(TEMPLATE_PARAM_FORMAT, f"{slots.where}: Parameter name is missing or empty: {name}")


def _buttons(buttons: Sequence[_Button], given: Sequence[Component]) -> Iterator[Fault]:
    """Yield what is wrong with the parameters of URL buttons; those of quick replies may be left out."""
    sent = {component.index: component for component in given if component.type == "button"}
    for index, button in enumerate(buttons):
        component = sent.get(str(index))
        has = len(component.parameters or ()) if component else 0
        if button.type.upper() in ("URL", "OTP"):
            wanted = 1 if button.type.upper() == "OTP" or _placeholders(button.url) else 0
            if has != wanted:
                yield _count(f"button at index {index} of type Url", has, wanted)


def _unasked(parts: Sequence[_Part], given: Sequence[Component]) -> Iterator[Fault]:
    """Yield the components that the definition does not have."""
    defined = {part.type.upper() for part in parts}
    for component in given:
        place = "BUTTONS" if component.type == "button" else component.type.upper()
        if component.parameters and place not in defined:
            yield _count(component.type, len(component.parameters), 0)


def _placeholders(text: str) -> Sequence[str]:
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def _words(parameter: Parameter) -> str:
    if parameter.currency is not None:
        return parameter.currency.fallback_value
    if parameter.date_time is not None:
        return parameter.date_time.fallback_value
    return parameter.text or ""


def _count(where: str, has: int, wanted: int) -> Fault:
    return Fault(
        TEMPLATE_PARAM_COUNT,
        f"{where}: number of localizable_params ({has}) does not match the expected number of params ({wanted})",
    )
