"""Test a program against a server of its own: a fixture for pytest, and the same for tests without it.

The server never imports this package; it talks to one as any program does.
"""

from waypost.lib.control_client import ControlError
from waypost.testing.bots import serving
from waypost.testing.control import Control
from waypost.testing.events import Call, Event
from waypost.testing.messages import Button, Contact, Location, Media, Message, Row, Written
from waypost.testing.phone import Phone
from waypost.testing.process import Access, NotStartedError, ServerProcess
from waypost.testing.refusals import Refusal
from waypost.testing.server import Snapshot, Waypost, running
from waypost.testing.webhooks import Webhooks
from waypost.testing.world import Clock, Rules

__all__ = [
    "Access",
    "Button",
    "Call",
    "Clock",
    "Contact",
    "Control",
    "ControlError",
    "Event",
    "Location",
    "Media",
    "Message",
    "NotStartedError",
    "Phone",
    "Refusal",
    "Row",
    "Rules",
    "ServerProcess",
    "Snapshot",
    "Waypost",
    "Webhooks",
    "Written",
    "running",
    "serving",
]
