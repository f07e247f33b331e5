"""`waypost migrate`: bring the tables of a store up to date, make them, or move everything into another database."""

import sys
from pathlib import Path

import click

from waypost.cli.options import with_settings
from waypost.cli.reach import show_json
from waypost.lib.store_urls import without_password
from waypost.settings import Settings


@click.command()
@with_settings
@click.option("--from", "source", type=click.Path(path_type=Path, dir_okay=False), help="File of an embedded store.")
@click.option("--to", "target", help="The postgresql:// URL that everything in that file goes to.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def migrate(settings: Settings, source: Path | None, target: str | None, *, as_json: bool) -> None:
    """Make the tables of a PostgreSQL database, or bring them up to date.

    Stop every server that uses the database first, and back it up. The embedded store needs no such command: its file
    is brought up to date when a server opens it.

    With --from and --to, move everything from a file into an empty database: all or nothing, and compared.
    """
    from waypost.ports import StoreRefused

    if (source is None) != (target is None):
        raise click.UsageError("--from and --to go together: the file, and the database that everything in it goes to.")
    try:
        if source is not None and target is not None:
            _move(source, target, as_json=as_json)
        else:
            _migrate(settings, as_json=as_json)
    except StoreRefused as refused:
        raise click.ClickException(str(refused)) from refused


def _migrate(settings: Settings, *, as_json: bool) -> None:
    place = settings.store_place
    run = _migrate_file if place.scheme == "sqlite" else _migrate_database
    before, after = run(place.location)
    shown = place.location if place.scheme == "sqlite" else without_password(settings.store or "")
    if as_json:
        show_json({"store": shown, "schema_before": before, "schema": after})
    else:
        click.echo(f"{shown}: {_what_happened(before, after)}.")


def _move(source: Path, target: str, *, as_json: bool) -> None:
    import asyncio

    from waypost.lib.store_urls import names_no_database, whole_url

    scheme, _, address = target.partition("://")
    if scheme != "postgresql" or (wrong := names_no_database(target)):
        why = wrong if scheme == "postgresql" else "this is no postgresql:// URL"
        raise click.UsageError(f"--to {without_password(target)}: {why}.")
    from waypost.app.resources import store_class

    store_class("postgresql")  # says in words if its package is missing
    from waypost.storage.sqlite_to_postgres import count_rows, move

    length = count_rows(source)
    _migrate_database(address)
    with click.progressbar(length=length, label="rows", file=sys.stderr) as bar:
        moved = asyncio.run(move(source, whole_url(address), lambda _, rows: bar.update(rows)))
    if as_json:
        show_json({"store": without_password(target), "rows": moved})
        return
    click.echo(
        f"{without_password(target)}: {sum(moved.values()):,} rows are there and compared, among them ", nl=False
    )
    click.echo(f"{moved['messages']:,} messages and {moved['deliveries']:,} deliveries.")
    click.echo(f"{source} is as it was. Media stay where they are: start the server with the same --data or --media.")


def _migrate_file(location: str) -> tuple[int, int]:
    from waypost.storage.sqlite.schema import migrate_file

    path = Path(location)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return migrate_file(path)


def _migrate_database(location: str) -> tuple[int, int]:
    import asyncio

    from waypost.app.resources import store_class
    from waypost.lib.store_urls import whole_url

    store_class("postgresql")
    from waypost.storage.postgres.schema import migrate as run

    return asyncio.run(run(whole_url(location)))


def _what_happened(before: int, after: int) -> str:
    if before == after:
        return f"nothing to do, schema {after} is in place"
    if before == 0:
        return f"the tables of schema {after} are made"
    return f"migrated from schema {before} to {after}"
