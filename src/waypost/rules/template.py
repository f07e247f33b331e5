"""Whether a template exists, may be sent, and gets the parameters that its definition asks for.

# spec: cloud-api.md#3.7, on-premises-api.md#3.8
"""

from msgspec import structs

from waypost.errors import Cause, Fault
from waypost.errors.templates import TEMPLATE_DISABLED, TEMPLATE_MISSING, TEMPLATE_PAUSED
from waypost.model import Template
from waypost.rules import template_fit
from waypost.rules.template_fit import filled_text, parameters_of
from waypost.wire.definitions import read_components
from waypost.wire.messages.template import Template as Sent


def check(template: Template | None, sent: Sent, now_ms: int) -> Template | Fault:
    """Return the template that a message names (None if there is none), or the first thing that does not fit."""
    if template is None:
        return _missing(sent)
    if fault := state_fault(template, sent):
        return fault
    parts = read_components(template.components)
    return next(template_fit.misfits(parts, sent.components or (), named=template.named, now_ms=now_ms), template)


def state_fault(template: Template | None, sent: Sent) -> Fault | None:
    """Return why a template (None if there is none) may not be sent, whatever its parameters; None if it may."""
    match template.status if template else None:
        case "APPROVED" | "FLAGGED":  # flagged: its quality is low, but it may be sent (unconfirmed)
            return None
        case "PAUSED":
            fault = Fault(TEMPLATE_PAUSED, f"template {sent.name} is paused because of low quality")
        case "DISABLED":
            fault = Fault(TEMPLATE_DISABLED, f"template {sent.name} is disabled because of low quality")
        case _:
            fault = _missing(sent)
    return structs.replace(fault, cause=_cause(template, sent))


def filled_in(template: Template, sent: Sent) -> str:
    """Return the text that the user sees: header, body and footer, one below the other, the placeholders filled in."""
    parts = read_components(template.components)
    given = sent.components or ()
    return "\n".join(filled_text(part.text, parameters_of(given, part.type.lower())) for part in parts if part.text)


def _cause(template: Template | None, sent: Sent) -> Cause:
    language, status = sent.language.code, template.status if template else None
    state = f"is {status}" if status else "does not exist"
    sentence = f"The template {sent.name} {state} in {language}."
    return Cause("template", sentence, {"template": sent.name, "language": language, "status": status})


def _missing(sent: Sent) -> Fault:
    return Fault(TEMPLATE_MISSING, f"template name ({sent.name}) does not exist in {sent.language.code}")
