"""The n-th write or fsync of the database fails, for every n: what was acknowledged stays, and nobody is lied to."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import apsw
import pytest
from tests.faults.checker import check
from tests.faults.kept import BACKENDS
from tests.faults.ledger import Entry, Mark
from tests.faults.power import nothing, recording
from tests.faults.tier import Tier
from tests.support.store_rows import carried, inbound_row, outbound, status_row

from waypost.model import Status
from waypost.ports import StoreBusy, StoreDown
from waypost.storage.commit import GroupCommit, Kind
from waypost.storage.known_windows import KnownWindows
from waypost.storage.sqlite.engine import Engine
from waypost.storage.sqlite.hot import HotWrites
from waypost.storage.sqlite.writer import ThreadWriter
from waypost.storage.steps import ignore_joined

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LANES = 4
ROUNDS = 4
FAILURES = 3
"""How many calls fail, one after another, before the disk is well again."""

Call = Callable[[], None]
Step = tuple[Kind, int, object, tuple[Entry, ...]]


class Trouble:
    """Lets some calls pass, then a few fail, then all pass; without an error it only counts."""

    def __init__(self, after: int = 0, error: type[apsw.Error] | None = None, code: int = 0) -> None:
        self.calls = 0
        self._after = after
        self._error = error
        self._code = code

    def __call__(self) -> None:
        self.calls += 1
        if self._error is None or not self._after < self.calls <= self._after + FAILURES:
            return
        error = self._error("the disk says no")
        error.extendedresult = self._code  # type: ignore[attr-defined]  # apsw reads it, its stubs hide it
        raise error


@dataclass
class Outcome:
    """What a run came to."""

    ledger: list[Entry] = field(default_factory=list)
    refused: int = 0
    fatal: int = 0
    refused_for_good: int = 0


async def run(folder: Path, *, write: Call = nothing, sync: Call = nothing) -> Outcome:
    """Bring messages on their way over a disk that fails; a fatal error leaves the files as they are then in `left`."""
    folder.mkdir()  # noqa: ASYNC240 - nobody else is here
    outcome = Outcome()
    connection, vfs = recording(folder / "waypost.db", [])
    writes = HotWrites(connection, KnownWindows(), ignore_joined)

    def die(_: Exception) -> None:
        outcome.fatal += 1
        shutil.copytree(folder, folder / "left")

    writer = ThreadWriter(Engine(connection, checkpoint_pages=15), on_fatal=die)
    commit = GroupCommit(writer, lazy_seconds=0.0)
    vfs.before_write, vfs.before_sync = write, sync
    await asyncio.gather(*(_lane(commit, writes, outcome, 1_000 * lane) for lane in range(1, LANES + 1)))
    vfs.before_write = vfs.before_sync = nothing
    if outcome.fatal:  # the real server is gone by now
        late = await asyncio.gather(commit.submit(writes.accept, (1,), outbound(1)), return_exceptions=True)
        outcome.refused_for_good += isinstance(late[0], StoreDown)
    await commit.close()
    return outcome


async def _lane(commit: GroupCommit, writes: HotWrites, outcome: Outcome, first_key: int) -> None:
    for kind, key, item, entries in _steps(writes, first_key):
        while not outcome.fatal:
            try:
                await commit.submit(kind, (key,), item)
            except (StoreDown, StoreBusy):
                outcome.refused += 1
                await asyncio.sleep(0)
                continue
            outcome.ledger.extend(entries)
            break


def _steps(writes: HotWrites, first_key: int) -> Iterator[Step]:
    """Yield what a lane does, and what may be told once each is done."""
    keys = count(first_key)
    for _ in range(ROUNDS):
        message, inbound = outbound(next(keys)), inbound_row(next(keys), next(keys))
        sent = status_row(next(keys), message.key, Status.SENT)
        yield writes.accept, message.key, message, (_ack("accept", message.key),)
        yield writes.take, message.key, carried(message.key), ()
        yield writes.settle_sent, message.key, (message, "up"), (_ack("sent", message.key),)
        yield writes.record_statuses, message.key, [sent], (_ack("status", message.key, sent.event.key),)
        told = _ack("inbound", inbound.message.key, inbound.event.key)
        yield writes.record_inbound, inbound.message.key, inbound, (told,)


def _ack(what: str, key: int, detail: int = 0) -> Entry:
    mark: Mark = "ack"
    return Entry(mark, what, key, detail)


def complaints(folder: Path, ledger: list[Entry]) -> list[str]:
    """Open what is left as a start would, and return what is broken."""
    BACKENDS["sqlite"].reopen(folder)
    kept = BACKENDS["sqlite"].read(folder)
    found = check(ledger, kept, quiet=False)
    kept.close()
    return found


def places(calls: int, most: int) -> list[int]:
    """Return at which calls to fail: at all of them, or at so many that lie evenly."""
    return sorted({calls * number // most for number in range(most)}) if calls > most else list(range(calls))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (apsw.IOError, apsw.SQLITE_IOERR_WRITE),
        (apsw.FullError, apsw.SQLITE_FULL),
    ],
    ids=["EIO", "ENOSPC"],
)
async def test_a_write_that_fails_is_told_and_done_again_when_the_disk_is_well(
    tmp_path: Path, tier: Tier, error: type[apsw.Error], code: int
) -> None:
    counter = Trouble()
    whole = await run(tmp_path / "sound", write=counter)
    broken: list[str] = []
    refused = 0
    tried = places(counter.calls, tier.count(quick=20, full=1_000))

    for place in tried:
        outcome = await run(tmp_path / f"{place}", write=Trouble(place, error, code))
        refused += outcome.refused > 0
        broken += complaints(tmp_path / f"{place}", outcome.ledger)
        assert (outcome.fatal, len(outcome.ledger)) == (0, len(whole.ledger)), place
        shutil.rmtree(tmp_path / f"{place}")

    tier.note("writes at which the disk failed", len(tried))
    tier.note("of these, told to a caller", refused)
    assert broken == []
    assert refused > len(tried) // 2


async def test_an_fsync_that_fails_ends_the_process_and_acknowledges_nothing_any_more(
    tmp_path: Path, tier: Tier
) -> None:
    counter = Trouble()
    await run(tmp_path / "sound", sync=counter)
    broken: list[str] = []
    tried = places(counter.calls - FAILURES, tier.count(quick=20, full=1_000))

    for place in tried:
        outcome = await run(tmp_path / f"{place}", sync=Trouble(place, apsw.IOError, apsw.SQLITE_IOERR_FSYNC))
        broken += complaints(tmp_path / f"{place}" / "left", outcome.ledger)
        assert (outcome.fatal, outcome.refused_for_good) == (1, 1), place
        shutil.rmtree(tmp_path / f"{place}")

    tier.note("fsyncs that failed", len(tried))
    assert broken == []
