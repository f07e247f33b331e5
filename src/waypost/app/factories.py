"""Factories: which classes some parts are made from; the simulation replaces one by a class with a planted bug."""

from collections.abc import Callable

from msgspec import Struct

from waypost.flows.clearance import Clearance
from waypost.flows.deliver import Deliver
from waypost.flows.notify import Notify
from waypost.flows.recent import Recent
from waypost.upstreams.simulated.network import Network


class Factories(Struct, frozen=True):
    """The classes of those parts at which a message can be lost.

    The simulation replaces one by a class with a planted bug, to show that it would find that bug.
    """

    recent: Callable[[], Recent] = Recent
    network: Callable[..., Network] = Network
    clearance: Callable[..., Clearance] = Clearance
    deliver: Callable[..., Deliver] = Deliver
    notify: Callable[..., Notify] = Notify


DEFAULT = Factories()
"""The server's own."""
