"""New jobs: what has come to wait for this process since it looked last, when other processes store it too."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from waypost.app.owned_shards import OwnedShards
from waypost.workers.jobs import Look, Page

_AT_ONCE = 10_000  # mostly all there is: of two jobs of a lane the second shall not be found without the first


class NewJobs:
    """Finds more each time it is called, never twice at once.

    `look` finds all that waits; `look_since`, which gets a horizon first, what came after that. Each may find jobs of
    others. `horizon` returns where news begin that come from now on.
    """

    def __init__(self, owned: OwnedShards, horizon: Callable[[], Awaitable[int]], look: Look, look_since: Look) -> None:
        self._owned = owned
        self._horizon = horizon
        self._look = look
        self._look_since = look_since
        self._seen_until = 0
        self._seen_of = frozenset[int]()

    async def __call__(self) -> AsyncIterator[Page]:
        """Return what is new; all that waits, if shards were taken since the last time.

        Those that are taken meanwhile are left for the next time: they are to be read from their first row on.
        """
        mine = self._owned.epochs
        horizon = await self._horizon()
        look = partial(self._look_since, self._seen_until) if mine <= self._seen_of else self._look
        after = 0
        while found := await look(after, _AT_ONCE):
            yield [(key, group if self._owned.epoch_of_group(group) in mine else None) for key, group in found]
            if len(found) < _AT_ONCE:
                break
            after = found[-1][0]
        self._seen_until, self._seen_of = horizon, mine
