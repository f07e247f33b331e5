"""Owned shards: the shards, and so the numbers, that this process works for while several share the work."""

import itertools
from collections.abc import Hashable, Iterable

from waypost.lib.shards import shard_of
from waypost.model import NumberId


class OwnedShards:
    """The shards of this process. Each time one is taken a new epoch begins, told apart from earlier ones."""

    def __init__(self) -> None:
        self._epochs: dict[int, int] = {}
        self._count = itertools.count()

    @property
    def shards(self) -> frozenset[int]:
        """What is ours."""
        return frozenset(self._epochs)

    @property
    def epochs(self) -> frozenset[int]:
        """The epochs of what is ours; no two shards have the same."""
        return frozenset(self._epochs.values())

    def begin(self, shards: Iterable[int]) -> None:
        """Work for these from now on."""
        for shard in shards:
            self._epochs[shard] = next(self._count)

    def end(self, shards: Iterable[int]) -> None:
        """Begin nothing more for these."""
        for shard in shards:
            self._epochs.pop(shard, None)

    def epoch(self, number_id: NumberId) -> int | None:
        """Return the epoch in which a number is ours, another value each time its shard is taken; None if it is not."""
        return self._epochs.get(shard_of(number_id))

    def epoch_of_group(self, group: Hashable) -> int | None:
        """Return that of a group of lanes, which is a number or one of its endpoints; None if it has none."""
        number_id = group[0] if isinstance(group, tuple) else group
        return None if number_id is None else self.epoch(number_id)  # type: ignore[arg-type]  # a group begins with its number

    def owns(self, number_id: NumberId) -> bool:
        """Return whether a number is ours."""
        return self.epoch(number_id) is not None

    def owns_group(self, group: Hashable) -> bool:
        """Return whether a group of lanes is ours."""
        return self.epoch_of_group(group) is not None
