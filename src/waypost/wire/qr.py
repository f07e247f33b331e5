"""Links to a chat, with the message that it begins with.

# spec: cloud-api.md#13.8
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

DEFAULT_FIELDS = ("code", "prefilled_message", "deep_link_url")
FIELDS = (*DEFAULT_FIELDS, "qr_image_url", "creation_time")
MAX_CODES = 2_000


class Link(Struct, frozen=True):
    """What is stored of one, under its code."""

    prefilled_message: str
    created: int
    """Unix seconds."""


class LinkRequest(Struct):
    """The body that makes a link, or with `code` changes one."""

    prefilled_message: Annotated[str, Meta(min_length=1, max_length=140)]
    generate_qr_image: Literal["SVG", "PNG", ""] = ""
    code: str = ""


def link_of(code: str) -> str:
    """Return the address that opens the chat."""
    return f"https://wa.me/message/{code}"


def link_object(code: str, link: Link, wanted: Sequence[str], image_url: str) -> dict[str, Any]:
    """Return the wanted members of a link (Any: a JSON object).

    # spec: samples/cloud/mgmt_resp_qr_list.json
    """
    shown = {
        "id": code,
        "code": code,
        "prefilled_message": link.prefilled_message,
        "deep_link_url": link_of(code),
        "qr_image_url": image_url,
        "creation_time": link.created,
    }
    return {name: shown[name] for name in wanted}
