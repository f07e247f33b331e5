"""What the processes at one database share, for tests that open several."""

from waypost.ports import Cluster, FullStore


def cluster_of(store: FullStore) -> Cluster:
    """Return what a store shares with those of other processes; it was opened to be shared."""
    assert store.cluster is not None
    return store.cluster
