"""Pieces that several message types share: media objects, their provider, a place."""

import re
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE, NO_SOURCE, TWO_SOURCES, UNEXPECTED_PARAMETER

MAX_CAPTION_CHARACTERS = 1024
MAX_FILENAME_CHARACTERS = 240

Caption = Annotated[str, Meta(max_length=MAX_CAPTION_CHARACTERS)]
Filename = Annotated[str, Meta(max_length=MAX_FILENAME_CHARACTERS)]
_NotEmpty = Annotated[str, Meta(min_length=1)]

# Numbers as programs print them: `.5`, `1e-05`, twenty decimals.
_DECIMAL = re.compile(r"\s*[+-]?([0-9]{1,20}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?\s*")


class ProviderRef(Struct, omit_defaults=True):
    """Names the stored credentials for a link.

    # spec: on-premises-api.md#3.4
    """

    name: _NotEmpty


class MediaObject(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What every media object has, whichever type it belongs to: one file, by id or by link.

    `provider` is a word of the On-Premises dialect; the Cloud parser refuses it. `kind` is the member that holds it.

    # spec: cloud-api.md#3, on-premises-api.md#3.4
    """

    kind: ClassVar[str] = "media"

    id: _NotEmpty | None = None
    link: _NotEmpty | None = None
    provider: ProviderRef | None = None

    def limits(self) -> str:
        """Return which limits apply to the file: an entry of the table of media, mostly that of its kind."""
        return self.kind


class ImageObject(MediaObject):
    """An image, and the line of text under it."""

    kind: ClassVar[str] = "image"

    caption: Caption | None = None


class VideoObject(MediaObject):
    """A video, and the line of text under it."""

    kind: ClassVar[str] = "video"

    caption: Caption | None = None


class DocumentObject(MediaObject):
    """A document, the line of text under it, and the file name that the user sees."""

    kind: ClassVar[str] = "document"

    caption: Caption | None = None
    filename: Filename | None = None

    def __post_init__(self) -> None:
        """Take an empty file name for none: pygwan sends one with every document; the reference is silent."""
        self.filename = self.filename or None


def source_fault(where: str, medium: MediaObject) -> Fault | None:
    """Return the fault of a media object that has both or neither of `id` and `link`, or a provider without a link.

    # spec: cloud-api.md#3, on-premises-api.md#3.4
    """
    if (medium.id is None) == (medium.link is None):
        rule = f"Exactly one of {where}.id and {where}.link must be present"
        if medium.id is None:
            return Fault(NO_SOURCE, f"{rule}; both are missing.")
        return Fault(TWO_SOURCES, f"{rule}; both were given.")
    if medium.id is not None and medium.provider is not None:
        return Fault(
            UNEXPECTED_PARAMETER, f"Parameter '{where}.provider' goes with a link; leave it out beside {where}.id."
        )
    return None


class Place(Struct, omit_defaults=True):
    """A point on the map. Coordinates may come as text; they become numbers if they read as such.

    # spec: cloud-api.md#3.3, on-premises-api.md#3.5
    """

    latitude: float | str
    longitude: float | str
    name: str | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        """Turn coordinates given as text into numbers; `place_fault` reports those that cannot be."""
        self.latitude = _number(self.latitude)
        self.longitude = _number(self.longitude)


def place_fault(where: str, place: Place) -> Fault | None:
    """Return the fault of a place whose coordinates are no numbers or not on this planet."""
    for name, value, limit in (("latitude", place.latitude, 90), ("longitude", place.longitude, 180)):
        if isinstance(value, str) or not -limit <= value <= limit:
            return Fault(
                INVALID_VALUE,
                f"Parameter '{where}.{name}' must be a number of degrees from -{limit} to {limit}; "
                f"it is '{value!s:.40}'.",
            )
    return None


def _number(value: float | str) -> float | str:
    if isinstance(value, str):
        return float(value) if _DECIMAL.fullmatch(value) else value
    return value
