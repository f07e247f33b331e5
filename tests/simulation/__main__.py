"""Plays histories by hand; `make simulate` is how to."""

import sys
import time

import click
from tests.simulation.acts import plan
from tests.simulation.histories import SOUND, first_fault, play, shrunk, silence
from tests.simulation.planted import PLANTED


@click.command()
@click.argument("seed", type=int)
@click.option("--count", default=1, help="Play so many seeds, from this one on.")
@click.option("--planted", type=click.Choice(sorted(PLANTED)), help="Play them with this bug.")
def main(seed: int, count: int, planted: str | None) -> None:
    """Play the history of SEED and tell it in words; if it breaks a promise, tell the shortest that still does."""
    factories = PLANTED[planted] if planted else SOUND
    if count > 1:
        started = time.monotonic()
        fault = first_fault(range(seed, seed + count), factories)
        click.echo(fault or f"{count} histories keep every promise ({time.monotonic() - started:.0f} s)")
        sys.exit(1 if fault else 0)
    words: list[str] = []
    with silence():
        why = play(plan(seed), factories, words)
        for number, line in enumerate(words, 1):
            click.echo(f"{number:4} {line}")
        click.echo(why or "every promise is kept")
        if why is not None:
            click.echo(f"\nThe shortest found:\n{shrunk(plan(seed), why, factories)}")
    sys.exit(1 if why else 0)


if __name__ == "__main__":
    main()
