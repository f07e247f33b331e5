"""`waypost backup` and `waypost restore`: everything that the embedded default stores, in one file and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from waypost.cli.options import with_settings
from waypost.cli.reach import show_json
from waypost.settings import Settings

if TYPE_CHECKING:
    from waypost.app.backup import Manifest

_MIB = 1024 * 1024
_TOLD_EVERY = 500
_JSON = click.option("--json", "as_json", is_flag=True, help="Print what is in the backup as JSON.")


@click.command()
@with_settings
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_JSON
def backup(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Write everything stored to FILE; the server may run."""
    from waypost.app.backup import back_up

    with _said_plainly():
        made = back_up(settings, file, _Count())
    if as_json:
        _show(made, file=file)
        return
    click.echo(f"{file}: {_contents(made)}.")
    if made.media_missing:
        click.echo(f"{made.media_missing} expired media were thrown away while the backup was made.")


@click.command()
@with_settings
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_JSON
def restore(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Put the backup in FILE into a new data folder."""
    import asyncio

    from waypost.app.backup import restore as put_back

    with _said_plainly():
        found = asyncio.run(put_back(settings, file, _Count()))
    if as_json:
        _show(found, data=settings.data)
        return
    click.echo(f"{settings.data}: {_contents(found)}, as of {found.made_at}.")


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Say what stands against it in one sentence, with exit status 1."""
    from waypost.ports import StoreRefused

    try:
        yield
    except (StoreRefused, OSError) as wrong:
        raise click.ClickException(str(wrong)) from wrong


class _Count:
    """Says now and again how far it is: a line of its own for every few hundred files."""

    def __init__(self) -> None:
        self._files = 0
        self._bytes = 0

    def __call__(self, name: str, size: int) -> None:
        """Count one file."""
        _ = name
        self._files += 1
        self._bytes += size
        if self._files % _TOLD_EVERY == 0:
            click.echo(f"{self._files:,} files, {self._bytes // _MIB:,} MiB", err=True)


def _show(manifest: "Manifest", **where: Path) -> None:
    import msgspec

    named = {name: str(path) for name, path in where.items()}
    show_json(named | msgspec.to_builtins(manifest))


def _contents(manifest: "Manifest") -> str:
    return f"the database and {manifest.media:,} media ({manifest.media_bytes:,} bytes)"
