"""The whole store: every port of one database."""

from typing import Protocol

from waypost.ports.cluster import Cluster
from waypost.ports.documents import Documents
from waypost.ports.holds import Holds
from waypost.ports.housekeeping import Housekeeping
from waypost.ports.lists import Lists
from waypost.ports.load import Written
from waypost.ports.messages import Store
from waypost.ports.network import NetworkStore
from waypost.ports.records import Records
from waypost.ports.snapshots import Snapshots


class FullStore(Store, Holds, Records, Documents, Housekeeping, NetworkStore, Snapshots, Lists, Protocol):
    """One database behind all eight ports."""

    @property
    def cluster(self) -> Cluster | None:
        """The processes that share the database; None: this one has it alone."""
        ...

    @property
    def depth(self) -> int:
        """Operations that wait or are being written."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written just now; None if it can, as far as is known."""
        ...

    @property
    def written(self) -> Written:
        """What was written since the start."""
        ...

    @property
    def sealed_anew(self) -> int:
        """How many secrets came under the newest key when the store was opened; every one of them could be read."""
        ...

    async def close(self) -> None:
        """Write what waits and let the database go."""
        ...
