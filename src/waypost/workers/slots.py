"""Slots: how many lanes of a group may be at work at once, and what happens to one that is released early."""

from collections.abc import Callable

from msgspec import Struct

# Jobs of a group that may be worked at once, including those that have released their slot. It bounds how much a crash
# may repeat, and keeps webhooks from taking the whole event loop when many sends come.
_AT_ONCE = 64

ReleaseSlot = Callable[[], None]
"""Gives up a job's slot early, when the rest of its work needs nothing that slots protect.

A webhook does so once it has the answer: the receiver can take the next request while we write the answer down.
"""


class Slot(Struct):
    """The slot of a lane at work. It may be released before a job is done; then it is taken again for the next job."""

    is_held: bool = True


class Slots:
    """The slots of a group."""

    def __init__(self, most: Callable[[], int]) -> None:
        """`most` tells how many there are: 0 while the group rests."""
        self._most = most
        self.taken = 0
        self._without_slot = 0

    @property
    def has_free(self) -> bool:
        """Whether another lane may begin."""
        most = self._most()
        return self.taken < most and self.taken + self._without_slot < max(most, _AT_ONCE)

    def take(self) -> Slot | None:
        """Return a slot, if there is one."""
        if not self.has_free:
            return None
        self.taken += 1
        return Slot()

    def release_early(self, slot: Slot) -> None:
        """Give up the slot of a job that is not done yet."""
        if slot.is_held:
            self.release(slot)
            self._without_slot += 1

    def job_ended(self, slot: Slot) -> None:
        """Note that the job is done for which a slot was taken."""
        self._without_slot -= not slot.is_held

    def keep(self, slot: Slot) -> bool:
        """Return whether a lane may do its next job: slots may have become fewer, and a released one is taken anew.

        Where none is free the lane waits among the ready ones, to which those that have a slot hand it on.
        """
        if slot.is_held:
            return self.taken <= self._most()
        if self.has_free:
            self.taken += 1
            slot.is_held = True
        return slot.is_held

    def release(self, slot: Slot) -> None:
        """Free a slot, if it is still held."""
        self.taken -= slot.is_held
        slot.is_held = False
