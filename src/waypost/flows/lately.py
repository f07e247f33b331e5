"""Lately: when something happened lately, kept in memory, or together with other processes if there are any."""

from collections.abc import Callable
from typing import TypeVar

from waypost.flows.together import Together
from waypost.ports import Subject

Told = TypeVar("Told")
Rule = Callable[[list[int], int], Told]
"""Is given the moments of a subject, the oldest first, and the time, both in milliseconds; it may change the first."""

_MAX_SUBJECTS = 10_000


class Lately:
    """Moments by subject. Of too many subjects in memory, the one that was changed longest ago is forgotten.

    What is kept together is forgotten when it has not changed for an hour.
    """

    def __init__(self, now_ms: Callable[[], int], together: Together | None = None) -> None:
        """`now_ms` is the time when there is nobody else."""
        self._now_ms = now_ms
        self._together = together
        self._moments: dict[Subject, list[int]] = {}

    def forget(self) -> None:
        """Forget what is in memory."""
        self._moments.clear()

    async def look(self, subject: Subject, rule: Rule[Told]) -> Told:
        """Return what a rule makes of the moments, which it must leave as they are. Raises StoreDown."""
        together = self._together
        if together is None:
            return rule(self._moments.get(subject, []), self._now_ms())
        moments, common_ms = await together.moments.read(subject)
        return rule(moments, together.time_ms(common_ms))

    async def change(self, subject: Subject, rule: Rule[Told]) -> Told:
        """Return what a rule makes of the moments, which nobody else changes meanwhile. Raises StoreDown."""
        together = self._together
        if together is None:
            return self._change(subject, rule)
        told: Told = await together.moments.count(
            subject, lambda moments, common_ms: rule(moments, together.time_ms(common_ms))
        )
        return told

    def _change(self, subject: Subject, rule: Rule[Told]) -> Told:
        moments = self._moments.pop(subject, [])  # taken out and put back: the oldest stay in front
        told = rule(moments, self._now_ms())
        if len(self._moments) >= _MAX_SUBJECTS:
            del self._moments[next(iter(self._moments))]
        self._moments[subject] = moments
        return told
