"""Group commit: collects the operations of all callers and writes them together, one transaction per flush.

The event loop submits operations and a writer writes them: a thread of our own, or a session with a database server.
While a flush is being written the next one gathers, so that a slow disk makes flushes larger and never the queue of
flushes longer. Knows nothing of SQL: an operation belongs to a `Kind`, which writes a list of items at once inside the
transaction.
"""

import asyncio
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, Protocol

from msgspec import Struct

from waypost.ports import StoreBusy, StoreDown, Written

LAZY_SECONDS = 0.003
"""How long a lazy operation waits for others to be written with it."""
MAX_OPERATIONS = 20_000
"""How many operations may wait before `StoreBusy`."""
_WOKEN_IN_A_TURN = 64
"""How many waiters of a flush are woken in one turn of the event loop: everybody else waits while they go on."""


class Verdict(Enum):
    """What an error in a transaction means."""

    ROW = "row"
    """One operation's own fault: the others go on without it."""
    NO_SPACE = "no space"
    DOWN = "down"
    """Nothing can be written now; later it may."""
    FATAL = "fatal"
    """What is on disk is no longer known: the process must end."""


class Writer(Protocol):
    """What writes the flushes, one at a time, and how the queue hears of it. Used on the event loop."""

    def start(self, landed: "Landed", refuse: "Refuse") -> None:
        """Get ready; called once, before the first flush.

        `landed` is called on the loop when a flush has been written or has failed. `refuse` tells why nothing can be
        written for now, or (None) that it can be again; meanwhile operations fail at once instead of waiting.
        """
        ...

    def put(self, operations: "list[Operation]") -> None:
        """Take a flush; each operation gets its result or its error."""
        ...

    async def stop(self) -> None:
        """End once what was put has been written, and let the database go."""
        ...


class Kind(Struct, frozen=True, eq=False):
    """A kind of operation and how it is written. Items and results are `Any`: each kind has types of its own."""

    name: str
    write: Callable[..., Any]
    """Writes a list of items in order and returns one result for each, in the form that its writer calls."""
    lazy: bool = False
    """Waits for company."""
    repeats: bool = False
    """One call may hold several items about the same key."""
    landed: Callable[[Any, Any], None] | None = None
    """Called on the event loop with item and result once they are durable, whether or not anybody waits for them; not
    with a result that says that nothing came of it (False, an empty list)."""


class Operation(Struct, eq=False):
    """One submitted operation and the future of the one who waits for it."""

    kind: Kind
    keys: tuple[int, ...] | None
    item: Any
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Group(Struct):
    """Operations of one kind that are written by one call."""

    kind: Kind
    operations: list[Operation]


def plan(operations: Iterable[Operation]) -> list[Group]:
    """Gather operations by kind so that none overtakes an earlier one about the same key.

    An operation joins the latest group of its kind unless one of its keys is in a later group (or in that very group,
    for kinds that do not repeat). Keys of None mean every key: such an operation keeps its place exactly.
    """
    groups: list[Group] = []
    latest: dict[Kind, int] = {}
    last_of_key: dict[int, int] = {}
    for operation in operations:
        keys, kind = operation.keys, operation.kind
        place = latest.get(kind, -1)
        if keys is None or place < 0 or not _may_join(place, keys, last_of_key, repeats=kind.repeats):
            place = latest[kind] = len(groups)
            groups.append(Group(kind, [operation]))
        else:
            groups[place].operations.append(operation)
        if keys is None:
            latest.clear()
            continue
        for key in keys:
            last_of_key[key] = place
    return groups


def _may_join(place: int, keys: tuple[int, ...], last_of_key: dict[int, int], *, repeats: bool) -> bool:
    for key in keys:
        after = last_of_key.get(key, -1)
        if after > place or (after == place and not repeats):
            return False
    return True


class GroupCommit:
    """The queue of operations, on the event loop's side. Made, used and closed on one loop."""

    def __init__(
        self,
        writer: Writer,
        *,
        max_operations: int = MAX_OPERATIONS,
        lazy_seconds: float = LAZY_SECONDS,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._gathering: list[Operation] = []
        self._hurried = False
        self._starting: asyncio.Handle | None = None
        self._in_flight = 0
        self._ended = 0
        self._began = 0.0
        self._written = Written()
        self._landing: asyncio.Future[None] = self._loop.create_future()
        self._closed = False
        self._refusal: str | None = None
        self._max_operations = max_operations
        self._lazy_seconds = lazy_seconds
        self._writer = writer
        self.on_landed: Landed | None = None
        """Is told of every flush that was written or has failed; None costs nothing."""
        writer.start(self._landed, self._refuse)

    @property
    def depth(self) -> int:
        """Operations that wait or are being written."""
        return len(self._gathering) + self._in_flight

    @property
    def written(self) -> Written:
        """What was written since the start."""
        return self._written

    @property
    def refusal(self) -> str | None:
        """Why nothing is taken just now."""
        return self._refusal

    def submit(self, kind: Kind, keys: tuple[int, ...] | None, item: Any) -> asyncio.Future[Any]:
        """Queue an operation about `keys` (None: about everything) and return the future of its result.

        The future is done after the commit. Cancelling it does not take the operation back.
        Raises StoreBusy at the bound, and StoreDown once closed or while the database is away; then nothing is written.
        """
        if self._refusal is not None:
            raise StoreDown(self._refusal)
        if len(self._gathering) + self._in_flight >= self._max_operations:
            raise StoreBusy(f"{self.depth} operations wait to be written; try again shortly")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._gathering.append(Operation(kind, keys, item, future))
        if not kind.lazy and not self._hurried:
            self._hurried = True
            self._schedule()
        elif self._starting is None and not self._in_flight:
            self._schedule()
        return future

    async def settled(self) -> None:
        """Return when everything submitted before has been written or has failed; lazy operations stop waiting."""
        goal = self._ended + self.depth
        while self._ended < goal:
            self._hurried = True
            self._schedule()
            await asyncio.shield(self._landing)

    async def close(self) -> None:
        """Refuse new operations, write those that wait, and stop the writer."""
        if self._closed:
            return
        self._closed, self._refusal = True, "the store is closed"
        await self.settled()
        await self._writer.stop()

    def _refuse(self, why: str | None) -> None:
        """Take nothing more, and let go of what has not been begun; or (None) take operations again."""
        if not self._closed:
            self._refusal = why
        if why is not None:
            waiting, self._gathering = self._gathering, []
            fail(waiting, why)
            self._settle(waiting)

    def _schedule(self) -> None:
        """Start a flush: at the end of this turn of the loop if anybody hurries, else a moment later."""
        if self._in_flight or not self._gathering:
            return
        if self._starting is not None:
            self._starting.cancel()
        if self._hurried:
            self._starting = self._loop.call_soon(self._start)
        else:
            self._starting = self._loop.call_later(self._lazy_seconds, self._start)

    def _start(self) -> None:
        self._starting = None
        if not self._gathering:  # all of it was refused meanwhile
            return
        operations, self._gathering = self._gathering, []
        self._hurried = False
        self._in_flight = len(operations)
        self._began = self._loop.time()
        self._writer.put(operations)

    def _landed(self, operations: list[Operation]) -> None:
        self._count(operations)
        self._wake(operations, 0)

    def _wake(self, operations: list[Operation], woken: int) -> None:
        """Tell those who wait for a flush what came of it, some in each turn of the loop."""
        some = operations[woken : woken + _WOKEN_IN_A_TURN]
        self._in_flight -= len(some)
        self._settle(some)
        if self._in_flight:
            self._loop.call_soon(self._wake, operations, woken + len(some))
            return
        if self.on_landed is not None:
            self._loop.call_soon(self.on_landed, operations)
        # Whoever wakes up now often has the next operation at hand: the next flush waits for them.
        self._loop.call_soon(self._schedule)

    def _settle(self, operations: list[Operation]) -> None:
        self._ended += len(operations)
        landing, self._landing = self._landing, self._loop.create_future()
        landing.set_result(None)
        for operation in operations:
            if operation.kind.landed is not None and operation.error is None and operation.result:
                # Not called here: its errors are its own, and it still comes before anybody who waits wakes up.
                self._loop.call_soon(operation.kind.landed, operation.item, operation.result)
            future = operation.future
            if future.done():  # its waiter was cancelled; what it asked for is written nevertheless
                continue
            if operation.error is None:
                future.set_result(operation.result)
            else:
                future.set_exception(operation.error)

    def _count(self, operations: list[Operation]) -> None:
        written, took_us = self._written, int(1_000_000 * (self._loop.time() - self._began))
        written.operations += len(operations)
        if isinstance(operations[0].error, StoreDown):
            written.failures += 1
            written.failure_us += took_us
        else:
            written.flushes += 1
            written.flush_us += took_us


def fail(operations: list[Operation], why: str, *, no_space: bool = False) -> None:
    """Let operations fail because the database cannot be written."""
    for operation in operations:
        operation.error = StoreDown(why, no_space=no_space)


Landed = Callable[[list[Operation]], None]
Refuse = Callable[[str | None], None]
