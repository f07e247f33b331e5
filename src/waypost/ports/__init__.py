"""What the flows need from the outside, as Protocols: stores, blobs, the upstream, the other processes.

Every method states its promise: what is durable when it returns, what may be repeated, what it raises.
Every operation that writes may raise `StoreBusy` (the queue of operations is full; nothing was written) or
`StoreDown` (the database cannot be written; nothing was acknowledged).
"""

from waypost.ports.blobs import Blob, BlobLocks, BlobStore, BlobWriter
from waypost.ports.cluster import Arrivals, Cluster, Hints, Moments, Role, Shards, Subject, Survey
from waypost.ports.conditions import StoreBusy, StoreDown, StoreRefused
from waypost.ports.documents import Documents, Replacement
from waypost.ports.holds import Holds
from waypost.ports.housekeeping import Housekeeping, Sweep
from waypost.ports.lists import (
    Changes,
    DeliverySearch,
    EndedDelivery,
    EndedSearch,
    Envelope,
    Lists,
    MessageSearch,
    Page,
    Stretch,
    Tell,
    Window,
)
from waypost.ports.load import Backlog, Waiting, Written
from waypost.ports.messages import Further, InboundRow, StatusRow, Store, Windows
from waypost.ports.network import Carried, NetworkStore
from waypost.ports.records import Records, StoredDelivery, StoredMessage
from waypost.ports.schedule import Schedule
from waypost.ports.snapshots import BadDump, Dump, Snapshots, Table
from waypost.ports.upstream import Announce, Enqueue, Notice, Upstream
from waypost.ports.whole import FullStore

__all__ = [
    "Announce",
    "Arrivals",
    "Backlog",
    "BadDump",
    "Blob",
    "BlobLocks",
    "BlobStore",
    "BlobWriter",
    "Carried",
    "Changes",
    "Cluster",
    "DeliverySearch",
    "Documents",
    "Dump",
    "EndedDelivery",
    "EndedSearch",
    "Enqueue",
    "Envelope",
    "FullStore",
    "Further",
    "Hints",
    "Holds",
    "Housekeeping",
    "InboundRow",
    "Lists",
    "MessageSearch",
    "Moments",
    "NetworkStore",
    "Notice",
    "Page",
    "Records",
    "Replacement",
    "Role",
    "Schedule",
    "Shards",
    "Snapshots",
    "StatusRow",
    "Store",
    "StoreBusy",
    "StoreDown",
    "StoreRefused",
    "StoredDelivery",
    "StoredMessage",
    "Stretch",
    "Subject",
    "Survey",
    "Sweep",
    "Table",
    "Tell",
    "Upstream",
    "Waiting",
    "Window",
    "Windows",
    "Written",
]
