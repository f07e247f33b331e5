"""`waypost export` and `waypost import`: the state of a running server as one document, and back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waypost.cli.reach import show_json, with_server

if TYPE_CHECKING:
    from waypost.lib.control_client import ControlClient

_SNAPSHOT = "/_waypost/v1/snapshot"


@click.command("export")
@with_server
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--media/--no-media", default=True, help="Put the bytes of media in, too. [default: media]")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def export(server: "ControlClient", *, file: Path, media: bool, as_json: bool) -> None:
    """Write everything that a running server stores to FILE, as JSON."""
    document = server.ask("GET", _SNAPSHOT if media else f"{_SNAPSHOT}?media=false")
    file.write_bytes(document)
    if as_json:
        show_json({"file": str(file), "bytes": len(document), "media": media})
    else:
        click.echo(f"{file}: {len(document):,} bytes")


@click.command("import")
@with_server
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def import_(server: "ControlClient", *, file: Path, as_json: bool) -> None:
    """Replace everything that a running server stores by FILE."""
    answer = server.ask("PUT", _SNAPSHOT, file.read_bytes(), {"Content-Type": "application/json"})
    if as_json:
        click.echo(answer.decode())
    else:
        click.echo(f"{file} is what the server holds now.")
