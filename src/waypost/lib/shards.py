"""Shards: the parts into which the numbers of a database are divided among its workers."""

SHARDS = 64
"""How many there are."""
MIXED = 1_000_003
"""A prime, so that ids which have a factor in common are spread as well as others."""


def shard_of(number_id: int) -> int:
    """Return the shard of a number."""
    return number_id % MIXED % SHARDS
