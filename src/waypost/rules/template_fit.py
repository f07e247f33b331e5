"""Whether the parameters of a message fit its template: how many, of which kind, and what they say.

The details of a fault say which component or parameter it is about, and why.

# spec: cloud-api.md#3.7, error-codes.tsv
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter

from waypost.errors import Fault
from waypost.errors.templates import TEMPLATE_COMPONENT, TEMPLATE_PARAM_FORMAT
from waypost.rules import template_fit_buttons
from waypost.rules.template_faults import characters, count_fault, too_long
from waypost.rules.template_texts import MAX_BODY_CHARACTERS, MAX_HEADER_CHARACTERS
from waypost.wire.definitions import Component as Part
from waypost.wire.definitions import filled, variables
from waypost.wire.messages.template import Component, Parameter

MAX_BODY_ALONE_CHARACTERS = 32_768
"""For a template that is nothing but a body."""

_SPOKEN = ("text", "currency", "date_time")
# That a moving picture is sent as a video is (unconfirmed).
_KINDS = {
    "IMAGE": "image", "VIDEO": "video", "GIF": "video", "DOCUMENT": "document", "LOCATION": "location",
    "PRODUCT": "product",
}  # fmt: skip


def misfits(parts: Sequence[Part], given: Sequence[Component], *, named: bool, now_ms: int) -> Iterator[Fault]:
    """Yield what does not fit, in the order in which the platform tells it: header, body, buttons, then the rest."""
    yield from _fixed("", parts, given, named=named)
    for part in parts:
        if part.type == "CAROUSEL":
            yield from _carousel(part, given, named=named)
        if part.limited_time_offer is not None and part.limited_time_offer.has_expiration:
            yield from _offer(given, now_ms)
    yield from _code(parts, given)


def words(parameter: Parameter) -> str:
    """Return what the user reads in the place of a placeholder."""
    if parameter.currency is not None:
        return parameter.currency.fallback_value
    if parameter.date_time is not None:
        return parameter.date_time.fallback_value
    return parameter.text or ""


def filled_text(text: str, given: Sequence[Parameter]) -> str:
    """Return a text of the definition with its placeholders filled in, by position or by name."""
    spoken = [words(parameter) for parameter in given]
    by_position = dict(zip(variables(text), spoken, strict=False))
    by_name = {parameter.parameter_name: word for parameter, word in zip(given, spoken, strict=True)}
    return filled(text, by_position | {name: word for name, word in by_name.items() if name})


def parameters_of(given: Sequence[Component], kind: str) -> Sequence[Parameter]:
    """Return the parameters of the first component of a kind."""
    return next((component.parameters or () for component in given if component.type == kind), ())


def _fixed(at: str, parts: Sequence[Part], given: Sequence[Component], *, named: bool) -> Iterator[Fault]:
    """Yield what is wrong with header, body and buttons of the template, or of the card that `at` names."""
    for part in parts:
        match part.type:
            case "HEADER":
                yield from _header(f"{at}header", part, parameters_of(given, "header"), named=named)
            case "BODY":
                most = MAX_BODY_ALONE_CHARACTERS if len(parts) == 1 and not at else MAX_BODY_CHARACTERS
                yield from _text(f"{at}body", part.text or "", parameters_of(given, "body"), named=named)
                yield from _length(f"{at}body", part.text or "", parameters_of(given, "body"), most)
            case "BUTTONS":
                yield from template_fit_buttons.misfits(at, part.buttons or (), given)
    yield from _unasked(at, parts, given)
    yield from _repeated(at, given)


def _header(where: str, part: Part, given: Sequence[Parameter], *, named: bool) -> Iterator[Fault]:
    wanted = _KINDS.get(part.format or "TEXT")
    if wanted is None:
        yield from _text(where, part.text or "", given, named=named)
        yield from _length(where, part.text or "", given, MAX_HEADER_CHARACTERS)
    elif len(given) > 1:
        yield count_fault(where, len(given), 1)
    elif not given or given[0].type != wanted:
        received = given[0].type.upper() if given else "UNKNOWN"
        yield Fault(TEMPLATE_PARAM_FORMAT, f"{where}: Format mismatch, expected {part.format}, received {received}")


def _text(where: str, text: str, given: Sequence[Parameter], *, named: bool) -> Iterator[Fault]:
    """Yield what is wrong with the parameters of a text: their count, their kinds, their names, their words."""
    names = variables(text)
    if len(given) != len(names):
        yield count_fault(where, len(given), len(names))
        return
    for position, parameter in enumerate(given, 1):
        if parameter.type not in _SPOKEN:
            yield Fault(
                TEMPLATE_PARAM_FORMAT, f"{where}: parameter {position} is of type {parameter.type}, expected text"
            )
    yield from _named(where, names, given) if named else _positional(where, given)
    for position, parameter in enumerate(given, 1):
        yield from characters(f"{where}: parameter {position}", words(parameter))


def _named(where: str, names: Sequence[str], given: Sequence[Parameter]) -> Iterator[Fault]:
    told = [parameter.parameter_name for parameter in given]
    for name in names:
        if name not in told:
            yield Fault(TEMPLATE_PARAM_FORMAT, f"{where}: Parameter name is missing or empty: {name}")


def _positional(where: str, given: Sequence[Parameter]) -> Iterator[Fault]:
    for parameter in given:
        if parameter.parameter_name is not None:
            yield Fault(
                TEMPLATE_PARAM_FORMAT,
                f"{where}: parameter_name is '{parameter.parameter_name[:60]}', but the template's parameters are "
                "positional",
            )


def _length(where: str, text: str, given: Sequence[Parameter], most: int) -> Iterator[Fault]:
    if given:
        yield from too_long(f"{where}: the text with its parameters", len(filled_text(text, given)), most)


def _carousel(part: Part, given: Sequence[Component], *, named: bool) -> Iterator[Fault]:
    sent = next((component.cards or [] for component in given if component.type == "carousel"), [])
    cards = part.cards or []
    indexes = sorted(card.card_index for card in sent)
    if indexes != list(range(len(cards))):
        yield _component(
            f"carousel: the template has {len(cards)} cards, so card_index must be 0 to {len(cards) - 1}, each once; "
            f"it is {indexes}"
        )
        return
    for card in sorted(sent, key=attrgetter("card_index")):
        yield from _fixed(
            f"carousel, card {card.card_index}, ", cards[card.card_index].components, card.components, named=named
        )


def _offer(given: Sequence[Component], now_ms: int) -> Iterator[Fault]:
    sent = parameters_of(given, "limited_time_offer")
    if len(sent) != 1:
        yield count_fault("limited_time_offer", len(sent), 1)
    elif sent[0].limited_time_offer is None:
        yield Fault(
            TEMPLATE_PARAM_FORMAT,
            f"limited_time_offer: parameter 1 is of type {sent[0].type}, expected limited_time_offer",
        )
    elif sent[0].limited_time_offer.expiration_time_ms <= now_ms:
        ended_ms = sent[0].limited_time_offer.expiration_time_ms
        yield _component(f"limited_time_offer: expiration_time_ms is {ended_ms}, which is not in the future")


def _code(parts: Sequence[Part], given: Sequence[Component]) -> Iterator[Fault]:
    """Yield a fault if the code on the button is not the one in the text."""
    if not any(button.type == "OTP" for part in parts for button in part.buttons or ()):
        return
    body, button = parameters_of(given, "body"), parameters_of(given, "button")
    if body and button and words(body[0]) != words(button[0]):
        yield _component("button at index 0: the code differs from the body's; an authentication template has one code")


def _unasked(at: str, parts: Sequence[Part], given: Sequence[Component]) -> Iterator[Fault]:
    """Yield the components that the definition does not have."""
    defined = {part.type for part in parts}
    for component in given:
        place = "BUTTONS" if component.type == "button" else component.type.upper()
        has = len(component.parameters or component.cards or ())
        if has and place not in defined:
            yield count_fault(f"{at}{component.type}", has, 0)
        if has and place == "FOOTER":
            yield count_fault(f"{at}footer", has, 0)


def _repeated(at: str, given: Sequence[Component]) -> Iterator[Fault]:
    if len(given) < 2:
        return
    places = Counter((component.type, component.index if component.type == "button" else None) for component in given)
    for (kind, index), count in places.items():
        if count > 1:
            which = f"{kind} at index {index}" if kind == "button" else kind
            yield _component(f"{at}{which}: the component is there {count} times")


def _component(details: str) -> Fault:
    return Fault(TEMPLATE_COMPONENT, details)
