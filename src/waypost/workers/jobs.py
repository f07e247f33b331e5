"""What the lanes know of a job: some functions of it, how it is read from the database, and how many there may be."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

Job = TypeVar("Job")


class Traits(Struct, Generic[Job], frozen=True):
    """What the lanes need to know about a job, as functions of it."""

    key: Callable[[Job], int]
    lane: Callable[[Job], Hashable]
    group: Callable[[Job], Hashable]
    due_ms: Callable[[Job], int]


def _is_ours(group: Hashable) -> bool:
    """Say yes: a process that is alone works every group."""
    _ = group
    return True


Page = Sequence[tuple[int, Hashable]]
"""Waiting jobs in order: their keys and groups. The group None is for a job that is not for these lanes."""
Look = Callable[..., Awaitable[Page]]
"""Returns the next jobs above a key, no more than so many."""


class Source(Struct, Generic[Job], frozen=True):
    """The database, as the lanes read it."""

    look: Look
    load: Callable[[Sequence[int]], Awaitable[Sequence[Job]]]
    """Returns those of the keys that wait, in order."""
    owns: Callable[[Hashable], bool] = _is_ours
    """Says whether this process works the jobs of a group."""
    new: Callable[[], AsyncIterator[Page]] | None = None
    """Returns what others have stored since the last time; it may return other jobs too. None: nobody else does."""


class Bounds(Struct, frozen=True):
    """How many jobs of a group may be worked at once (0 while it is paused), and how many may be in memory."""

    active: Callable[[Hashable], int]
    held: int = 20_000
    held_in_all: int = sys.maxsize
    """With so many in memory every group is full; each may yet hold what is its own."""
    page: int = 500
    """Rows looked at in one go: a few milliseconds of the loop, then others have their turn."""
