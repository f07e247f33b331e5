"""Pieces that several message types share."""

from typing import Protocol

from msgspec import Struct

from waypost.errors import INVALID_PARAMETER, Fault


class ProviderRef(Struct, omit_defaults=True):
    """Names the stored credentials for a link.

    # spec: on-premises-api.md#3.4
    """

    name: str


class MediaObject(Protocol):
    """What every media object has, whichever type it belongs to."""

    id: str | None
    link: str | None
    provider: ProviderRef | None


def one_source(where: str, medium: MediaObject) -> Fault | None:
    """Return the fault of a media object that has both or neither of `id` and `link`.

    # spec: cloud-api.md#3, on-premises-api.md#3.4
    """
    if (medium.id is None) != (medium.link is None):
        return None
    if medium.id is None:
        return Fault(
            INVALID_PARAMETER, f"Exactly one of {where}.id and {where}.link must be present; both are missing."
        )
    return Fault(
        INVALID_PARAMETER,
        f"Exactly one of {where}.id and {where}.link must be present; both were given. "
        "Parameters 'id' and 'link' cannot be used together.",
    )
