"""Group commit: collects the operations of all callers and writes them together, one transaction per flush.

The event loop submits operations and one thread of our own writes them. While a flush is being written the next one
gathers, so that a slow disk makes flushes larger and never the queue of flushes longer. Knows nothing of SQL: an
operation belongs to a `Kind`, which writes a list of items at once inside the transaction.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Protocol

from msgspec import Struct

from waypost.ports import StoreBusy, StoreDown, Written

LAZY_SECONDS = 0.003
"""How long an operation that nobody hurries waits for company."""
MAX_OPERATIONS = 20_000
"""How many operations may wait before `StoreBusy`."""


class Verdict(Enum):
    """What an error in a transaction means."""

    ROW = "row"
    """One operation's own fault: the others go on without it."""
    NO_SPACE = "no space"
    DOWN = "down"
    """Nothing can be written now; later it may."""
    FATAL = "fatal"
    """What is on disk is no longer known: the process must end."""


class Database(Protocol):
    """One write connection. Every method is called in the writer thread only."""

    def begin(self) -> None:
        """Start a transaction."""
        ...

    def commit(self) -> None:
        """Make it durable; on return it survives a power cut."""
        ...

    def rollback(self) -> None:
        """Undo it; must not raise, and may be called when none is open."""
        ...

    def savepoint(self) -> None:
        """Mark a point inside the transaction."""
        ...

    def release(self) -> None:
        """Keep what was done since the savepoint."""
        ...

    def undo(self) -> None:
        """Undo what was done since the savepoint."""
        ...

    def upkeep(self) -> None:
        """Do what is due between two transactions; called after the flush was acknowledged.

        A fatal error ends the process, any other is forgotten: the next flush meets it again.
        """
        ...

    def judge(self, error: Exception) -> Verdict:
        """Say what an error means."""
        ...

    def close(self) -> None:
        """Close; nothing is called afterwards."""
        ...


class Kind(Struct, frozen=True, eq=False):
    """A kind of operation and how it is written. Items and results are `Any`: each kind has types of its own."""

    name: str
    write: Callable[[list[Any]], Sequence[Any]]
    """Writes the items in order and returns one result for each."""
    lazy: bool = False
    """Waits for company."""
    repeats: bool = False
    """One call may hold several items about the same key."""
    landed: Callable[[Any, Any], None] | None = None
    """Called on the event loop with item and result once they are durable, whether or not anybody waits for them."""


class Operation:
    """One submitted operation and the future of the one who waits for it."""

    __slots__ = ("error", "future", "item", "keys", "kind", "result")

    def __init__(self, kind: Kind, keys: tuple[int, ...] | None, item: Any, future: asyncio.Future[Any]) -> None:
        self.kind = kind
        self.keys = keys
        self.item = item
        self.future = future
        self.result: Any = None
        self.error: Exception | None = None


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
        database: Database,
        *,
        on_fatal: Callable[[Exception], None],
        max_operations: int = MAX_OPERATIONS,
        lazy_seconds: float = LAZY_SECONDS,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._gathering: list[Operation] = []
        self._hurried = False
        self._starting: asyncio.Handle | None = None
        self._in_flight = 0
        self._submitted = 0
        self._began = 0.0
        self._written = Written()
        self._landing: asyncio.Future[None] = self._loop.create_future()
        self._closed: str | None = None
        self._max_operations = max_operations
        self._lazy_seconds = lazy_seconds
        self._writer = _Writer(database, self._loop, self._landed, on_fatal)

    @property
    def depth(self) -> int:
        """Operations that wait or are being written."""
        return len(self._gathering) + self._in_flight

    @property
    def written(self) -> Written:
        """What was written since the start."""
        return self._written

    def submit(self, kind: Kind, keys: tuple[int, ...] | None, item: Any) -> asyncio.Future[Any]:
        """Queue an operation about `keys` (None: about everything) and return the future of its result.

        The future is done after the commit. Cancelling it does not take the operation back.
        Raises StoreBusy at the bound and StoreDown once closed; then nothing is written.
        """
        if self._closed is not None:
            raise StoreDown(self._closed)
        if self.depth >= self._max_operations:
            raise StoreBusy(f"{self.depth} operations wait to be written; try again shortly")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._gathering.append(Operation(kind, keys, item, future))
        self._submitted += 1
        if not kind.lazy and not self._hurried:
            self._hurried = True
            self._schedule()
        elif self._starting is None and not self._in_flight:
            self._schedule()
        return future

    async def settled(self) -> None:
        """Return when everything submitted before has been written or has failed; lazy operations stop waiting."""
        goal = self._submitted
        while self._written.operations < goal:
            self._hurried = True
            self._schedule()
            await asyncio.shield(self._landing)

    async def close(self) -> None:
        """Refuse new operations, write those that wait, and stop the thread."""
        if self._closed is not None:
            return
        self._closed = "the store is closed"
        await self.settled()
        await self._writer.stop()

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
        operations, self._gathering = self._gathering, []
        self._hurried = False
        self._in_flight = len(operations)
        self._began = self._loop.time()
        self._writer.put(operations)

    def _landed(self, operations: list[Operation]) -> None:
        self._in_flight = 0
        self._count(operations)
        landing, self._landing = self._landing, self._loop.create_future()
        landing.set_result(None)
        for operation in operations:
            if operation.kind.landed is not None and operation.error is None:
                # Not called here: its errors are its own, and it still comes before anybody who waits wakes up.
                self._loop.call_soon(operation.kind.landed, operation.item, operation.result)
            _resolve(operation)
        # Whoever wakes up now often has the next operation at hand: the next flush waits for them.
        self._loop.call_soon(self._schedule)

    def _count(self, operations: list[Operation]) -> None:
        written, took_us = self._written, int(1_000_000 * (self._loop.time() - self._began))
        written.operations += len(operations)
        if isinstance(operations[0].error, StoreDown):
            written.failures += 1
            written.failure_us += took_us
        else:
            written.flushes += 1
            written.flush_us += took_us


def _resolve(operation: Operation) -> None:
    future = operation.future
    if future.done():  # its waiter was cancelled; what it asked for is written nevertheless
        return
    if operation.error is not None:
        future.set_exception(operation.error)
        return
    future.set_result(operation.result)


class _Writer:
    """The thread that owns the write connection."""

    def __init__(
        self,
        database: Database,
        loop: asyncio.AbstractEventLoop,
        landed: Callable[[list[Operation]], None],
        on_fatal: Callable[[Exception], None],
    ) -> None:
        self._database = database
        self._loop = loop
        self._landed = landed
        self._on_fatal = on_fatal
        self._fatal: Exception | None = None
        self._stopped = asyncio.Event()
        self._flushes: queue.SimpleQueue[list[Operation] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, operations: list[Operation]) -> None:
        """Hand over a flush."""
        self._flushes.put(operations)

    async def stop(self) -> None:
        """End the thread once it has written what it was given, and close the connection."""
        self._flushes.put(None)
        await self._stopped.wait()
        self._thread.join()

    def _run(self) -> None:
        while (operations := self._flushes.get()) is not None:
            self._flush(operations)
            self._tell(self._landed, operations)
            self._tend()
        with contextlib.suppress(Exception):  # everything is committed; the next start finishes what is left
            self._database.close()
        self._tell(self._stopped.set)

    def _tend(self) -> None:
        if self._fatal is not None:
            return
        try:
            self._database.upkeep()
        except Exception as error:  # noqa: BLE001 - as in _attempt
            if self._database.judge(error) is Verdict.FATAL:
                self._die(error)

    def _die(self, error: Exception) -> None:
        self._fatal = error
        self._on_fatal(error)

    def _tell(self, callback: Callable[..., object], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed under us: nobody waits any more
            self._loop.call_soon_threadsafe(callback, *args)

    def _flush(self, operations: list[Operation]) -> None:
        if self._fatal is not None:
            _fail(operations, f"the store failed before: {self._fatal}", no_space=False)
            return
        error = self._attempt(operations, self._together)
        if error is not None and self._database.judge(error) is Verdict.ROW:
            error = self._attempt(operations, self._one_by_one)
        if error is not None:
            self._give_up(operations, error)

    def _attempt(self, operations: list[Operation], write: Callable[[list[Operation]], None]) -> Exception | None:
        try:
            self._database.begin()
            write(operations)
            self._database.commit()
        except Exception as error:  # noqa: BLE001 - the thread outlives every error; the waiting futures get it
            self._database.rollback()
            return error
        return None

    def _together(self, operations: list[Operation]) -> None:
        for group in plan(operations):
            results = group.kind.write([operation.item for operation in group.operations])
            for operation, result in zip(group.operations, results, strict=True):
                operation.result = result

    def _one_by_one(self, operations: list[Operation]) -> None:
        """Write each operation in a savepoint of its own, so that a bad row fails alone."""
        for operation in operations:
            self._database.savepoint()
            try:
                (operation.result,) = operation.kind.write([operation.item])
            except Exception as error:
                if self._database.judge(error) is not Verdict.ROW:
                    raise
                operation.error = error
                self._database.undo()
            else:
                self._database.release()

    def _give_up(self, operations: list[Operation], error: Exception) -> None:
        """Acknowledge nothing; after a fatal error nothing is ever written again."""
        verdict = self._database.judge(error)
        _fail(operations, f"the database cannot be written: {error}", no_space=verdict is Verdict.NO_SPACE)
        if verdict is Verdict.FATAL:
            self._die(error)


def _fail(operations: list[Operation], why: str, *, no_space: bool) -> None:
    for operation in operations:
        operation.error = StoreDown(why, no_space=no_space)
