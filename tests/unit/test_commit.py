"""Group commit: order, company, bounds, and what each failure does to whom."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from waypost.ports import StoreBusy, StoreDown
from waypost.storage.commit import GroupCommit, Kind, Landed, Operation, Refuse, Verdict, plan
from waypost.storage.sqlite.writer import ThreadWriter

pytestmark = pytest.mark.anyio


class FullError(Exception):
    """The disk is full."""


class SyncError(Exception):
    """An fsync failed."""


class RowError(Exception):
    """One row is wrong."""


class Shelf:
    """A database that keeps what was committed in a list and fails on demand."""

    def __init__(self) -> None:
        self.committed: list[list[Any]] = []
        self.calls: list[tuple[str, list[Any]]] = []
        self.fail_commit: Exception | None = None
        self.fail_upkeep: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.upkept = 0
        self.closed = False
        self._open: list[Any] = []
        self._mark = 0
        self.eager = Kind("eager", lambda items: self.write("eager", items), repeats=True)
        self.single = Kind("single", lambda items: self.write("single", items))
        self.lazy = Kind("lazy", lambda items: self.write("lazy", items), lazy=True)

    def write(self, kind: str, items: list[Any]) -> list[str]:
        self.calls.append((kind, items))
        self._open += items
        if "bad" in items:
            raise RowError("bad")
        if "full" in items:
            raise FullError("full")
        return [f"{item} written" for item in items]

    def begin(self) -> None:
        self.gate.wait(5)
        self._open = []

    def commit(self) -> None:
        if self.fail_commit is not None:
            raise self.fail_commit
        self.committed.append(self._open)

    def rollback(self) -> None:
        self._open = []

    def savepoint(self) -> None:
        self._mark = len(self._open)

    def release(self) -> None:
        pass

    def undo(self) -> None:
        del self._open[self._mark :]

    def upkeep(self) -> None:
        self.upkept += 1
        if self.fail_upkeep is not None:
            raise self.fail_upkeep

    def judge(self, error: Exception) -> Verdict:
        verdicts = {FullError: Verdict.NO_SPACE, SyncError: Verdict.FATAL, OSError: Verdict.DOWN}
        return verdicts.get(type(error), Verdict.ROW)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def fatal() -> list[Exception]:
    return []


@pytest.fixture
async def commit(anyio_backend: str, shelf: Shelf, fatal: list[Exception]) -> AsyncIterator[GroupCommit]:
    _ = anyio_backend
    queue = GroupCommit(ThreadWriter(shelf, on_fatal=fatal.append), max_operations=4, lazy_seconds=0.02)
    yield queue
    shelf.gate.set()
    await queue.close()


class TestPlan:
    """Which operations share a call; `a1` is kind a about key 1, `b*` kind b about everything."""

    @pytest.mark.parametrize(
        ("submitted", "groups"),
        [
            ("a1 b1 a2 b2", "a12 b12"),
            ("b1 a1 b2", "b12 a1"),
            ("a1 b1 a1", "a1 b1 a1"),
            ("a1 b1 a1 b2", "a1 b12 a1"),
            ("a1 a1", "a1 a1"),
            ("r1 r1", "r11"),
            ("r1 a1 r1", "r1 a1 r1"),
            ("a1 b* a2", "a1 b* a2"),
            ("a1 b* b2 a3", "a1 b* b2 a3"),
            ("a1 a* a2", "a1 a* a2"),
            ("a12 b23 a3", "a12 b23 a3"),
            ("a12 b23 a4", "a124 b23"),
            ("", ""),
        ],
    )
    async def test_no_operation_overtakes_an_earlier_one_about_its_key(self, submitted: str, groups: str) -> None:
        kinds = {name: Kind(name, lambda items: items, repeats=name == "r") for name in "abr"}
        operations = [
            Operation(
                kinds[word[0]],
                None if word[1:] == "*" else tuple(int(key) for key in word[1:]),
                word[1:],
                asyncio.get_running_loop().create_future(),
            )
            for word in submitted.split()
        ]

        planned = plan(operations)

        assert [
            f"{group.kind.name}{''.join(op.item for op in group.operations)}" for group in planned
        ] == groups.split()


class TestCompany:
    async def test_what_is_submitted_in_one_turn_of_the_loop_is_one_transaction(
        self, commit: GroupCommit, shelf: Shelf
    ) -> None:
        results = await asyncio.gather(*(commit.submit(shelf.eager, (key,), f"m{key}") for key in (1, 2, 3)))

        assert results == ["m1 written", "m2 written", "m3 written"]
        assert shelf.committed == [["m1", "m2", "m3"]]

    async def test_what_comes_during_a_flush_shares_the_next_one(self, commit: GroupCommit, shelf: Shelf) -> None:
        shelf.gate.clear()
        first = commit.submit(shelf.eager, (1,), "m1")
        await asyncio.sleep(0)
        others = [commit.submit(shelf.eager, (key,), f"m{key}") for key in (2, 3)]
        shelf.gate.set()

        await asyncio.gather(first, *others)

        assert shelf.committed == [["m1"], ["m2", "m3"]]

    async def test_lazy_operations_wait_for_company(self, commit: GroupCommit, shelf: Shelf) -> None:
        first = commit.submit(shelf.lazy, (1,), "m1")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = commit.submit(shelf.lazy, (2,), "m2")

        await asyncio.gather(first, second)

        assert shelf.committed == [["m1", "m2"]]

    async def test_an_eager_operation_takes_the_lazy_ones_along(self, commit: GroupCommit, shelf: Shelf) -> None:
        lazy = commit.submit(shelf.lazy, (1,), "m1")
        eager = commit.submit(shelf.eager, (2,), "m2")

        await asyncio.gather(lazy, eager)

        assert shelf.committed == [["m1", "m2"]]

    async def test_settled_hurries_the_lazy_ones(self, commit: GroupCommit, shelf: Shelf) -> None:
        lazy = commit.submit(shelf.lazy, (1,), "m1")

        await commit.settled()

        assert lazy.done()
        assert shelf.committed == [["m1"]]


class TestWaiters:
    async def test_a_cancelled_waiter_takes_nobody_with_it_and_its_operation_is_written(
        self, commit: GroupCommit, shelf: Shelf
    ) -> None:
        left = commit.submit(shelf.eager, (1,), "m1")
        stays = commit.submit(shelf.eager, (2,), "m2")

        left.cancel()

        assert await stays == "m2 written"
        assert shelf.committed == [["m1", "m2"]]

    async def test_what_landed_is_told_though_nobody_waits(self, commit: GroupCommit, shelf: Shelf) -> None:
        landed: list[tuple[str, str]] = []
        kind = Kind("told", shelf.eager.write, landed=lambda item, result: landed.append((item, result)))

        commit.submit(kind, (1,), "m1").cancel()
        await commit.settled()

        assert landed == [("m1", "m1 written")]

    async def test_what_came_to_nothing_is_not_told(self, commit: GroupCommit) -> None:
        landed: list[tuple[str, object]] = []
        kind = Kind("told", lambda items: [()] * len(items), landed=lambda item, result: landed.append((item, result)))

        await commit.submit(kind, (1,), "m1")

        assert landed == []

    async def test_over_the_bound_nothing_more_is_taken(self, commit: GroupCommit, shelf: Shelf) -> None:
        shelf.gate.clear()
        taken = [commit.submit(shelf.eager, (key,), f"m{key}") for key in range(4)]

        with pytest.raises(StoreBusy, match="4 operations wait"):
            commit.submit(shelf.eager, (9,), "m9")

        shelf.gate.set()
        await asyncio.gather(*taken)
        assert await commit.submit(shelf.eager, (9,), "m9") == "m9 written"


class TestFailures:
    async def test_a_bad_row_fails_alone(self, commit: GroupCommit, shelf: Shelf) -> None:
        items = ("m1", "bad", "m3")

        results = await asyncio.gather(
            *(commit.submit(shelf.eager, (key,), item) for key, item in enumerate(items)), return_exceptions=True
        )

        assert [str(result) for result in results] == ["m1 written", "bad", "m3 written"]
        assert shelf.committed == [["m1", "m3"]]

    async def test_a_full_disk_acknowledges_nothing_and_is_tried_again_with_the_next(
        self, commit: GroupCommit, shelf: Shelf, fatal: list[Exception]
    ) -> None:
        shelf.fail_commit = FullError("full")
        operations = [commit.submit(shelf.eager, (key,), f"m{key}") for key in (1, 2)]
        failures = await asyncio.gather(*operations, return_exceptions=True)
        shelf.fail_commit = None

        later = await commit.submit(shelf.eager, (3,), "m3")

        assert [(type(f), getattr(f, "no_space", None)) for f in failures] == [(StoreDown, True)] * 2
        assert (later, shelf.committed, fatal) == ("m3 written", [["m3"]], [])

    async def test_space_that_ends_while_a_bad_row_is_sought_acknowledges_nothing(
        self, commit: GroupCommit, shelf: Shelf
    ) -> None:
        items = ("m1", "bad", "full")

        failures = await asyncio.gather(
            *(commit.submit(shelf.single, (key,), item) for key, item in enumerate(items)), return_exceptions=True
        )

        assert [type(failure) for failure in failures] == [StoreDown] * 3
        assert shelf.committed == []

    async def test_another_trouble_is_not_called_a_full_disk(self, commit: GroupCommit, shelf: Shelf) -> None:
        shelf.fail_commit = OSError("read-only")

        with pytest.raises(StoreDown, match="read-only") as caught:
            await commit.submit(shelf.eager, (1,), "m1")

        assert not caught.value.no_space

    async def test_after_a_failed_fsync_nothing_is_ever_acknowledged(
        self, commit: GroupCommit, shelf: Shelf, fatal: list[Exception]
    ) -> None:
        shelf.fail_commit = error = SyncError("fsync")
        with pytest.raises(StoreDown, match="fsync"):
            await commit.submit(shelf.eager, (1,), "m1")
        shelf.fail_commit = None

        with pytest.raises(StoreDown, match="failed before"):
            await commit.submit(shelf.eager, (2,), "m2")

        assert (fatal, shelf.committed) == ([error], [])

    async def test_a_failed_fsync_of_the_upkeep_is_fatal_too(
        self, commit: GroupCommit, shelf: Shelf, fatal: list[Exception]
    ) -> None:
        shelf.fail_upkeep = error = SyncError("fsync")
        await commit.submit(shelf.eager, (1,), "m1")

        with contextlib.suppress(StoreDown):
            await commit.submit(shelf.eager, (2,), "m2")
        await commit.close()

        assert fatal == [error]

    async def test_an_upkeep_that_fails_otherwise_is_tried_again(
        self, commit: GroupCommit, shelf: Shelf, fatal: list[Exception]
    ) -> None:
        shelf.fail_upkeep = FullError("full")
        await commit.submit(shelf.eager, (1,), "m1")
        await commit.submit(shelf.eager, (2,), "m2")
        await commit.close()

        assert (shelf.upkept, fatal) == (2, [])


class TestClosing:
    async def test_closing_writes_what_waits_and_takes_no_more(self, commit: GroupCommit, shelf: Shelf) -> None:
        waiting = commit.submit(shelf.lazy, (1,), "m1")

        await commit.close()

        assert (await waiting, shelf.closed, commit.depth) == ("m1 written", True, 0)
        with pytest.raises(StoreDown, match="closed"):
            commit.submit(shelf.eager, (2,), "m2")

    async def test_closing_twice_is_closing(self, commit: GroupCommit, shelf: Shelf) -> None:
        await commit.close()
        await commit.close()

        assert shelf.closed


async def test_transactions_are_counted_by_their_result(commit: GroupCommit, shelf: Shelf) -> None:
    await asyncio.gather(commit.submit(shelf.eager, (1,), "a"), commit.submit(shelf.eager, (2,), "b"))
    shelf.fail_commit = OSError("gone")
    with pytest.raises(StoreDown):
        await commit.submit(shelf.eager, (3,), "c")

    assert (commit.written.flushes, commit.written.failures, commit.written.operations) == (1, 1, 3)


class Away:
    """A writer whose database goes away and comes back on demand."""

    def __init__(self) -> None:
        self.flushes: list[list[Any]] = []

    def start(self, landed: Landed, refuse: Refuse) -> None:
        self.landed, self.refuse = landed, refuse

    def put(self, operations: list[Operation]) -> None:
        self.flushes.append([operation.item for operation in operations])
        self.landed(operations)

    async def stop(self) -> None:
        pass


@pytest.fixture
def away() -> Away:
    return Away()


@pytest.fixture
async def queue(anyio_backend: str, away: Away) -> GroupCommit:
    _ = anyio_backend
    return GroupCommit(away)


async def test_those_who_wait_for_a_large_flush_do_not_go_on_all_at_once(queue: GroupCommit, away: Away) -> None:
    """Others have their turns in between, and the next flush is for all of them."""
    woken, steps, kind = 0, [], Kind("any", list)

    async def write_twice(key: int) -> None:
        nonlocal woken
        await queue.submit(kind, (key,), f"first {key}")
        woken += 1
        await queue.submit(kind, (key,), f"second {key}")

    async with asyncio.TaskGroup() as tasks:
        for key in range(100):
            tasks.create_task(write_twice(key))
        while woken < 100:
            before = woken
            await asyncio.sleep(0)
            steps.append(woken - before)

    assert 0 < max(steps) <= 64
    assert [len(flush) for flush in away.flushes] == [100, 100]


class TestRefusing:
    async def test_while_the_database_is_away_nothing_is_taken(self, queue: GroupCommit, away: Away) -> None:
        away.refuse("it restarts")

        with pytest.raises(StoreDown, match="it restarts"):
            queue.submit(Kind("any", list), (), "a")

        assert queue.depth == 0

    async def test_what_waits_when_it_goes_fails_and_is_never_written(self, queue: GroupCommit, away: Away) -> None:
        waiting = queue.submit(Kind("any", list), (), "a")

        away.refuse("it restarts")

        with pytest.raises(StoreDown, match="it restarts"):
            await waiting
        await queue.settled()
        assert away.flushes == []

    async def test_once_it_is_back_operations_are_written_again(self, queue: GroupCommit, away: Away) -> None:
        away.refuse("it restarts")
        away.refuse(None)

        await queue.submit(Kind("any", list), (), "a")

        assert away.flushes == [["a"]]

    async def test_closing_a_queue_whose_database_is_away_ends(self, queue: GroupCommit, away: Away) -> None:
        away.refuse("it restarts")

        await queue.close()
        away.refuse(None)

        with pytest.raises(StoreDown, match="the store is closed"):
            queue.submit(Kind("any", list), (), "a")
