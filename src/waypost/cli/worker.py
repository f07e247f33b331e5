"""`waypost worker`: deliver what processes with `--role api` accept, together with other workers."""

import click

from waypost.cli.options import with_settings
from waypost.settings import Settings


@click.command()
@with_settings
def worker(settings: Settings) -> None:
    """Deliver messages and webhooks, and answer nobody; as many as there are share the work.

    Beside it runs `waypost serve --role api`. All of them need the same --store postgresql://... and --media.
    """
    import uvloop

    from waypost.app import work
    from waypost.cli.serve import settle_memory
    from waypost.ports import StoreRefused

    def tell(number: int) -> None:
        click.echo(f"Waypost worker {number} is at work.")
        settle_memory()

    try:
        uvloop.run(work(settings, tell))
    except StoreRefused as refused:
        raise click.ClickException(str(refused)) from refused
