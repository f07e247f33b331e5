"""What the parts at which a message can be lost are made by."""

from collections.abc import Callable

from msgspec import Struct

from waypost.flows.clearance import Clearance
from waypost.flows.deliver import Deliver
from waypost.flows.notify import Notify
from waypost.flows.receive import Recent
from waypost.upstreams.simulated.network import Network


class Makers(Struct, frozen=True):
    """The classes of some parts; who plays the server's life against chance has others in their places."""

    recent: Callable[[], Recent] = Recent
    network: Callable[..., Network] = Network
    clearance: Callable[..., Clearance] = Clearance
    deliver: Callable[..., Deliver] = Deliver
    notify: Callable[..., Notify] = Notify


USUAL = Makers()
"""The server's own."""
