"""`waypost worker`: deliver what processes with `--role api` accept, together with other workers."""

import click

from waypost.cli.options import with_worker_settings
from waypost.settings import Settings


@click.command()
@with_worker_settings
def worker(settings: Settings) -> None:
    """Deliver messages and webhooks, and answer no program; as many as there are share the work.

    Beside it runs `waypost serve --role api`. All of them need the same --store postgresql://... and --media.
    """
    from waypost.app import work
    from waypost.cli.serve import run_or_refuse, settle_memory

    def tell(number: int) -> None:
        click.echo(f"Waypost worker {number} is at work.")
        settle_memory()

    run_or_refuse(work(settings, tell), settings.worker_host, settings.worker_port, flag="--worker-port")
