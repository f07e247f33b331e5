"""Member: this process as one of several that share a database."""

from msgspec import Struct

from waypost.app.following import Following
from waypost.app.owned_shards import OwnedShards
from waypost.ports import Cluster


class Member(Struct, frozen=True):
    """What a process needs beside its store when it is not alone there."""

    cluster: Cluster
    """What is shared with the others."""
    owned: OwnedShards
    """The shards that it works for; in a process that accepts there are none."""
    following: Following
    """How far it knows what the others have changed."""
