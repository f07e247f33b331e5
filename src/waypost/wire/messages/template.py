"""Template messages: the name of an approved text, its language, and what fills its placeholders.

Whether the template exists and the parameters fit it is a rule of its own; here only the form is read.

# spec: cloud-api.md#3.7, on-premises-api.md#3.8
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.wire.messages.base import PlainContent, message_type
from waypost.wire.parts import DocumentObject, ImageObject, MediaObject, Place, VideoObject, place_fault, source_fault

MAX_NAME_CHARACTERS = 512

_NotEmpty = Annotated[str, Meta(min_length=1)]
_Position = tuple[int, int]  # of a component, and of a parameter in it


class Language(Struct, omit_defaults=True):
    """The exact code of the approved translation; `policy` is read and has no effect."""

    code: _NotEmpty
    policy: str | None = None


class Currency(Struct, omit_defaults=True):
    """An amount; the user sees `fallback_value`."""

    fallback_value: str
    code: str
    amount_1000: int


class DateTime(Struct, omit_defaults=True):
    """A date; the user sees `fallback_value`, whatever the parts say."""

    fallback_value: str
    day_of_week: int | str | None = None
    day_of_month: int | None = None
    year: int | None = None
    month: int | None = None
    hour: int | None = None
    minute: int | None = None
    calendar: str | None = None
    timestamp: int | str | None = None


class Parameter(Struct, omit_defaults=True):
    """What goes into one placeholder: the member that `type` names.

    The members after `payload` belong to kinds that Waypost passes on without looking into them, hence Any.
    """

    type: str
    parameter_name: str | None = None
    text: str | None = None
    currency: Currency | None = None
    date_time: DateTime | None = None
    image: ImageObject | None = None
    video: VideoObject | None = None
    document: DocumentObject | None = None
    location: Place | None = None
    payload: str | None = None
    coupon_code: str | None = None
    action: Any = None
    product: Any = None
    limited_time_offer: Any = None
    order_details: Any = None

    def __post_init__(self) -> None:
        """Accept any case of the type's name."""
        self.type = self.type.lower()

    def medium(self) -> MediaObject | None:
        """Return the file of a media header."""
        named = getattr(self, self.type, None)
        return named if isinstance(named, MediaObject) else None


class Component(Struct, omit_defaults=True):
    """One part of the template that takes parameters; `cards` belong to a carousel and are passed on as they are."""

    type: str
    sub_type: str | None = None
    index: int | str | None = None
    parameters: list[Parameter] | None = None
    cards: Any = None  # Any: not looked into yet

    def __post_init__(self) -> None:
        """Accept any case of the names, and the index as a number."""
        self.type = self.type.lower()
        if self.sub_type is not None:
            self.sub_type = self.sub_type.lower()
        if self.index is not None:
            self.index = str(self.index)


class Template(PlainContent, omit_defaults=True):
    """The template's name and language, and the components that have parameters. `namespace` is dropped."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_CHARACTERS)]
    language: Language
    components: list[Component] | None = None

    def media(self) -> Sequence[MediaObject]:
        """Return the files of media headers."""
        return [medium for _, parameter in self._parameters() if (medium := parameter.medium()) is not None]

    def preview(self) -> str:
        """Return the template's name and language."""
        return f"[template] {self.name} ({self.language.code})"

    def fault(self) -> Fault | None:
        """Return the first fault of the components, in order."""
        for number, component in enumerate(self.components or ()):
            if found := _component_fault(number, component):
                return found
        for place, parameter in self._parameters():
            if found := _parameter_fault(place, parameter):
                return found
        return None

    def _parameters(self) -> Iterator[tuple[_Position, Parameter]]:
        for number, component in enumerate(self.components or ()):
            for position, parameter in enumerate(component.parameters or ()):
                yield (number, position), parameter


_COMPONENTS = frozenset({"header", "body", "footer", "button", "carousel", "limited_time_offer"})
_INDEXES = frozenset("0123456789")
_MEMBERS = frozenset(Parameter.__struct_fields__) - {"type", "parameter_name"}


def _component_fault(number: int, component: Component) -> Fault | None:
    if component.type in _COMPONENTS and component.type != "button":
        return None
    where = f"template.components[{number}]"
    if component.type != "button":
        return Fault(
            INVALID_VALUE,
            f"Parameter '{where}.type' is {component.type[:40]!r}; it must be one of {', '.join(sorted(_COMPONENTS))}.",
        )
    if component.sub_type is None:
        return Fault(MISSING_PARAMETER, f"Parameter '{where}.sub_type' is mandatory for a button.")
    if component.index is None:
        return Fault(MISSING_PARAMETER, f"Parameter '{where}.index' is mandatory for a button.")
    if component.index not in _INDEXES:
        return Fault(INVALID_VALUE, f"Parameter '{where}.index' is '{component.index!s:.40}'; it must be from 0 to 9.")
    return None


def _parameter_fault(position: _Position, parameter: Parameter) -> Fault | None:
    if parameter.type in _MEMBERS and getattr(parameter, parameter.type) is not None:
        return _object_fault(position, parameter)
    where = _path(position)
    if parameter.type not in _MEMBERS:
        return Fault(
            INVALID_VALUE,
            f"Parameter '{where}.type' is {parameter.type[:40]!r}; it must be one of {', '.join(sorted(_MEMBERS))}.",
        )
    return Fault(MISSING_PARAMETER, f"Parameter '{where}.{parameter.type}' is mandatory for type '{parameter.type}'")


def _object_fault(position: _Position, parameter: Parameter) -> Fault | None:
    if (medium := parameter.medium()) is not None:
        return source_fault(f"{_path(position)}.{medium.kind}", medium)
    if parameter.location is not None:
        return place_fault(f"{_path(position)}.location", parameter.location)
    return None


def _path(position: _Position) -> str:
    return "template.components[{}].parameters[{}]".format(*position)


TYPE = message_type("template", Template, quoting="dropped")  # spec: cloud-api.md#2.1
