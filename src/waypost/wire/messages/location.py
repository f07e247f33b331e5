"""Location messages: a point on the map, with a name and an address if you like.

# spec: cloud-api.md#3.3, on-premises-api.md#3.5
"""

from waypost.errors import Fault
from waypost.wire.messages.base import PlainContent, message_type
from waypost.wire.parts import Place, place_fault


class Location(Place, PlainContent):
    """The point; in the canonical body its coordinates are numbers."""

    def preview(self) -> str:
        """Return the name, or the coordinates where there is none."""
        return f"[location] {self.name or f'{self.latitude}, {self.longitude}'}"

    def fault(self) -> Fault | None:
        """Return a fault unless both coordinates are numbers of degrees within range."""
        return place_fault("location", self)


TYPE = message_type("location", Location)
