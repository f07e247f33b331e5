"""Kills whole servers, over and over, and has the checker look at what the last one left in its folder.

    python -m tests.faults.server_campaign FOLDER --each 10 --random 200 --seed 1 --planted none

Each life is a fork that starts the real server over the folder of the lives before it. It is killed at a named stage,
or at a random moment, starting included. After `--folder-kills` kills a last life finishes all work and stops; then
the checker looks, and a new folder is begun. The last line of the output is the result, in JSON. Forks, so it runs as
a process of its own.
"""

import argparse
import asyncio
import gc
import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import uvloop
from tests.faults.kept import BACKENDS, url_of
from tests.faults.ledger import Entry, entries
from tests.faults.server_checker import check
from tests.faults.server_child import Plan, Setup, live
from tests.faults.server_peers import calls, peers_running
from tests.faults.server_planted import PLANTED
from tests.faults.server_stages import STAGES
from tests.faults.tier import PATIENCE_SECONDS

_START_SECONDS = 0.03
_PATIENCE_SECONDS = 2 * PATIENCE_SECONDS
_WARM_SECONDS = 1.0


class Result(msgspec.Struct):
    """What a campaign came to."""

    kills: int = 0
    acknowledged: int = 0
    stages: dict[str, int] = msgspec.field(default_factory=dict)
    broken: list[str] = msgspec.field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class Folder:
    """One data folder: its lives, and the ledger of all of them."""

    setup: Setup
    log: Path
    backend: str
    longest: float
    """How many seconds a life lasts at most that is killed at random."""
    ledger: list[Entry] = field(default_factory=list)

    def live(self, plan: Plan, chance: random.Random) -> None:
        """Live one life to its end and take in what it noted. Raises RuntimeError if it did not end as planned."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _die(self.setup, plan, writing)
        os.close(writing)
        if plan.stage is None and not plan.finish:
            _let_live(reading, chance, self.longest)
            os.kill(child, signal.SIGKILL)
        text, ended = _read_to_end(reading)
        if not ended:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        self.ledger += entries(text)
        if not ended:
            raise RuntimeError(f"{plan} came to no end within {_PATIENCE_SECONDS:g} s")
        if os.waitstatus_to_exitcode(status) != (0 if plan.finish else -signal.SIGKILL):
            raise RuntimeError(f"{plan} ended by itself with status {status}")

    def check(self) -> list[str]:
        """Return every broken promise."""
        return check(self.ledger, list(calls(self.log)), self.setup.data, backend=self.backend)


def _die(setup: Setup, plan: Plan, descriptor: int) -> None:
    """Live in the child; nothing of the parent's clean-up runs here."""
    code = 1
    try:
        uvloop.run(live(setup, plan, descriptor))
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it belongs on stderr and nowhere else
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _let_live(reading: int, chance: random.Random, longest: float) -> None:
    """Wait for a random time: one life in four ends while it starts, the others after that."""
    if chance.random() < 0.25:
        time.sleep(chance.random() * _START_SECONDS)
        return
    select.select([reading], [], [], _PATIENCE_SECONDS)
    time.sleep(chance.random() * longest)


def _read_to_end(reading: int) -> tuple[bytes, bool]:
    """Return what was written until the last writer was gone, and whether it was gone in time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    text = b""
    with open(reading, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
            chunk = pipe.read(65_536)
            if not chunk:
                return text, True
            text += chunk
    return text, False


@dataclass(frozen=True, slots=True)
class Where:
    """What a campaign runs over."""

    root: Path
    database: str
    server: str
    planted: str
    longest: float

    def setup(self, name: str, port: int) -> Setup:
        """Make a folder, with a database for it."""
        folder = self.root / name
        BACKENDS[self.database].make(folder, self.server)
        return Setup(folder, port, PLANTED[self.planted], url_of(folder) if self.server else None)


def run(where: Where, plans: Sequence[Plan], seed: int, folder_kills: int) -> Result:
    """Live every plan, a folder after the other, until all are done or a promise is broken."""
    chance = random.Random(seed)
    result = Result(stages=dict.fromkeys(STAGES, 0))
    started = time.monotonic()
    _warm_up(where.setup("data-none", port=9))
    for number, begin in enumerate(range(0, len(plans), folder_kills)):
        mine = plans[begin : begin + folder_kills]
        log = where.root / f"calls-{number}"
        with peers_running(log) as port:
            folder = Folder(where.setup(f"data-{number}", port), log, where.database, where.longest)
            result.broken += _live_through(folder, mine, chance)
        result.kills += len(mine)
        result.acknowledged += sum(entry.mark == "ack" for entry in folder.ledger)
        for entry in folder.ledger:
            if (entry.mark, entry.what) == ("seen", "stage"):
                result.stages[STAGES[entry.key]] += 1
        if result.broken:
            break
    result.seconds = round(time.monotonic() - started, 1)
    return result


def _live_through(folder: Folder, plans: Sequence[Plan], chance: random.Random) -> list[str]:
    try:
        for plan in plans:
            folder.live(plan, chance)
        folder.live(Plan(plans[-1].life + 1, finish=True), chance)
    except RuntimeError as wrong:
        return [str(wrong), *folder.check()]
    return folder.check()


def _warm_up(setup: Setup) -> None:
    """Live once in this process, so that no life has to import and compile anew what forks can share."""
    null = os.open(os.devnull, os.O_WRONLY)
    with suppress(TimeoutError):
        asyncio.run(asyncio.wait_for(live(setup, Plan(0), null), _WARM_SECONDS))
    os.close(null)
    gc.freeze()


def plans_of(each: int, at_random: int, seed: int) -> list[Plan]:
    """Return the lives: so many for each stage, so many killed at random, in random order."""
    chance = random.Random(seed)
    stages = [*STAGES * each, *[None] * at_random]
    chance.shuffle(stages)
    most = {stage: 0 if stage and stage.startswith("start") else 3 for stage in stages}
    # A life's number seeds what its driver does; a folder's last life has the next number, so they go in twos.
    return [
        Plan(seed * 100_000 + 2 * number, stage, chance.randint(0, most[stage]))
        for number, stage in enumerate(stages, start=1)
    ]


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--random", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder-kills", type=int, default=100)
    parser.add_argument("--planted", choices=sorted(PLANTED), default="none")
    parser.add_argument("--longest", type=float, help="seconds that a life lasts at most that is killed at random")
    parser.add_argument("--database", choices=sorted(BACKENDS), default="sqlite")
    parser.add_argument("--server", default="", help="URL of the database `postgres` of a server, for postgresql")
    given = parser.parse_args()
    plans = plans_of(given.each, given.random, given.seed)
    longest = given.longest or BACKENDS[given.database].server_seconds
    where = Where(given.folder, given.database, given.server, given.planted, longest)
    result = run(where, plans, given.seed, given.folder_kills)
    sys.stdout.buffer.write(msgspec.json.encode(result) + b"\n")
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
