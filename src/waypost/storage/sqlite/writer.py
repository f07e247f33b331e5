"""The writer of an embedded database: a thread that owns the one connection that writes."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from waypost.storage.commit import Landed, Operation, Refuse, Verdict, fail, plan


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


class ThreadWriter:
    """The thread that owns the write connection. `on_fatal` is called in it, and must end the process."""

    def __init__(self, database: Database, *, on_fatal: Callable[[Exception], None]) -> None:
        self._database = database
        self._on_fatal = on_fatal
        self._fatal: Exception | None = None
        self._stopped = asyncio.Event()
        self._flushes: queue.SimpleQueue[list[Operation] | None] = queue.SimpleQueue()

    def start(self, landed: Landed, refuse: Refuse) -> None:
        """Start the thread. It refuses nothing: a full disk is met again by every flush."""
        _ = refuse
        self._landed = landed
        self._loop = asyncio.get_running_loop()
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
            fail(operations, f"the store failed before: {self._fatal}")
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
        fail(operations, f"the database cannot be written: {error}", no_space=verdict is Verdict.NO_SPACE)
        if verdict is Verdict.FATAL:
            self._die(error)
