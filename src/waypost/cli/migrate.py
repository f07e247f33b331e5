"""`waypost migrate`: bring the tables of a store up to date, or make them."""

from pathlib import Path

import click

from waypost.cli.options import with_settings
from waypost.lib.store_urls import without_password
from waypost.settings import Settings


@click.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Make the tables of a PostgreSQL database, or bring them up to date.

    Stop every server that uses the database first, and back it up. The embedded store needs no such command: its file
    is brought up to date when a server opens it.
    """
    from waypost.ports import StoreRefused

    place = settings.store_place
    try:
        run = _migrate_file if place.scheme == "sqlite" else _migrate_database
        before, after = run(place.location)
    except StoreRefused as refused:
        raise click.ClickException(str(refused)) from refused
    shown = place.location if place.scheme == "sqlite" else without_password(settings.store or "")
    click.echo(f"{shown}: {_what_happened(before, after)}.")


def _migrate_file(location: str) -> tuple[int, int]:
    from waypost.storage.sqlite_schema import migrate_file

    path = Path(location)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return migrate_file(path)


def _migrate_database(location: str) -> tuple[int, int]:
    import asyncio

    from waypost.app.ground import store_class
    from waypost.lib.store_urls import whole_url

    store_class("postgresql")  # says in words if its package is missing
    from waypost.storage.postgres_schema import migrate as run

    return asyncio.run(run(whole_url(location)))


def _what_happened(before: int, after: int) -> str:
    if before == after:
        return f"nothing to do, schema {after} is in place"
    if before == 0:
        return f"the tables of schema {after} are made"
    return f"migrated from schema {before} to {after}"
