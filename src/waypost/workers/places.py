"""Places: how many lanes of a group may be at work at once, and what becomes of a place that is left early."""

from collections.abc import Callable

from msgspec import Struct

# Jobs of a group that may be worked at once, including those that have left their place. It bounds how much a crash may
# repeat, and keeps webhooks from taking the whole event loop when many sends come.
_AT_ONCE = 64

Leave = Callable[[], None]
"""Gives up a job's place early, when the rest of its work needs nothing that places protect.

A webhook does so once it has the answer: the receiver can take the next request while we write the answer down.
"""


class Place(Struct):
    """The place of a lane at work. It may be left before a job is done; then it is taken again for the next job."""

    is_held: bool = True


class Places:
    """The places of a group."""

    def __init__(self, most: Callable[[], int]) -> None:
        """`most` tells how many there are: 0 while the group rests."""
        self._most = most
        self.taken = 0
        self._left = 0  # jobs that go on without theirs

    @property
    def is_one_free(self) -> bool:
        """Whether another lane may begin."""
        most = self._most()
        return self.taken < most and self.taken + self._left < max(most, _AT_ONCE)

    def take(self) -> Place | None:
        """Return a place, if there is one."""
        if not self.is_one_free:
            return None
        self.taken += 1
        return Place()

    def leave(self, place: Place) -> None:
        """Give up the place of a job that is not done yet."""
        if place.is_held:
            self.give_up(place)
            self._left += 1

    def job_ended(self, place: Place) -> None:
        """Note that the job is done for which a place was taken."""
        self._left -= not place.is_held

    def keep(self, place: Place) -> bool:
        """Return whether a lane may do its next job: places may have become fewer, and one that was left is taken anew.

        Where none is free the lane waits among the ready ones, to which those that have a place hand it on.
        """
        if place.is_held:
            return self.taken <= self._most()
        if self.is_one_free:
            self.taken += 1
            place.is_held = True
        return place.is_held

    def give_up(self, place: Place) -> None:
        """Free a place, if it is still held."""
        self.taken -= place.is_held
        place.is_held = False
