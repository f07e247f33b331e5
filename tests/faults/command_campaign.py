"""Kills a command at many of its steps: what is left is the old or the new, and the next run completes.

    python -m tests.faults.command_campaign FOLDER --command backup --cuts 20 --server URL --planted none

Steps are counted in an undisturbed run first: every call that the storage, the command's own code or the database
driver makes or returns from. Prints the result in JSON. Forks, so it runs as a process of its own.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
from tests.faults.commands import COMMANDS, Command

from waypost.cli import run

_OURS = ("waypost/storage/", "waypost/app/backup", "waypost/blobs/", "asyncpg/")


class Result(msgspec.Struct):
    """What a campaign came to."""

    cuts: int = 0
    steps: int = 0
    """How many steps an undisturbed run has."""
    old: int = 0
    """How often a cut left things as they were."""
    broken: list[str] = msgspec.field(default_factory=list)


class Ended(msgspec.Struct, frozen=True):
    """How a run of a command ended."""

    code: int
    said: str
    steps: int


class _Steps:
    """Counts steps of this process, and kills it at one of them."""

    def __init__(self, deadly: int) -> None:
        self.count = 0
        self._deadly = deadly

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:  # Any: as the interpreter gives it
        if event == "c_exception" or not any(part in frame.f_code.co_filename for part in _OURS):
            return
        self.count += 1
        if self.count == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def play(words: Sequence[str], deadly: int = 0, plant: Callable[[], None] | None = None) -> Ended:
    """Run a command in a fork of this process; it is killed at its step of this number, if it has so many."""
    with tempfile.TemporaryFile() as said, _pipe() as (reading, writing):
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            _die(words, deadly, plant, writing)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        steps = int(reading.read() or b"0")
        said.seek(0)
        return Ended(os.waitstatus_to_exitcode(status), said.read().decode(), steps)


def _die(words: Sequence[str], deadly: int, plant: Callable[[], None] | None, tell: int) -> None:
    """Live in the child; nothing of the parent's clean-up runs here."""
    code = 70
    steps = _Steps(deadly)
    try:
        if plant is not None:
            plant()
        sys.setprofile(steps)
        run.main(list(words), standalone_mode=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.setprofile(None)
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(tell, b"%d" % steps.count)
        os._exit(code)


@contextmanager
def _pipe() -> Iterator[tuple[Any, int]]:  # Any: a file of bytes
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as file:
        yield file, writing


def campaign(
    command: Command, root: Path, cuts: int, chance: random.Random, plant: Callable[[], None] | None
) -> Result:
    """Play it once to its end, then cut it so often, each time from the same beginning."""
    ground = command.make(root / "whole")
    whole = play(ground.words)
    after = ground.state()
    result = Result(cuts, whole.steps)
    if whole.code:
        result.broken.append(f"an undisturbed run failed: {whole.said}")
    for number in range(cuts):
        deadly = 1 + int((number + chance.random()) / cuts * whole.steps)
        ground = command.make(root / f"cut-{number}")
        before = ground.state()
        cut = play(ground.words, deadly, plant)
        left = ground.state()
        result.old += left == before
        again = play(ground.words)
        where = f"cut at step {deadly} of {whole.steps} ({cut.code})"
        if left not in (before, after):
            result.broken.append(f"{where}: what was left is neither the old nor the new: {left}")
        if again.code and left != after:
            result.broken.append(f"{where}: the next run failed: {again.said}")
        if (became := ground.state()) != after:
            result.broken.append(f"{where}: the next run did not complete it: {became}")
        result.broken += [f"{where}: {name} was left behind" for name in ground.leftovers()]
    return result


def _written_in_place() -> None:
    """Plant: what is unfinished has its last name from the beginning."""
    with_name = Path.with_name
    Path.with_name = lambda self, name: self if name.startswith(".") else with_name(self, name)  # type: ignore[method-assign]


def _piecemeal() -> None:
    """Plant: each table is moved in a transaction of its own."""
    from waypost.storage import sqlite_to_postgres

    sqlite_to_postgres._BEGIN = "SELECT 1"  # type: ignore[misc]


PLANTED: dict[str, Callable[[], None] | None] = {
    "none": None,
    "written-in-place": _written_in_place,
    "piecemeal": _piecemeal,
}


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--command", choices=sorted(COMMANDS), required=True)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", default="", help="URL of the database `postgres` of a server")
    parser.add_argument("--planted", choices=sorted(PLANTED), default="none")
    given = parser.parse_args()
    past = given.folder / "past"
    past.mkdir(parents=True)
    command = asyncio.run(COMMANDS[given.command](past, given.server))
    result = campaign(command, given.folder, given.cuts, random.Random(given.seed), PLANTED[given.planted])
    sys.stdout.buffer.write(msgspec.json.encode(result) + b"\n")
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
