"""A power cut at random instants: FULL loses nothing that was acknowledged, and the test sees that NORMAL does."""

import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import apsw
import pytest
from tests.faults.checker import check
from tests.faults.kept import BACKENDS
from tests.faults.ledger import Entry
from tests.faults.power import Act, disks, nothing, recording
from tests.faults.tier import Tier
from tests.support.store_rows import attempt, carried, inbound_row, outbound, status_row, waiting

from waypost.model import Status
from waypost.ports import StoreRefused
from waypost.storage.commit import Verdict
from waypost.storage.known_windows import KnownWindows
from waypost.storage.sqlite.engine import Engine
from waypost.storage.sqlite.hot import HotWrites
from waypost.storage.steps import ignore_joined

FLUSHES = 60


def work(connection: apsw.Connection, acts: list[Act]) -> list[tuple[int, list[Entry]]]:
    """Write flushes with a bit of everything; return after how many acts each was acknowledged, and what it said."""
    engine = Engine(connection, checkpoint_pages=60)
    writes = HotWrites(connection, KnownWindows(), ignore_joined)
    keys = count(100)
    acknowledged = []
    for _ in range(FLUSHES):
        engine.begin()
        said = list(flush(writes, keys))
        engine.commit()
        acknowledged.append((len(acts), said))
        engine.upkeep()
    return acknowledged


def flush(writes: HotWrites, keys: Iterator[int]) -> Iterator[Entry]:
    """Write what a few messages need, from acceptance to the first delivery."""
    messages = [outbound(next(keys)) for _ in range(4)]
    writes.accept.write(messages)
    writes.take.write([carried(message.key) for message in messages])
    writes.settle_sent.write([(message, "up") for message in messages[1:]])
    rows = [status_row(next(keys), message.key, Status.SENT) for message in messages]
    writes.record_statuses.write([rows])
    writes.delivery_done.write([(waiting(rows[0].event), attempt(1))])
    inbound = inbound_row(next(keys), next(keys))
    writes.record_inbound.write([inbound])
    yield from (Entry("ack", "accept", message.key) for message in messages)
    yield from (Entry("ack", "sent", message.key) for message in messages[1:])
    yield from (Entry("ack", "status", row.event.message_key, row.event.key) for row in rows)
    yield Entry("ack", "done", rows[0].event.key)
    yield Entry("ack", "inbound", inbound.message.key, inbound.event.key)


def broken_cuts(folder: Path, acts: list[Act], acknowledged: list[tuple[int, list[Entry]]], count: int) -> list[str]:
    """Cut the power so often, reopen what is left each time, and return what was broken, one line for a cut."""
    chance = random.Random(1)
    cuts = sorted(chance.randrange(acknowledged[0][0], len(acts)) for _ in range(count))
    left = folder / "after"
    left.mkdir()
    broken = []
    for cut, disk in zip(cuts, disks(acts, cuts, chance), strict=True):
        for name, content in disk.items():
            (left / name).write_bytes(content)
        broken += complaints(left, [e for at, said in acknowledged if at <= cut for e in said])[:1]
        for file in left.iterdir():
            file.unlink()
    return broken


def complaints(folder: Path, ledger: list[Entry]) -> list[str]:
    """Open the store as a start would and check it; one that cannot be opened is a complaint too."""
    try:
        BACKENDS["sqlite"].reopen(folder)
        kept = BACKENDS["sqlite"].read(folder)
        found = check(ledger, kept, quiet=False)
        kept.close()
    except (StoreRefused, apsw.Error) as error:
        return [f"{type(error).__name__}: {error}"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["FULL", "NORMAL"])
def test_a_power_cut_loses_nothing_with_full_and_much_with_normal(tmp_path: Path, tier: Tier, setting: str) -> None:
    cuts = tier.count(quick=500, full=10_000)
    least, most = {"FULL": (0, 0), "NORMAL": (cuts // 4, cuts)}[setting]
    acts: list[Act] = []
    connection, _ = recording(tmp_path / "waypost.db", acts)
    product_setting = connection.pragma("synchronous")
    connection.execute(f"PRAGMA synchronous = {setting}")
    acknowledged = work(connection, acts)
    connection.close()

    broken = broken_cuts(tmp_path, acts, acknowledged, cuts)

    told = sum("lacks what was acknowledged last" in line for line in broken)
    tier.note("cuts", cuts)
    tier.note("cuts that lost something acknowledged", len(broken))
    assert product_setting == 2, "the product itself must open with FULL"
    assert least <= len(broken) <= most, broken[:5]
    assert least // 2 <= told <= most, "a start tells most of it"


def test_a_failed_fsync_is_fatal(tmp_path: Path) -> None:
    connection, vfs = recording(tmp_path / "waypost.db", [])
    engine = Engine(connection)
    writes = HotWrites(connection, KnownWindows(), ignore_joined)
    vfs.before_sync = fail
    engine.begin()
    writes.accept.write([outbound(10)])

    with pytest.raises(apsw.IOError) as caught:
        engine.commit()

    vfs.before_sync = nothing
    engine.rollback()
    assert engine.judge(caught.value) is Verdict.FATAL
    connection.close()


def fail() -> None:
    """Fail as a disk does whose write-back went wrong."""
    error = apsw.IOError("fsync")
    error.extendedresult = apsw.SQLITE_IOERR_FSYNC  # type: ignore[attr-defined]  # apsw reads it, its stubs hide it
    raise error
