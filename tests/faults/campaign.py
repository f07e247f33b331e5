"""Kills a driver at random instants, over and over on one database, and has the checker look at what is left.

    python -m tests.faults.campaign FOLDER --kills 500 --seed 1 --store none

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
from pathlib import Path

from tests.faults.checker import check
from tests.faults.driver import Driver
from tests.faults.ledger import Entry, Ledger, entries
from tests.faults.planted import STORES

_READY = b"intent ready 0 0\n"
_LIFE_SECONDS = 0.02
_CHECK_EVERY = 100
_KEYS_PER_LIFE = 1_000_000


async def live(database: Path, store_name: str, descriptor: int, first_key: int, *, finish: bool) -> None:
    """Open the store, go on with what is unfinished, then work until killed (or stop when all is done)."""
    store = await STORES[store_name].open(database)
    driver = Driver(store, Ledger(descriptor, fsync=False), first_key)
    os.write(descriptor, _READY)
    if finish:
        await driver.finish_old()
        await store.close()
        return
    await asyncio.gather(driver.finish_old(), driver.work())


def one_life(database: Path, store_name: str, life: int, chance: random.Random | None) -> bytes:
    """Fork a driver, kill it after a random time (None: let it finish), return what it wrote to its ledger."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _die_with(database, store_name, writing, life, finish=chance is None)
    os.close(writing)
    if chance is not None:
        text = os.read(reading, len(_READY))  # the child has opened the store, or has died
        time.sleep(chance.random() * _LIFE_SECONDS)
        os.kill(child, signal.SIGKILL)
    else:
        text = b""
    with os.fdopen(reading, "rb") as pipe:
        text += pipe.read()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"life {life} ended by itself with status {status}")
    return text


def _die_with(database: Path, store_name: str, descriptor: int, life: int, *, finish: bool) -> None:
    """Live in the child; nothing of the parent's clean-up runs here."""
    code = 1
    try:
        asyncio.run(live(database, store_name, descriptor, life * _KEYS_PER_LIFE, finish=finish))
        code = 0
    finally:
        os._exit(code)


def run(folder: Path, store_name: str, kills: int, seed: int) -> list[str]:
    """Kill so often, check every hundredth time and at the end; return what is broken."""
    chance = random.Random(seed)
    database = folder / "waypost.db"
    ledger: list[Entry] = []
    gc.freeze()
    for life in range(1, kills + 1):
        ledger += entries(one_life(database, store_name, life, chance))
        if life % _CHECK_EVERY == 0:
            broken = check(ledger, database, quiet=False)
            if broken:
                return broken
    ledger += entries(one_life(database, store_name, kills + 1, None))
    acks = sum(entry.mark == "ack" for entry in ledger)
    sys.stdout.write(f"{kills} kills, {acks} acknowledgements\n")
    return check(ledger, database, quiet=True)


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=sorted(STORES), default="none")
    arguments = parser.parse_args()
    broken = run(arguments.folder, arguments.store, arguments.kills, arguments.seed)
    for line in broken[:20]:
        sys.stdout.write(f"BROKEN {line}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
