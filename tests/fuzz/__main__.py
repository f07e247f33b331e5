"""Looks for inputs that break a reader; `make fuzz` is how to."""

import hashlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
from tests.fuzz.seeds import FOLDER, MAX_BYTES, lines_of, seeds, words
from tests.fuzz.targets import TARGETS

WORK = Path("build/fuzz")
"""What searches find interesting stays here, so that the next one goes on from there."""
MAX_KEPT_BYTES = 1_000
_STATISTIC = re.compile(rb"stat::number_of_executed_units: *(\d+)")
_COVERAGE = re.compile(rb"#\d+\t\S+ +cov: (\d+)")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(TARGETS)))
@click.option("--seconds", type=click.IntRange(1), default=600, show_default=True, help="How long each is searched.")
@click.option("--keep", is_flag=True, help="Write what reaches something new into tests/fuzz/corpus.")
def main(names: tuple[str, ...], *, seconds: int, keep: bool) -> None:
    """Search the targets NAMES, or all, one after the other; what breaks one is written into tests/fuzz/found."""
    broken = [name for name in names or TARGETS if not _search(name, seconds)]
    if keep:
        for name in names or TARGETS:
            _keep(name)
    sys.exit(1 if broken else 0)


def _search(name: str, seconds: int) -> bool:
    """Search one target and say in a line what came of it; return whether nothing broke it."""
    inputs, crashes = _folder(name, "inputs"), _folder(name, "crashes")
    _write(inputs, seeds(name))
    dictionary = WORK / name / "words"
    dictionary.write_text("".join(f'"{_quoted(word)}"\n' for word in sorted(words(name))), encoding="ascii")
    options = [f"-max_total_time={seconds}", f"-dict={dictionary}", f"-artifact_prefix={crashes}/"]
    said = _libfuzzer(name, *options, "-print_final_stats=1", str(inputs))
    tried, reached = _STATISTIC.findall(said), _COVERAGE.findall(said)
    found = [crash.read_bytes() for crash in crashes.iterdir()]
    click.echo(
        f"{name:13} {int(tried[-1]) if tried else 0:>11,} inputs in {seconds} s, "
        f"{int(reached[-1]) if reached else 0:>5,} places reached, {len(list(inputs.iterdir())):>5,} kept: "
        f"{'BROKEN' if found else 'nothing found'}"
    )
    if not tried and not found:
        raise click.ClickException(f"The search could not be made:\n{said[-2_000:].decode(errors='replace')}")
    for data in found:
        _note(name, data, said)
    return not found


def _note(name: str, data: bytes, said: bytes) -> None:
    why = re.findall(rb"=== Uncaught Python exception: ===\n(.*)", said) or [b"it took too long, or too much memory"]
    line = why[0].decode("ascii", "backslashreplace")
    click.echo(f"  {line}\n  {data!r}")
    with (FOLDER / "found" / f"{name}.txt").open("a", encoding="ascii") as file:
        file.write(f"# {line}\n{data!r}\n")


def _keep(name: str) -> None:
    """Keep, of what searches found interesting, the few that reach what the seeds do not."""
    given, kept = _folder(name, "given"), FOLDER / "corpus" / f"{name}.txt"
    before = [each for each in seeds(name) if each not in lines_of(kept)]
    _write(given, before)
    _libfuzzer(name, "-merge=1", str(given), str(WORK / name / "inputs"))
    found = {path.read_bytes() for path in given.iterdir()} - set(before)
    lines = sorted(repr(each) for each in found if len(each) <= MAX_KEPT_BYTES)
    kept.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def _libfuzzer(name: str, *options: str) -> bytes:
    program = (WORK / name / "again").absolute()
    search = [sys.executable, "-m", "tests.fuzz.search", name, str(program)]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(search)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    command = [*search, f"-max_len={MAX_BYTES}", "-timeout=20", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def _folder(name: str, kind: str) -> Path:
    """Return a folder of a search; only that of inputs keeps what is in it."""
    folder = WORK / name / kind
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir() if kind != "inputs" else ():
        path.unlink()
    return folder


def _write(folder: Path, inputs: list[bytes]) -> None:
    for data in inputs:
        (folder / hashlib.sha256(data).hexdigest()[:40]).write_bytes(data)


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    main()
