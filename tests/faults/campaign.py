"""Kills a driver at random instants, over and over on one database, and has the checker look at what is left.

    python -m tests.faults.campaign FOLDER --kills 500 --seed 1 --store none --database sqlite --server URL

Every `--folder-kills` kills a last life finishes all work, and a new database is begun.

Prints every broken promise and a summary; exits with 1 if there was one. Forks, so it runs as a process of its own.
"""

import argparse
import asyncio
import gc
import os
import random
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from tests.faults.checker import check
from tests.faults.driver import Driver
from tests.faults.kept import BACKENDS, Backend
from tests.faults.ledger import Entry, Ledger, entries
from tests.faults.planted import STORES

_READY = b"intent ready 0 0\n"
_KEYS_PER_LIFE = 1_000_000


@dataclass(frozen=True, slots=True)
class Resources:
    """What the lives over one database have in common."""

    folder: Path
    backend: Backend
    planted: str
    check_every: int


async def live(resources: Resources, descriptor: int, first_key: int, *, finish: bool) -> None:
    """Open the store, go on with what is unfinished, then work until killed (or stop when all is done)."""
    store = await resources.backend.open(resources.planted, resources.folder)
    driver = Driver(store, Ledger(descriptor, fsync=False), first_key)
    os.write(descriptor, _READY)
    if finish:
        await driver.finish_old()
        await store.close()
        return
    await asyncio.gather(driver.finish_old(), driver.work())


def one_life(resources: Resources, life: int, chance: random.Random | None) -> bytes:
    """Fork a driver, kill it after a random time (None: let it finish), return what it wrote to its ledger."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _die_with(resources, writing, life, finish=chance is None)
    os.close(writing)
    if chance is not None:
        text = os.read(reading, len(_READY))  # the child has opened the store, or has died
        time.sleep(chance.random() * resources.backend.life_seconds)
        os.kill(child, signal.SIGKILL)
    else:
        text = b""
    with os.fdopen(reading, "rb") as pipe:
        text += pipe.read()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"life {life} ended by itself with status {status}")
    return text


def _die_with(resources: Resources, descriptor: int, life: int, *, finish: bool) -> None:
    """Live in the child; nothing of the parent's clean-up runs here."""
    code = 1
    try:
        asyncio.run(live(resources, descriptor, life * _KEYS_PER_LIFE, finish=finish))
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it belongs on stderr and nowhere else
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def run(resources: Resources, lives: range, chance: random.Random) -> tuple[int, list[str]]:
    """Kill each life of one database, check every so often and at the end.

    Returns how much was acknowledged, and what is broken.
    """
    ledger: list[Entry] = []
    for life in lives:
        ledger += entries(one_life(resources, life, chance))
        is_time = (life - lives.start + 1) % resources.check_every == 0
        if is_time and (found := look(resources, ledger, quiet=False)):
            return _acks(ledger), found
    ledger += entries(one_life(resources, lives.stop, None))
    return _acks(ledger), look(resources, ledger, quiet=True)


def look(resources: Resources, ledger: list[Entry], *, quiet: bool) -> list[str]:
    """Open the database and return what is broken."""
    kept = resources.backend.read(resources.folder)
    try:
        return check(ledger, kept, quiet=quiet)
    finally:
        kept.close()


def _acks(ledger: list[Entry]) -> int:
    return sum(entry.mark == "ack" for entry in ledger)


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--folder-kills", type=int, default=500)
    parser.add_argument("--check-every", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=sorted(STORES), default="none")
    parser.add_argument("--database", choices=sorted(BACKENDS), default="sqlite")
    parser.add_argument("--server", default="", help="URL of the database `postgres` of a server, for postgresql")
    given = parser.parse_args()
    gc.freeze()
    chance = random.Random(given.seed)
    acks, found = 0, list[str]()
    for begin in range(0, given.kills, given.folder_kills):
        folder, backend = given.folder / f"data-{begin}", BACKENDS[given.database]
        backend.make(folder, given.server)
        end = min(begin + given.folder_kills, given.kills)
        resources = Resources(folder, backend, given.store, given.check_every)
        more, found = run(resources, range(begin + 1, end + 1), chance)
        acks += more
        if found:
            break
    sys.stdout.write(f"{given.kills} kills, {acks} acknowledgements\n")
    for line in found[:20]:
        sys.stdout.write(f"BROKEN {line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
