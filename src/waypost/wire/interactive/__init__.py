"""The kinds of interactive messages: one file each, and the one list that names them.

To add a kind, write its file and add its line to `KINDS`.
"""

from waypost.wire.interactive.address_message import AddressMessage
from waypost.wire.interactive.base import HEADERS, Kind
from waypost.wire.interactive.button import ButtonMessage
from waypost.wire.interactive.call_permission_request import CallPermissionRequest
from waypost.wire.interactive.carousel import CarouselMessage
from waypost.wire.interactive.catalog_message import CatalogMessage
from waypost.wire.interactive.contact_request import ContactRequest, ContactRequestByOrigin
from waypost.wire.interactive.cta_url import CtaUrlMessage
from waypost.wire.interactive.flow import FlowMessage
from waypost.wire.interactive.list_message import ListMessage
from waypost.wire.interactive.location_request_message import LocationRequestMessage
from waypost.wire.interactive.product import ProductMessage
from waypost.wire.interactive.product_list import ProductListMessage
from waypost.wire.interactive.voice_call import VoiceCallMessage

KINDS: tuple[type[Kind], ...] = (
    ButtonMessage,
    ListMessage,
    CtaUrlMessage,
    FlowMessage,
    ProductMessage,
    ProductListMessage,
    CatalogMessage,
    LocationRequestMessage,
    AddressMessage,
    CarouselMessage,
    VoiceCallMessage,
    CallPermissionRequest,
    ContactRequest,
    ContactRequestByOrigin,
)

NAMES: tuple[str, ...] = tuple(str(kind.__struct_config__.tag) for kind in KINDS)
"""What `interactive.type` can be."""

__all__ = ["HEADERS", "KINDS", "NAMES", "Kind"]
